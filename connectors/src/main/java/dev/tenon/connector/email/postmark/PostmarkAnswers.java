package dev.tenon.connector.email.postmark;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.ConnectionBroken.Reach;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.RetryAfter;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.http.HttpResult;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads Postmark's answers. HTTP says little here: nearly every refusal is a 422, and the
/// `ErrorCode` in the body tells them apart (Postmark, "API error codes").
final class PostmarkAnswers {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// No code of theirs: the body had none.
  private static final int NO_CODE = -1;

  private static final Pattern INACTIVE =
      Pattern.compile("inactive addresses: *([^\\r\\n]+?)\\.?(?:[\\r\\n]|$)");
  private static final Pattern BAD_RECIPIENT =
      Pattern.compile("(?:invalid|error parsing|illegal) '?(?:to|cc|bcc)\\b");
  private static final Pattern BAD_SENDER =
      Pattern.compile("(?:invalid|error parsing|illegal) '?from\\b");

  private PostmarkAnswers() {}

  /// @param ofStream how far a refusal of the message stream reaches that the message was sent by
  static Outcome<Sent> read(HttpResult.Answered answer, Reach ofStream) {
    JsonNode body = json(answer);
    int status = answer.status();
    int code = body.path("ErrorCode").asInt(NO_CODE);
    Outcome.Detail detail = detail(answer, body, code);
    if (status == 200) {
      return accepted(body, code, detail, ofStream);
    }
    if (status == 401 || status == 403) {
      return new Outcome.ConnectionBroken<>(detail);
    }
    if (status == 429) {
      return new Outcome.Passing<>(RetryAfter.of(answer), detail);
    }
    if (status >= 500) {
      return serverError(answer, code, detail);
    }
    if (code != NO_CODE) {
      return byCode(code, RetryAfter.of(answer), detail, ofStream);
    }
    return switch (status) {
      // 408 says that the request did not arrive whole.
      case 408 -> new Outcome.Passing<>(RetryAfter.of(answer), detail);
      case 400, 404, 405, 413, 415, 422 -> new Outcome.RefusedRequest<>(detail);
      // A redirect, or something that Postmark doesn't say: another server stands at this address.
      default -> new Outcome.ConnectionBroken<>(detail);
    };
  }

  static LookedUp readSearch(HttpResult.Answered answer) {
    JsonNode body = json(answer);
    Outcome.Detail detail = detail(answer, body, body.path("ErrorCode").asInt(NO_CODE));
    JsonNode messages = body.path("Messages");
    if (answer.status() != 200 || !messages.isArray()) {
      return new LookedUp.Unanswered(detail);
    }
    String id = messages.path(0).path("MessageID").asString("");
    return id.isEmpty() ? new LookedUp.Missing(detail) : new LookedUp.Found(new Sent(id), detail);
  }

  /// "Message OK, but will not deliver to these inactive addresses: …" comes with ErrorCode 0;
  /// "Message accepted, but delivery may be delayed." comes without any.
  private static Outcome<Sent> accepted(
      JsonNode body, int code, Outcome.Detail detail, Reach ofStream) {
    if (code != 0 && code != NO_CODE) {
      return byCode(code, Duration.ZERO, detail, ofStream);
    }
    String id = body.path("MessageID").asString("");
    if (!id.isEmpty() || code == 0 || detail.message().startsWith("Message accepted")) {
      List<String> inactive = inactive(body.path("Message").asString(""));
      return new Outcome.Accepted<>(new Sent(id, inactive, inactive), detail);
    }
    // 200 with a body that isn't Postmark's: nobody knows.
    return new Outcome.Unknown<>(detail);
  }

  private static Outcome<Sent> serverError(
      HttpResult.Answered answer, int code, Outcome.Detail detail) {
    if (code == 100 || (answer.status() == 503 && code != NO_CODE)) {
      return new Outcome.Passing<>(RetryAfter.of(answer), detail);
    }
    return new Outcome.Unknown<>(detail);
  }

  private static Outcome<Sent> byCode(
      int code, Duration retryAfter, Outcome.Detail detail, Reach ofStream) {
    return switch (code) {
      case 100 -> new Outcome.Passing<>(retryAfter, detail);
      case 429 -> new Outcome.Passing<>(retryAfter, detail, Outcome.Passing.Of.LIMIT);
      // It bounced, complained or was suppressed by hand; whom it is about stands in the words.
      case 406 ->
          new Outcome.RefusedRecipient<>(detail, inactive(detail.message()), /* lasting= */ true);
      // Token; credits; account pending or blocked.
      case 10, 405, 412, 413 -> new Outcome.ConnectionBroken<>(detail);
      // Sender signature unknown or unconfirmed.
      case 400, 401 -> senderRefused(detail);
      case 300 -> invalidRequest(detail);
      // Ours to mend: JSON (402, 403, 409), batch (410), attachment type (411), …
      default ->
          isAboutStream(code)
              ? new Outcome.ConnectionBroken<>(detail, ofStream)
              : new Outcome.RefusedRequest<>(detail);
    };
  }

  /// 12xx: the message stream that the connection's settings name isn't there, is archived, or is
  /// none that sends. Not the message's fault: another connection may carry it.
  private static boolean isAboutStream(int code) {
    return code >= 1200 && code < 1300;
  }

  /// 300 covers bad recipients, a bad sender and everything else that a request can have wrong;
  /// only the words differ, so they are read tolerantly.
  private static Outcome<Sent> invalidRequest(Outcome.Detail detail) {
    String message = detail.message().toLowerCase(Locale.ROOT);
    if (BAD_RECIPIENT.matcher(message).find()) {
      return new Outcome.RefusedRecipient<>(detail);
    }
    if (BAD_SENDER.matcher(message).find()) {
      return senderRefused(detail);
    }
    return new Outcome.RefusedRequest<>(detail);
  }

  private static Outcome<Sent> senderRefused(Outcome.Detail detail) {
    return new Outcome.ConnectionBroken<>(detail, Outcome.ConnectionBroken.Reach.SENDER);
  }

  private static List<String> inactive(String message) {
    Matcher found = INACTIVE.matcher(message);
    if (!found.find()) {
      return List.of();
    }
    return Arrays.stream(found.group(1).split(",", -1))
        .map(String::strip)
        .filter(address -> address.contains("@"))
        .toList();
  }

  private static Outcome.Detail detail(HttpResult.Answered answer, JsonNode body, int code) {
    String message = body.path("Message").asString("");
    return new Outcome.Detail(
        answer.status(),
        code == NO_CODE ? "" : String.valueOf(code),
        message.isEmpty() ? "HTTP " + answer.status() : message,
        answer.header("x-request-id"));
  }

  private static JsonNode json(HttpResult.Answered answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (JacksonException e) {
      return JSON.missingNode();
    }
  }
}
