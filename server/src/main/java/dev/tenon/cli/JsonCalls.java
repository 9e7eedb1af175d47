package dev.tenon.cli;

import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// Calls one origin that answers in JSON. What comes back is an [Answer]; only who asks knows what
/// a status means.
final class JsonCalls implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final URI origin;
  private final Map<String, String> headers;
  private final ApacheProviderHttp http;

  JsonCalls(URI origin, Map<String, String> headers) {
    this.origin = origin;
    this.headers = Map.copyOf(headers);
    this.http = new ApacheProviderHttp(EgressPolicy.allowing(List.of(origin)));
  }

  /// How a call ended.
  ///
  /// @param status 0 when nothing answered
  /// @param body missing when it is no JSON
  /// @param trouble why nothing answered; empty otherwise
  /// @param date the `Date` header: what time it is there; empty when it is not told
  record Answer(int status, JsonNode body, String trouble, String date) {
    boolean good() {
      return status >= 200 && status < 300;
    }
  }

  URI origin() {
    return origin;
  }

  Answer get(String path) {
    return call("GET", path, "", "");
  }

  Answer post(String path, Object body) {
    return call("POST", path, "application/json", JsonMapper.shared().writeValueAsString(body));
  }

  Answer postForm(String path, String form) {
    return call("POST", path, "application/x-www-form-urlencoded", form);
  }

  Answer act(String path) {
    return call("POST", path, "", "");
  }

  Answer put(String path, Object body) {
    return call("PUT", path, "application/json", JsonMapper.shared().writeValueAsString(body));
  }

  private Answer call(String method, String path, String mediaType, String body) {
    Map<String, String> all = new java.util.HashMap<>(headers);
    if (!mediaType.isEmpty()) {
      all.put("Content-Type", mediaType);
    }
    HttpResult result =
        http.call(
            HttpCall.of(
                    method, URI.create(origin + path), all, body.getBytes(StandardCharsets.UTF_8))
                .within(PATIENCE));
    return switch (result) {
      case HttpResult.Answered answered ->
          new Answer(answered.status(), json(answered.body()), "", answered.header("date"));
      case HttpResult.NotSent not -> new Answer(0, MissingNode.getInstance(), not.reason(), "");
      case HttpResult.MaybeSent maybe ->
          new Answer(0, MissingNode.getInstance(), maybe.reason(), "");
      case HttpResult.TooLong tooLong ->
          new Answer(0, MissingNode.getInstance(), tooLong.reason(), "");
    };
  }

  private static JsonNode json(byte[] body) {
    try {
      return JsonMapper.shared().readTree(body);
    } catch (JacksonException e) {
      return MissingNode.getInstance();
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
