package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What all calls to Resend have in common: the key, the rate and the shape of a refusal.
final class ResendAnswers {
  private final InstantSource clock;
  private final ResendSettings settings;
  private long second;
  private int used;

  ResendAnswers(InstantSource clock, ResendSettings settings) {
    this.clock = clock;
    this.settings = settings;
  }

  /// The body of a request that must be JSON.
  static JsonNode json(byte[] body) {
    try {
      return Json.read(body);
    } catch (IllegalArgumentException notJson) {
      throw new ProviderRefusal(400, "validation_error", "The request body is not valid JSON.");
    }
  }

  void answer(
      ServerRequest request,
      ServerResponse response,
      BiFunction<ServerRequest, byte[], JsonNode> work) {
    answer(request, response, 200, work);
  }

  void answer(
      ServerRequest request,
      ServerResponse response,
      int status,
      BiFunction<ServerRequest, byte[], JsonNode> work) {
    byte[] body = Json.body(request);
    try {
      if (request.headers().first(HeaderNames.USER_AGENT).orElse("").isBlank()) {
        throw new ProviderRefusal(403, "validation_error", "A request needs a User-Agent header.");
      }
      if (!key(request).startsWith("re_")) {
        throw key(request).isEmpty()
            ? new ProviderRefusal(401, "missing_api_key", "Missing API Key")
            : new ProviderRefusal(403, "invalid_api_key", "API key is invalid");
      }
      limit(response);
      Json.send(response, status, work.apply(request, body));
    } catch (ProviderRefusal refusal) {
      Json.send(
          response, refusal.status(), error(refusal.status(), refusal.code(), refusal.words()));
    }
  }

  /// Counts in whole seconds and tells the caller how it stands (IETF draft-06 names).
  private void limit(ServerResponse response) {
    int remaining;
    synchronized (this) {
      long now = clock.instant().getEpochSecond();
      if (now != second) {
        second = now;
        used = 0;
      }
      remaining = settings.requestsPerSecond() - ++used;
    }
    int most = settings.requestsPerSecond();
    response
        .header("ratelimit-limit", Integer.toString(most))
        .header("ratelimit-remaining", Integer.toString(Math.max(0, remaining)))
        .header("ratelimit-reset", "1")
        .header("ratelimit-policy", most + ";w=1");
    if (remaining < 0) {
      response.header("retry-after", "1");
      throw new ProviderRefusal(
          429,
          "rate_limit_exceeded",
          "Too many requests. You can only make %d requests per second.".formatted(most));
    }
  }

  /// The API key of a request; empty for none.
  static String key(ServerRequest request) {
    String header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    return header.regionMatches(true, 0, "Bearer ", 0, 7) ? header.substring(7).strip() : "";
  }

  static ObjectNode error(int status, String name, String message) {
    return Json.object().put("statusCode", status).put("name", name).put("message", message);
  }

  static String id(ServerRequest request) {
    return request.path().pathParameters().get("id");
  }
}
