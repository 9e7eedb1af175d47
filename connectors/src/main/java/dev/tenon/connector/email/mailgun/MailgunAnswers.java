package dev.tenon.connector.email.mailgun;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.ConnectionBroken.Reach;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.RetryAfter;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.http.HttpResult;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads Mailgun's answers. Its errors have no codes, only a status and a `message`; some are plain
/// text (Mailgun, "API Response Codes").
final class MailgunAnswers {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// What Mailgun answers with 200 where it has no such path.
  private static final String NOWHERE = "Mailgun Magnificent API";

  /// Not `reply-to` or `h:to`: those are no recipients.
  private static final Pattern RECIPIENT =
      Pattern.compile("(?<![\\w:-])(?:to|cc|bcc)'? parameter is not a valid address");

  private static final Pattern SENDER =
      Pattern.compile("(?<![\\w:-])from'? parameter is not a valid address");

  /// Such as "Domain … is not allowed to send: Please activate your Mailgun account".
  private static final Pattern ACCOUNT = Pattern.compile("not allowed to send:.*\\baccount\\b");

  private MailgunAnswers() {}

  /// @param ofDomain how far a refusal of the domain reaches that the message was sent by
  static Outcome<Sent> read(HttpResult.Answered answer, Reach ofDomain) {
    JsonNode body = json(answer);
    Outcome.Detail detail = detail(answer, body);
    int status = detail.status();
    if (status == 200) {
      return accepted(answer, body, detail);
    }
    String words = detail.message().toLowerCase(Locale.ROOT);
    return switch (status) {
      case 400 -> refused(words, detail, ofDomain);
      // A bad key, a bill that isn't paid, an account or a domain that may not send; 404 is a
      // domain that the key's account doesn't have in this region.
      case 401, 402, 403, 404, 405 -> broken(words, detail, ofDomain);
      case 408, 429 -> new Outcome.Passing<>(RetryAfter.of(answer), detail);
      case 503 ->
          body.path("message").isString()
              ? new Outcome.Passing<>(RetryAfter.of(answer), detail)
              : new Outcome.Unknown<>(detail);
      default -> {
        if (status >= 400 && status < 500) {
          yield new Outcome.RefusedRequest<>(detail);
        }
        // A redirect is no answer of Mailgun: another server stands at this address.
        yield status >= 500 || status < 300
            ? new Outcome.Unknown<>(detail)
            : new Outcome.ConnectionBroken<>(detail);
      }
    };
  }

  /// @param id the Message-Id that was asked for, without angle brackets
  static LookedUp readEvents(HttpResult.Answered answer, String id) {
    JsonNode body = json(answer);
    Outcome.Detail detail = detail(answer, body);
    JsonNode items = body.path("items");
    if (answer.status() != 200 || !items.isArray()) {
      return new LookedUp.Unanswered(detail);
    }
    // Looked at, not only counted: a filter that is not understood would find any message.
    for (JsonNode item : items) {
      if (item.at("/message/headers/message-id").asString("").equals(id)) {
        return new LookedUp.Found(new Sent("<" + id + ">"), detail);
      }
    }
    return new LookedUp.Missing(detail);
  }

  private static Outcome<Sent> accepted(
      HttpResult.Answered answer, JsonNode body, Outcome.Detail detail) {
    String id = body.path("id").asString("");
    if (!id.isEmpty()) {
      return new Outcome.Accepted<>(new Sent(id), detail);
    }
    // Without an id it isn't Mailgun's answer to a message.
    return answer.text().strip().equals(NOWHERE)
        ? new Outcome.ConnectionBroken<>(detail)
        : new Outcome.Unknown<>(detail);
  }

  private static Outcome<Sent> refused(String words, Outcome.Detail detail, Reach ofDomain) {
    if (RECIPIENT.matcher(words).find()) {
      return new Outcome.RefusedRecipient<>(detail);
    }
    if (SENDER.matcher(words).find()) {
      return sender(detail);
    }
    // Mailgun says so with 400 as well as with 403.
    return words.contains("not allowed to send") || words.contains("test purposes only")
        ? broken(words, detail, ofDomain)
        : new Outcome.RefusedRequest<>(detail);
  }

  /// A sandbox domain sends to authorised recipients only: whether it may depends on the message.
  private static Outcome<Sent> broken(String words, Outcome.Detail detail, Reach ofDomain) {
    if (words.contains("test purposes only")) {
      return sender(detail);
    }
    return new Outcome.ConnectionBroken<>(
        detail, isAboutDomain(words, detail.status()) ? ofDomain : Reach.CONNECTION);
  }

  private static boolean isAboutDomain(String words, int status) {
    return switch (status) {
      case 400, 403, 404 -> words.contains("domain") && !ACCOUNT.matcher(words).find();
      default -> false;
    };
  }

  private static Outcome<Sent> sender(Outcome.Detail detail) {
    return new Outcome.ConnectionBroken<>(detail, Reach.SENDER);
  }

  private static Outcome.Detail detail(HttpResult.Answered answer, JsonNode body) {
    String message = body.path("message").asString("");
    String text = answer.text().strip();
    if (message.isEmpty() && !text.isEmpty() && text.length() <= 200 && !text.startsWith("<")) {
      message = text;
    }
    return new Outcome.Detail(
        answer.status(),
        "",
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
