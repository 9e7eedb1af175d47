package dev.tenon.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Speaks to a server's API for a command, and turns what goes wrong into a sentence and an exit
/// code.
final class HubClient implements AutoCloseable {
  private final Hub hub;
  private final JsonCalls calls;
  private Optional<Instant> serverTime = Optional.empty();

  private HubClient(Hub hub, JsonCalls calls) {
    this.hub = hub;
    this.calls = calls;
  }

  /// A client for `hub`. Where no tenant was named, it is the only one that the key reaches; this
  /// asks the server.
  static HubClient open(Hub hub) {
    var calls = new JsonCalls(hub.api(), Map.of("Authorization", "Bearer " + hub.key().reveal()));
    var client = new HubClient(hub, calls);
    if (!hub.tenant().isEmpty()) {
      return client;
    }
    try {
      return new HubClient(hub.as(client.onlyTenant()), calls);
    } catch (RuntimeException e) {
      calls.close();
      throw e;
    }
  }

  private String onlyTenant() {
    List<String> reached = new ArrayList<>();
    get("/v1/tenants?limit=3").path("data").forEach(t -> reached.add(t.path("id").asString()));
    if (reached.size() != 1) {
      throw new CommandFailed(
          Failure.USAGE,
          reached.isEmpty()
              ? "the key reaches no tenant"
              : "the key reaches more than one tenant; name one with --tenant");
    }
    return reached.getFirst();
  }

  Hub hub() {
    return hub;
  }

  /// Something of the tenant, such as `/payments?limit=100`.
  JsonNode ofTenant(String rest) {
    return get(hub.path(rest));
  }

  JsonNode postOfTenant(String rest, Object body) {
    return checked(calls.post(hub.path(rest), body));
  }

  JsonNode actOfTenant(String rest) {
    return checked(calls.act(hub.path(rest)));
  }

  JsonNode get(String path) {
    return checked(calls.get(path));
  }

  static String query(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /// What time it was at the server when it answered last, to the second before; empty when it does
  /// not tell.
  Optional<Instant> serverTime() {
    return serverTime;
  }

  private static Optional<Instant> time(String date) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private JsonNode checked(JsonCalls.Answer answer) {
    if (answer.good()) {
      serverTime = time(answer.date());
      return answer.body();
    }
    String said = answer.body().path("detail").asString("");
    String code = answer.body().path("code").asString("");
    String words = said.isEmpty() ? "HTTP " + answer.status() : said + " (" + code + ")";
    int status = answer.status();
    if (status >= 500 || status == 429) {
      throw new CommandFailed(
          Failure.UNREACHABLE, "%s can't answer now: %s".formatted(hub.api(), words));
    }
    throw switch (status) {
      case 0 ->
          new CommandFailed(
              Failure.UNREACHABLE,
              "nothing answers at %s (%s). Check that the server runs there"
                  .formatted(hub.api(), answer.trouble()));
      case 401 ->
          new CommandFailed(
              Failure.REFUSED,
              "%s does not accept the API key: %s. Set %s to a valid one"
                  .formatted(hub.api(), words, HubOptions.KEY_VARIABLE));
      case 403 ->
          new CommandFailed(Failure.REFUSED, "the API key may not do this: %s".formatted(words));
      case 404 -> new CommandFailed(Failure.NOT_FOUND, notFound(said, words));
      default -> new CommandFailed(Failure.FAILED, words);
    };
  }

  private String notFound(String said, String words) {
    return said.isEmpty()
        ? "%s answers 404; is it a Tenon server?".formatted(hub.api())
        : "not found for tenant %s: %s".formatted(hub.tenant(), words);
  }

  @Override
  public void close() {
    calls.close();
  }
}
