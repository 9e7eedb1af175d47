package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The addresses to which Postmark no longer sends, for each message stream. The oldest are
/// forgotten past [#ADDRESSES_MAX].
final class PostmarkSuppressions {
  static final int ADDRESSES_MAX = 10_000;
  private static final int REQUEST_MAX = 50;

  private final InstantSource clock;
  private final Map<Key, Entry> entries = new LinkedHashMap<>();

  PostmarkSuppressions(InstantSource clock) {
    this.clock = clock;
  }

  private record Key(String stream, String address) {}

  private record Entry(String reason, String origin, String createdAt) {}

  synchronized boolean holds(String stream, String address) {
    return entries.containsKey(new Key(stream, address));
  }

  synchronized void add(String stream, String address, String reason, String origin) {
    entries.putIfAbsent(
        new Key(stream, address), new Entry(reason, origin, PostmarkRecords.time(clock.instant())));
    if (entries.size() > ADDRESSES_MAX) {
      entries.remove(entries.keySet().iterator().next());
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
          synchronized (this) {
            entries.remove(new Key(stream, address));
          }
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
