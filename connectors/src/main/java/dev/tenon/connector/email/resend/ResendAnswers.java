package dev.tenon.connector.email.resend;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.RetryAfter;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.http.HttpResult;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads Resend's answers, by status and by the `name` in the body (Resend, "Errors").
final class ResendAnswers {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// "Invalid `to` field. …"; the test domains example.com and test.com are refused so as well.
  private static final Pattern NAMES_RECIPIENT =
      Pattern.compile("[`'\"](?:to|cc|bcc)[`'\"]|testing email address");

  private ResendAnswers() {}

  static Outcome<Sent> read(HttpResult.Answered answer) {
    JsonNode body = json(answer);
    String name = body.path("name").asString("");
    String message = body.path("message").asString("");
    int status = answer.status();
    Outcome.Detail detail =
        new Outcome.Detail(
            status,
            name,
            message.isEmpty() ? "HTTP " + status : message,
            answer.header("x-request-id"));
    if (status >= 200 && status < 300) {
      String id = body.path("id").asString("");
      // Without an id it isn't Resend's answer: the replay will tell.
      return id.isEmpty()
          ? new Outcome.Unknown<>(detail)
          : new Outcome.Accepted<>(new Sent(id), detail);
    }
    return switch (status) {
      case 400, 422 -> refused(name, detail);
      // 403 validation_error: the sender's domain isn't verified; the others are about the key.
      case 401, 403 ->
          new Outcome.ConnectionBroken<>(
              detail,
              status == 403 && name.equals("validation_error")
                  ? Outcome.ConnectionBroken.Reach.SENDER
                  : Outcome.ConnectionBroken.Reach.CONNECTION);
      case 408 -> new Outcome.Passing<>(RetryAfter.of(answer), detail);
      case 409 -> conflict(name, detail);
      case 429 -> tooMany(answer, name, detail);
      default -> {
        if (status >= 500) {
          // Theirs or a gateway's, with or without a body: the replay answers what became of it.
          yield new Outcome.Unknown<>(detail);
        }
        // A redirect is no answer of Resend: another server stands at this address.
        yield status >= 400
            ? new Outcome.RefusedRequest<>(detail)
            : new Outcome.ConnectionBroken<>(detail);
      }
    };
  }

  private static Outcome<Sent> refused(String name, Outcome.Detail detail) {
    boolean aboutRecipient =
        NAMES_RECIPIENT.matcher(detail.message().toLowerCase(Locale.ROOT)).find();
    return switch (name) {
      // The field isn't there, so its value can't be at fault.
      case "missing_required_field", "missing_required_parameter" ->
          new Outcome.RefusedRequest<>(detail);
      case "daily_quota_exceeded", "monthly_quota_exceeded" ->
          new Outcome.ConnectionBroken<>(detail);
      default ->
          aboutRecipient
              ? new Outcome.RefusedRecipient<>(detail)
              : new Outcome.RefusedRequest<>(detail);
    };
  }

  /// While our earlier request with the same key still runs, nobody knows its end. Calling that a
  /// passing fault would let a second provider send the same mail.
  private static Outcome<Sent> conflict(String name, Outcome.Detail detail) {
    return switch (name) {
      case "concurrent_idempotent_requests", "resource_locked" -> new Outcome.Unknown<>(detail);
      default -> new Outcome.RefusedRequest<>(detail);
    };
  }

  private static Outcome<Sent> tooMany(
      HttpResult.Answered answer, String name, Outcome.Detail detail) {
    return switch (name) {
      case "daily_quota_exceeded", "monthly_quota_exceeded" ->
          new Outcome.ConnectionBroken<>(detail);
      default -> new Outcome.Passing<>(RetryAfter.of(answer), detail);
    };
  }

  private static JsonNode json(HttpResult.Answered answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (JacksonException e) {
      return JSON.missingNode();
    }
  }
}
