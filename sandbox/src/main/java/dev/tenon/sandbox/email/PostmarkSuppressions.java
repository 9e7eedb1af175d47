package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The addresses to which Postmark no longer sends, for each message stream. The oldest are
/// forgotten past [#ADDRESSES_MAX].
final class PostmarkSuppressions {
  static final int ADDRESSES_MAX = 10_000;
  private static final int REQUEST_MAX = 50;

  private static final String KEPT = "suppression/";

  private final InstantSource clock;
  private final Map<Key, Entry> entries = new LinkedHashMap<>();
  private @Nullable Journal journal;

  PostmarkSuppressions(InstantSource clock) {
    this.clock = clock;
  }

  private record Key(String stream, String address) {
    String text() {
      return KEPT + stream + "/" + address;
    }
  }

  private record Entry(String reason, String origin, String createdAt) {}

  /// Takes back what an earlier run kept, and keeps what happens from now on.
  synchronized void keepIn(Journal kept) {
    journal = kept;
    kept.take(KEPT)
        .values()
        .forEach(
            json ->
                entries.put(
                    new Key(json.path("stream").asString(), json.path("address").asString()),
                    new Entry(
                        json.path("reason").asString(),
                        json.path("origin").asString(),
                        json.path("created_at").asString())));
  }

  private void keep(Key key, Entry entry) {
    if (journal != null) {
      journal.put(
          key.text(),
          Json.object()
              .put("stream", key.stream())
              .put("address", key.address())
              .put("reason", entry.reason())
              .put("origin", entry.origin())
              .put("created_at", entry.createdAt()));
    }
  }

  private synchronized void remove(Key key) {
    entries.remove(key);
    if (journal != null) {
      journal.remove(key.text());
    }
  }

  synchronized boolean holds(String stream, String address) {
    return entries.containsKey(new Key(stream, address));
  }

  synchronized void add(String stream, String address, String reason, String origin) {
    Key key = new Key(stream, address);
    Entry entry = new Entry(reason, origin, PostmarkRecords.time(clock.instant()));
    if (entries.putIfAbsent(key, entry) == null) {
      keep(key, entry);
    }
    if (entries.size() > ADDRESSES_MAX) {
      remove(entries.keySet().iterator().next());
    }
  }

  synchronized JsonNode dump(ServerRequest request) {
    String stream = stream(request);
    String only = request.query().first("emailaddress").orElse("").toLowerCase(Locale.ROOT);
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("Suppressions");
    entries.forEach(
        (key, entry) -> {
          if (key.stream().equals(stream) && (only.isEmpty() || key.address().equals(only))) {
            list.addObject()
                .put("EmailAddress", key.address())
                .put("SuppressionReason", entry.reason())
                .put("Origin", entry.origin())
                .put("CreatedAt", entry.createdAt());
          }
        });
    return answer;
  }

  JsonNode create(ServerRequest request) {
    String stream = stream(request);
    return each(
        request,
        address -> {
          add(stream, address, "ManualSuppression", "Customer");
          return "Suppressed";
        });
  }

  JsonNode delete(ServerRequest request) {
    String stream = stream(request);
    return each(
        request,
        address -> {
          remove(new Key(stream, address));
          return "Deleted";
        });
  }

  private static JsonNode each(ServerRequest request, Function<String, String> change) {
    JsonNode wanted = PostmarkSimulator.json(request).path("Suppressions");
    if (!wanted.isArray() || wanted.size() > REQUEST_MAX) {
      throw new ProviderRefusal(
          422, "403", "'Suppressions' must be an array of at most 50 addresses.");
    }
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("Suppressions");
    for (JsonNode one : wanted) {
      String address = one.path("EmailAddress").asString("").strip().toLowerCase(Locale.ROOT);
      boolean valid = Addresses.parse(address).filter(parsed -> parsed.size() == 1).isPresent();
      list.addObject()
          .put("EmailAddress", address)
          .put("Status", valid ? change.apply(address) : "Failed")
          .put("Message", valid ? null : "An invalid email address was provided.");
    }
    return answer;
  }

  private static String stream(ServerRequest request) {
    return request.path().pathParameters().get("stream");
  }
}
