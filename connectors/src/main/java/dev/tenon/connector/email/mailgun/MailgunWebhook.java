package dev.tenon.connector.email.mailgun;

import static dev.tenon.connector.email.WebhookJson.text;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.WebhookJson;
import dev.tenon.connector.signature.MailgunSignature;
import dev.tenon.connector.signature.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Mailgun's webhooks: one event a delivery, with its signature in the body (Mailgun, "Webhooks",
/// 2026-11).
///
/// The signature covers a time and a token and nothing of the event, so the token is the key of the
/// event: whoever remembers keys takes each token once, whatever body it comes with. Mailgun
/// repeats under the same token until it is answered.
public final class MailgunWebhook implements MailWebhook {

  @Override
  public String provider() {
    return "mailgun";
  }

  @Override
  public Verdict verify(
      byte[] body, UnaryOperator<@Nullable String> header, List<Secret> secrets, Instant now) {
    Optional<JsonNode> tree = WebhookJson.read(body);
    if (tree.isEmpty() || !tree.get().path("signature").isObject()) {
      return new Verdict.Malformed("the body has no signature");
    }
    JsonNode signature = tree.get().path("signature");
    JsonNode parent = tree.get().path("parent-signature");
    Verdict own = verify(signature, secrets, now);
    // A webhook of a subaccount is signed by the parent's key as well. The token by which the event
    // is known has to be the one that was signed: else a used one could come under new names.
    return own instanceof Verdict.Mismatch
            && !text(parent.path("token")).isEmpty()
            && text(parent.path("token")).equals(text(signature.path("token")))
        ? verify(parent, secrets, now)
        : own;
  }

  @Override
  public boolean vouchesForBody() {
    return false;
  }

  private static Verdict verify(JsonNode signature, List<Secret> secrets, Instant now) {
    return MailgunSignature.verify(
        text(signature.path("timestamp")),
        text(signature.path("token")),
        text(signature.path("signature")),
        secrets,
        now);
  }

  @Override
  public Reading read(byte[] body, UnaryOperator<@Nullable String> header) {
    Optional<JsonNode> tree = WebhookJson.read(body);
    if (tree.isEmpty() || !tree.get().isObject()) {
      return new Reading.Malformed("it is not a JSON object");
    }
    JsonNode event = tree.get().path("event-data");
    if (text(event.path("event")).isEmpty()) {
      return new Reading.Malformed("it has no event-data");
    }
    return new Reading.Events(
        List.of(read(event, text(tree.get().path("signature").path("token")))));
  }

  private static MailEvent read(JsonNode event, String token) {
    return switch (text(event.path("event"))) {
      case "accepted" -> event(event, token, Kind.QUEUED, Reason.NONE, false);
      case "delivered" -> event(event, token, Kind.DELIVERED, Reason.NONE, false);
      case "opened" -> event(event, token, Kind.OPENED, Reason.NONE, false);
      case "clicked" -> event(event, token, Kind.CLICKED, Reason.NONE, false);
      case "complained" -> event(event, token, Kind.COMPLAINED, Reason.SPAM, false);
      case "unsubscribed" -> event(event, token, Kind.UNSUBSCRIBED, Reason.UNSUBSCRIBED, false);
      case "rejected" -> event(event, token, Kind.REJECTED, Reason.BLOCKED, false);
      case "failed" -> failed(event, token);
      default -> event(event, token, Kind.UNKNOWN, Reason.NONE, false);
    };
  }

  private static MailEvent failed(JsonNode event, String token) {
    if (text(event.path("severity")).equals("temporary")) {
      return event(event, token, Kind.DEFERRED, Reason.NONE, false);
    }
    return switch (text(event.path("reason"))) {
      case "suppress-bounce" -> event(event, token, Kind.REJECTED, Reason.BOUNCED, true);
      case "suppress-complaint" -> event(event, token, Kind.REJECTED, Reason.SPAM, true);
      case "suppress-unsubscribe" -> event(event, token, Kind.REJECTED, Reason.UNSUBSCRIBED, true);
      case "bounce", "hardfail" ->
          event(event, token, Kind.BOUNCED, Reason.BOUNCED, isRefusal(event));
      case "old" -> event(event, token, Kind.BOUNCED, Reason.TIMED_OUT, false);
      case "espblock", "greylisted", "blacklisted" ->
          event(event, token, Kind.BOUNCED, Reason.BLOCKED, false);
      default -> event(event, token, Kind.BOUNCED, Reason.OTHER, false);
    };
  }

  /// A receiving server's own permanent refusal; Mailgun's codes of its own are 600 and more.
  private static boolean isRefusal(JsonNode event) {
    int code = event.path("delivery-status").path("code").asInt(0);
    return code >= 500 && code < 600;
  }

  private static MailEvent event(
      JsonNode event, String token, Kind kind, Reason reason, boolean lasting) {
    String id = text(event.path("message").path("headers").path("message-id"));
    JsonNode status = event.path("delivery-status");
    String words = text(status.path("message"));
    return new MailEvent(
        kind,
        reason,
        lasting,
        WebhookJson.seconds(event.path("timestamp")),
        WebhookJson.key("token", token),
        text(event.path("event")),
        text(event.path("user-variables").path(EmailProvider.MESSAGE_ID_FIELD)),
        // As its API answers it, with the angle brackets that are left out here.
        id.isEmpty() || id.startsWith("<") ? id : "<" + id + ">",
        text(event.path("recipient")),
        true,
        words.isEmpty() ? text(status.path("description")) + text(event.path("url")) : words);
  }
}
