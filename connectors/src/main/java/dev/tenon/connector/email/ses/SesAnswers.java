package dev.tenon.connector.email.ses;

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

/// Reads SES's answers, by the type of the error, which stands in the header `x-amzn-ErrorType` or
/// in the body (SES API v2, "SendEmail" and "Common Errors"; "Amazon SES email sending errors").
/// SES names no time to wait.
final class SesAnswers {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// What SES says of an address that it can't read. It doesn't say which one that is; but a sender
  /// that can't be read could not have been verified.
  private static final Pattern BAD_ADDRESS =
      Pattern.compile(
          "illegal address|missing final|domain (?:contains|starts|ends)|local address|"
              + "user ?name is missing|missing '@'|illegal (?:semicolon|whitespace in address)|"
              + "invalid (?:email )?address|address length|recipient address");

  /// Also as the name of a resource, `arn:aws:ses:…:configuration-set/x`.
  private static final Pattern CONFIGURATION_SET = Pattern.compile("configuration[ -]set");

  private SesAnswers() {}

  /// @param ofSet how far a refusal of the configuration set reaches that the message was sent by
  static Outcome<Sent> read(HttpResult.Answered answer, Reach ofSet) {
    JsonNode body = json(answer);
    String type = type(answer, body);
    String message = body.path("message").asString(body.path("Message").asString(""));
    int status = answer.status();
    Outcome.Detail detail =
        new Outcome.Detail(
            status,
            type,
            message.isEmpty() ? "HTTP " + status : message,
            answer.header("x-amzn-requestid"));
    if (status == 200) {
      String id = body.path("MessageId").asString("");
      // 200 without an id isn't SES's answer.
      return id.isEmpty()
          ? new Outcome.Unknown<>(detail)
          : new Outcome.Accepted<>(new Sent(id), detail);
    }
    String words = message.toLowerCase(Locale.ROOT);
    return switch (type) {
      case "MessageRejected" -> rejected(words, detail, ofSet);
      case "MailFromDomainNotVerifiedException" -> sender(detail);
      case "BadRequestException" -> badRequest(words, detail);
      // A configuration set or a tenant that isn't there.
      case "NotFoundException" ->
          words.contains("tenant")
              ? broken(words, detail, ofSet)
              : new Outcome.ConnectionBroken<>(detail, ofSet);
      // The account, its keys, or a name in the settings of the connection. A denial names the
      // identity whether the key has rights for others or for none, so it tells nothing of senders.
      case "AccessDeniedException",
          "AccessDenied",
          "NotAuthorized",
          "AccountSuspendedException",
          "SendingPausedException",
          "LimitExceededException",
          "UnrecognizedClientException",
          "InvalidClientTokenId",
          "InvalidSignatureException",
          "SignatureDoesNotMatch",
          "IncompleteSignature",
          "IncompleteSignatureException",
          "MissingAuthenticationToken",
          "MissingAuthenticationTokenException",
          "ExpiredTokenException",
          "RequestExpired",
          "OptInRequired" ->
          broken(words, detail, ofSet);
      case "TooManyRequestsException", "ThrottlingException", "Throttling" ->
          words.contains("daily")
              ? new Outcome.ConnectionBroken<>(detail)
              : new Outcome.Passing<>(RetryAfter.of(answer), detail, Outcome.Passing.Of.LIMIT);
      case "ServiceUnavailable", "ServiceUnavailableException" ->
          new Outcome.Passing<>(RetryAfter.of(answer), detail);
      default -> byStatus(answer, detail);
    };
  }

  /// "Email address is not verified" names senders and, while the account is in Amazon's sandbox,
  /// recipients: either way another provider can still send it. What else is rejected is about the
  /// content.
  private static Outcome<Sent> rejected(String words, Outcome.Detail detail, Reach ofSet) {
    if (words.contains("not verified")) {
      return sender(detail);
    }
    return words.contains("paused") || words.contains("suspended")
        ? broken(words, detail, ofSet)
        : new Outcome.RefusedRequest<>(detail);
  }

  /// A configuration set that can't be used is the connection's fault and not the message's; it may
  /// be the default of one identity only.
  private static Outcome<Sent> badRequest(String words, Outcome.Detail detail) {
    if (CONFIGURATION_SET.matcher(words).find()) {
      return sender(detail);
    }
    return BAD_ADDRESS.matcher(words).find()
        ? new Outcome.RefusedRecipient<>(detail)
        : new Outcome.RefusedRequest<>(detail);
  }

  private static Outcome<Sent> broken(String words, Outcome.Detail detail, Reach ofSet) {
    return new Outcome.ConnectionBroken<>(
        detail, CONFIGURATION_SET.matcher(words).find() ? ofSet : Reach.CONNECTION);
  }

  private static Outcome<Sent> byStatus(HttpResult.Answered answer, Outcome.Detail detail) {
    return switch (detail.status()) {
      // 404: the path is always the same, so another server stands at this address.
      case 401, 403, 404, 405 -> new Outcome.ConnectionBroken<>(detail);
      case 408, 429 -> new Outcome.Passing<>(RetryAfter.of(answer), detail);
      default -> {
        if (detail.status() >= 400 && detail.status() < 500) {
          yield new Outcome.RefusedRequest<>(detail);
        }
        yield detail.status() >= 500 || detail.status() < 300
            ? new Outcome.Unknown<>(detail)
            : new Outcome.ConnectionBroken<>(detail);
      }
    };
  }

  private static Outcome<Sent> sender(Outcome.Detail detail) {
    return new Outcome.ConnectionBroken<>(detail, Reach.SENDER);
  }

  /// Such as `BadRequestException:http://internal.amazon.com/…` in the header, or
  /// `com.amazonaws.ses#BadRequestException` in the body.
  private static String type(HttpResult.Answered answer, JsonNode body) {
    String raw = answer.header("x-amzn-errortype");
    if (raw.isEmpty()) {
      raw = body.path("__type").asString(body.path("code").asString(""));
    }
    int colon = raw.indexOf(':');
    String bare = colon < 0 ? raw : raw.substring(0, colon);
    return bare.substring(bare.indexOf('#') + 1).strip();
  }

  private static JsonNode json(HttpResult.Answered answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (JacksonException e) {
      return JSON.missingNode();
    }
  }
}
