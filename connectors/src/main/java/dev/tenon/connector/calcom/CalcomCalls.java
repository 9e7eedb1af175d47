package dev.tenon.connector.calcom;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.Detail;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.WebhookJson;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Makes calls to Cal.com's API v2 and turns every end into an [Outcome].
///
/// Cal.com has no idempotency keys, so a call that changes something and lost its answer stays
/// [Outcome.Unknown]; one that only reads is [Outcome.Passing] then. A missing or wrong
/// `cal-api-version` silently means an older contract, so each call names its own.
final class CalcomCalls {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Duration CALL_MAX = Duration.ofSeconds(20);
  private static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);

  /// Limits count by the minute.
  private static final Duration LIMITED = Duration.ofSeconds(60);

  /// Cal.com's own status for a token that has expired.
  private static final int TOKEN_EXPIRED = 498;

  private final ProviderHttp http;
  private final String base;
  private final Secret key;

  CalcomCalls(ProviderHttp http, URI base, Secret key) {
    this.http = http;
    this.base = base.toString().replaceAll("/+$", "");
    this.key = key;
  }

  /// Asks for something.
  ///
  /// @param version of the resource's contract; empty where the resource declares none
  /// @param reader reads the whole answer; throws [IllegalArgumentException] on what is not what
  ///   was asked for
  <T> Outcome<T> get(String path, String version, Function<JsonNode, T> reader) {
    return call("GET", path, version, null, reader);
  }

  /// Changes something.
  ///
  /// @param body becomes JSON; null for none
  <T> Outcome<T> change(
      String method,
      String path,
      String version,
      @Nullable Object body,
      Function<JsonNode, T> reader) {
    return call(method, path, version, body, reader);
  }

  /// An id as part of a path.
  static String segment(String id) {
    if (id.isBlank() || id.length() > 200 || id.equals(".") || id.equals("..")) {
      throw new IllegalArgumentException("an id has 1 to 200 characters");
    }
    return encode(id);
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private <T> Outcome<T> call(
      String method,
      String path,
      String version,
      @Nullable Object body,
      Function<JsonNode, T> reader) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Authorization", "Bearer " + key.reveal());
    headers.put("Accept", "application/json");
    if (!version.isEmpty()) {
      headers.put("cal-api-version", version);
    }
    byte[] bytes = new byte[0];
    if (body != null) {
      headers.put("Content-Type", "application/json");
      bytes = JSON.writeValueAsBytes(body);
    }
    URI uri = URI.create(base + path);
    boolean changes = !method.equals("GET");
    return switch (http.call(HttpCall.of(method, uri, headers, bytes).within(CALL_MAX))) {
      case HttpResult.NotSent(String why) -> new Outcome.Passing<>(Duration.ZERO, Detail.none(why));
      case HttpResult.MaybeSent(String why) -> unread(Detail.none(why), changes);
      case HttpResult.TooLong(String why) -> unread(Detail.none(why), changes);
      case HttpResult.Answered answer -> answered(answer, changes, reader);
    };
  }

  private <T> Outcome<T> answered(
      HttpResult.Answered answer, boolean changes, Function<JsonNode, T> reader) {
    Optional<JsonNode> tree = WebhookJson.read(answer.body());
    int status = answer.status();
    if (status / 100 != 2) {
      return refused(answer, detail(answer, tree.orElse(null)), changes);
    }
    var detail = new Detail(status, "", "", answer.header("x-request-id"));
    // Every success has this envelope: something else answered, or the body was cut.
    if (tree.isEmpty() || !tree.get().path("status").asString("").equals("success")) {
      return unread(detail, changes);
    }
    try {
      return new Outcome.Accepted<>(reader.apply(tree.get()), detail);
    } catch (IllegalArgumentException _) {
      return unread(detail, changes);
    }
  }

  private <T> Outcome<T> refused(HttpResult.Answered answer, Detail detail, boolean changes) {
    int status = answer.status();
    return switch (status) {
      case 401, 403, TOKEN_EXPIRED -> new Outcome.ConnectionBroken<>(detail);
      case 429 -> new Outcome.Passing<>(retryAfter(answer), detail);
      case 503 -> new Outcome.Passing<>(retryAfter(answer), detail);
      default ->
          status >= 300 && status < 500
              ? new Outcome.RefusedRequest<>(detail)
              : unread(detail, changes);
    };
  }

  private static <T> Outcome<T> unread(Detail detail, boolean changes) {
    return changes ? new Outcome.Unknown<>(detail) : new Outcome.Passing<>(Duration.ZERO, detail);
  }

  private Detail detail(HttpResult.Answered answer, @Nullable JsonNode tree) {
    JsonNode error = tree == null ? JSON.createObjectNode() : tree.path("error");
    String message = WebhookJson.text(error.path("message"));
    if (message.isEmpty() && tree != null) {
      message = WebhookJson.text(tree.path("message"));
    }
    if (message.isEmpty()) {
      message = "HTTP status " + answer.status();
    }
    return new Detail(
        answer.status(),
        WebhookJson.text(error.path("code")),
        message.replace(key.reveal(), "(secret)"),
        answer.header("x-request-id"));
  }

  /// Seconds, as `Retry-After` or as `X-RateLimit-Reset`, which Cal.com suffixes with the name of
  /// the limit.
  private static Duration retryAfter(HttpResult.Answered answer) {
    Duration wish = seconds(answer.header("retry-after"));
    if (wish.isZero()) {
      wish =
          answer.headers().entrySet().stream()
              .filter(
                  header ->
                      header.getKey().toLowerCase(Locale.ROOT).startsWith("x-ratelimit-reset"))
              .flatMap(header -> header.getValue().stream())
              .map(CalcomCalls::seconds)
              .max(Duration::compareTo)
              .orElse(Duration.ZERO);
    }
    if (wish.isZero()) {
      return answer.status() == 429 ? LIMITED : Duration.ZERO;
    }
    return wish.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : wish;
  }

  private static Duration seconds(String value) {
    boolean digits =
        !value.isEmpty()
            && value.length() <= 9
            && value.chars().allMatch(digit -> digit >= '0' && digit <= '9');
    return digits ? Duration.ofSeconds(Long.parseLong(value)) : Duration.ZERO;
  }
}
