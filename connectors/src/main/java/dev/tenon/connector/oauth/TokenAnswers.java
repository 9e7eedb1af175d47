package dev.tenon.connector.oauth;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.HttpResult;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reads what token endpoints answer. Strict about what has to be there, deaf to what it doesn't
/// know, and never repeats a token in what it says.
final class TokenAnswers {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);
  private static final int TOKEN_CHARS_MAX = 32 * 1024;
  private static final long LIFETIME_SECONDS_MAX = Duration.ofDays(3650).toSeconds();
  private static final Set<String> CLIENT_FAULTS =
      Set.of(
          "invalid_client",
          "unauthorized_client",
          "invalid_client_id",
          "bad_client_secret",
          "incorrect_client_credentials");
  private static final Set<String> GRANT_FAULTS =
      Set.of(
          "invalid_grant",
          "bad_verification_code",
          "bad_refresh_token",
          "invalid_code",
          "invalid_refresh_token",
          "token_revoked",
          "token_expired");
  private static final Set<String> PASSING_FAULTS =
      Set.of("temporarily_unavailable", "server_error", "slow_down", "ratelimited", "rate_limited");

  private TokenAnswers() {}

  static TokenResult read(OAuthProvider.AnswerForm form, HttpResult result) {
    return switch (result) {
      case HttpResult.NotSent(String reason) ->
          new TokenResult.Passing(Duration.ZERO, Outcome.Detail.none(reason));
      case HttpResult.MaybeSent(String reason) -> new TokenResult.Lost(Outcome.Detail.none(reason));
      case HttpResult.TooLong(String reason) -> new TokenResult.Lost(Outcome.Detail.none(reason));
      case HttpResult.Answered answered -> read(form, answered);
    };
  }

  private static TokenResult read(OAuthProvider.AnswerForm form, HttpResult.Answered answered) {
    JsonNode body = body(answered);
    String error = error(body);
    int status = answered.status();
    if (status >= 200 && status < 300 && error.isEmpty()) {
      return granted(form, body, status);
    }
    var detail = new Outcome.Detail(status, error, words(body), requestId(answered));
    if (status == 429 || PASSING_FAULTS.contains(error)) {
      return new TokenResult.Passing(retryAfter(answered), detail);
    }
    // The client's fault is looked at first: a grant is not to die for a wrong secret.
    if (CLIENT_FAULTS.contains(error)) {
      return new TokenResult.Refused(TokenResult.Reason.CLIENT, detail);
    }
    if (GRANT_FAULTS.contains(error)) {
      return new TokenResult.Refused(TokenResult.Reason.GRANT, detail);
    }
    if (status == 503) {
      return new TokenResult.Passing(retryAfter(answered), detail);
    }
    if (status >= 500 || status == 408) {
      return new TokenResult.Lost(detail);
    }
    return new TokenResult.Refused(
        status == 401 ? TokenResult.Reason.CLIENT : TokenResult.Reason.REQUEST, detail);
  }

  private static TokenResult granted(OAuthProvider.AnswerForm form, JsonNode body, int status) {
    Optional<Secret> access = token(at(body, form.accessToken()));
    if (access.isEmpty()) {
      return new TokenResult.Lost(
          new Outcome.Detail(status, "", "the provider's answer holds no access token", ""));
    }
    return new TokenResult.Granted(
        new Tokens(
            access.get(),
            token(at(body, form.refreshToken())),
            seconds(at(body, form.expiresIn()), form.expiresInMillis()).or(form::lifetime),
            seconds(
                    body.has("refresh_token_expires_in")
                        ? body.path("refresh_token_expires_in")
                        : body.path("x_refresh_token_expires_in"),
                    false)
                .filter(lasts -> !lasts.isZero()),
            scopes(at(body, form.scope()), form.scopeSeparator()),
            form.account().isEmpty() ? "" : account(at(body, form.account()))));
  }

  private static JsonNode at(JsonNode body, String path) {
    JsonNode here = body;
    for (String name : path.split("\\.", -1)) {
      here = here.path(name);
    }
    return here;
  }

  private static Optional<Secret> token(JsonNode node) {
    return node.isString()
            && !node.asString().isBlank()
            && node.asString().length() <= TOKEN_CHARS_MAX
        ? Optional.of(Secret.of(node.asString()))
        : Optional.empty();
  }

  /// A number, or a text that is one: both are sent. Zero and less is no lifetime.
  private static Optional<Duration> seconds(JsonNode node, boolean millis) {
    long value;
    try {
      value =
          node.isNumber()
              ? node.asLong(0)
              : node.isString() ? (long) Double.parseDouble(node.asString().strip()) : 0;
    } catch (NumberFormatException | JacksonException e) {
      return Optional.empty();
    }
    long seconds = millis ? value / 1000 : value;
    return seconds <= 0
        ? Optional.empty()
        : Optional.of(Duration.ofSeconds(Math.min(seconds, LIFETIME_SECONDS_MAX)));
  }

  private static List<String> scopes(JsonNode node, String separator) {
    List<String> out = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(one -> out.add(one.asString("")));
    } else if (node.isString()) {
      out.addAll(Arrays.asList(node.asString().split(separator, -1)));
    }
    return out.stream()
        .map(String::strip)
        .filter(one -> !one.isEmpty())
        .distinct()
        .limit(500)
        .toList();
  }

  private static String account(JsonNode node) {
    String text = node.isValueNode() && !node.isNull() ? node.asString("") : "";
    return text.length() > 200 ? text.substring(0, 200) : text;
  }

  /// `error` as a word; some nest it, and Slack says `ok: false` beside it.
  private static String error(JsonNode body) {
    JsonNode error = body.path("error");
    String text =
        error.isString()
            ? error.asString()
            : error.isObject() ? error.path("type").asString(error.path("code").asString("")) : "";
    if (text.isEmpty() && body.path("ok").isBoolean() && !body.path("ok").asBoolean()) {
      text = "not_ok";
    }
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_.-]", "");
  }

  private static String words(JsonNode body) {
    for (String name : List.of("error_description", "message", "error_message")) {
      JsonNode node = body.path(name);
      if (node.isString()) {
        return node.asString().replaceAll("\\p{Cntrl}", " ");
      }
    }
    return body.path("error").path("message").asString("");
  }

  private static String requestId(HttpResult.Answered answered) {
    for (String name : List.of("x-request-id", "request-id", "x-correlation-id")) {
      if (!answered.header(name).isEmpty()) {
        return answered.header(name);
      }
    }
    return "";
  }

  private static Duration retryAfter(HttpResult.Answered answered) {
    try {
      Duration asked = Duration.ofSeconds(Long.parseLong(answered.header("retry-after").strip()));
      return asked.isNegative()
          ? Duration.ZERO
          : asked.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : asked;
    } catch (NumberFormatException e) {
      return Duration.ZERO;
    }
  }

  /// An object, from JSON or, where the provider says so, from a form; an empty object for what is
  /// neither.
  private static JsonNode body(HttpResult.Answered answered) {
    try {
      @Nullable JsonNode read = JSON.readTree(answered.body());
      if (read != null && read.isObject()) {
        return read;
      }
    } catch (JacksonException e) {
      if (answered.header("content-type").startsWith("application/x-www-form-urlencoded")) {
        return form(answered.text());
      }
    }
    return JSON.createObjectNode();
  }

  private static ObjectNode form(String text) {
    ObjectNode out = JSON.createObjectNode();
    for (String pair : text.split("&", 100)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        try {
          out.put(
              URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
              URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          // A broken escape: this pair is none.
        }
      }
    }
    return out;
  }
}
