package dev.tenon.connector.email.sendgrid;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.ConnectionBroken.Reach;
import dev.tenon.connector.email.RetryAfter;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.http.HttpResult;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads SendGrid's answers. Its errors have no codes, only a status, words and the `field` that
/// they are about: `{"errors": [{"message", "field", "help"}]}` (SendGrid, "Mail Send Errors" and
/// "4XX API Errors"). `field` is what is shown as the code.
final class SendGridAnswers {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// Such as `personalizations.0.to.0.email`.
  private static final Pattern RECIPIENT =
      Pattern.compile("personalizations\\.[0-9]+\\.(?:to|cc|bcc)(?:\\..*)?");

  private static final Pattern SENDER = Pattern.compile("from(?:\\..*)?");

  private SendGridAnswers() {}

  /// @param ofPool how far a refusal of the IP pool reaches that the message was sent by
  static Outcome<Sent> read(HttpResult.Answered answer, boolean sandboxMode, Reach ofPool) {
    JsonNode error = error(answer);
    int status = answer.status();
    String field = field(error);
    String message = error.path("message").asString("");
    String id = answer.header("x-message-id");
    Outcome.Detail detail =
        new Outcome.Detail(status, field, message.isEmpty() ? "HTTP " + status : message, id);
    return switch (status) {
      // The body is empty: without its id this may be anybody's answer.
      case 202 ->
          id.isEmpty()
              ? new Outcome.Unknown<>(detail)
              : new Outcome.Accepted<>(new Sent(id), detail);
      // Checked and not sent, which only sandbox mode asks for. It has no id.
      case 200 ->
          sandboxMode
              ? new Outcome.Accepted<>(new Sent(id), detail)
              : new Outcome.Unknown<>(detail);
      case 400 -> invalid(field, detail, ofPool);
      // A bad key, and spent credits ("Maximum credits exceeded").
      case 401 -> new Outcome.ConnectionBroken<>(detail);
      case 403 -> forbidden(field, detail);
      // The path is always the same, so another server stands at this address.
      case 404, 405 -> new Outcome.ConnectionBroken<>(detail);
      case 408, 429 -> new Outcome.Passing<>(RetryAfter.of(answer), detail);
      case 503 ->
          error.isMissingNode()
              ? new Outcome.Unknown<>(detail)
              : new Outcome.Passing<>(RetryAfter.of(answer), detail);
      default -> {
        if (status >= 400 && status < 500) {
          yield new Outcome.RefusedRequest<>(detail);
        }
        yield status >= 500 || status < 300
            ? new Outcome.Unknown<>(detail)
            : new Outcome.ConnectionBroken<>(detail);
      }
    };
  }

  private static Outcome<Sent> invalid(String field, Outcome.Detail detail, Reach ofPool) {
    if (RECIPIENT.matcher(field).matches()) {
      return new Outcome.RefusedRecipient<>(detail);
    }
    if (SENDER.matcher(field).matches()) {
      return sender(detail);
    }
    // A setting of the connection is wrong, not the message.
    return field.equals("ip_pool_name")
        ? new Outcome.ConnectionBroken<>(detail, ofPool)
        : new Outcome.RefusedRequest<>(detail);
  }

  /// "The from address does not match a verified Sender Identity" is about the sender; anything
  /// else is about the key or the account.
  private static Outcome<Sent> forbidden(String field, Outcome.Detail detail) {
    boolean aboutSender =
        SENDER.matcher(field).matches()
            || detail.message().toLowerCase(Locale.ROOT).contains("sender identity");
    return aboutSender ? sender(detail) : new Outcome.ConnectionBroken<>(detail);
  }

  private static Outcome<Sent> sender(Outcome.Detail detail) {
    return new Outcome.ConnectionBroken<>(detail, Reach.SENDER);
  }

  /// `null`, and in some answers the text "null", when no field is at fault.
  private static String field(JsonNode error) {
    String field = error.path("field").asString("");
    return field.equals("null") ? "" : field;
  }

  /// The error that decides: one about a recipient or the sender before any other.
  private static JsonNode error(HttpResult.Answered answer) {
    JsonNode errors;
    try {
      errors = JSON.readTree(answer.body()).path("errors");
    } catch (JacksonException e) {
      return JSON.missingNode();
    }
    for (JsonNode one : errors) {
      if (RECIPIENT.matcher(field(one)).matches() || SENDER.matcher(field(one)).matches()) {
        return one;
      }
    }
    return errors.path(0);
  }
}
