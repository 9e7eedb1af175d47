package dev.tenon.connector.email.sendgrid;

import static dev.tenon.connector.email.WebhookJson.text;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.WebhookJson;
import dev.tenon.connector.signature.SendGridSignature;
import dev.tenon.connector.signature.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// SendGrid's event webhook: an array of events about any messages, signed (Twilio SendGrid, "Event
/// Webhook Reference", 2026-11).
///
/// An event that comes again has another `sg_event_id` (sendgrid/sendgrid-nodejs#1435), so it is
/// known by what it says.
public final class SendGridWebhook implements MailWebhook {
  private static final String PREFIX = "x-twilio-email-event-webhook-";

  /// Classifications that are about this mail or the sender, and not about the address.
  private static final Set<String> NOT_THE_ADDRESS =
      Set.of(
          "technical", "content", "reputation", "frequency/volume", "frequency or volume too high");

  @Override
  public String provider() {
    return "sendgrid";
  }

  @Override
  public Verdict verify(
      byte[] body, UnaryOperator<@Nullable String> header, List<Secret> secrets, Instant now) {
    return SendGridSignature.verify(
        body, header.apply(PREFIX + "signature"), header.apply(PREFIX + "timestamp"), secrets, now);
  }

  @Override
  public Reading read(byte[] body, UnaryOperator<@Nullable String> header) {
    Optional<JsonNode> tree = WebhookJson.read(body);
    if (tree.isEmpty() || !tree.get().isArray()) {
      return new Reading.Malformed("it is not a JSON array of events");
    }
    List<MailEvent> events = new ArrayList<>(tree.get().size());
    for (JsonNode event : tree.get()) {
      // What has no name is no event; the others of the body are, all the same.
      if (!text(event.path("event")).isEmpty()) {
        events.add(read(event));
      }
    }
    return events.isEmpty() && !tree.get().isEmpty()
        ? new Reading.Malformed("no event in it has a name")
        : new Reading.Events(events);
  }

  private static MailEvent read(JsonNode event) {
    String reason = text(event.path("reason"));
    return switch (text(event.path("event"))) {
      case "processed" -> event(event, Kind.QUEUED, Reason.NONE, false, "");
      case "deferred" ->
          event(event, Kind.DEFERRED, Reason.NONE, false, text(event.path("response")));
      case "delivered" ->
          event(event, Kind.DELIVERED, Reason.NONE, false, text(event.path("response")));
      case "open" -> event(event, Kind.OPENED, Reason.NONE, false, "");
      case "click" -> event(event, Kind.CLICKED, Reason.NONE, false, text(event.path("url")));
      case "spamreport" -> event(event, Kind.COMPLAINED, Reason.SPAM, false, "");
      case "unsubscribe", "group_unsubscribe" ->
          event(event, Kind.UNSUBSCRIBED, Reason.UNSUBSCRIBED, false, "");
      case "group_resubscribe" -> event(event, Kind.SUBSCRIBED, Reason.NONE, false, "");
      case "dropped" -> dropped(event, reason);
      case "bounce" -> bounce(event, reason);
      default -> event(event, Kind.UNKNOWN, Reason.NONE, false, reason);
    };
  }

  /// SendGrid answers 202 to whatever it will not send; this event is the only word about it.
  private static MailEvent dropped(JsonNode event, String words) {
    return switch (words.toLowerCase(Locale.ROOT)) {
      case "bounced address" -> event(event, Kind.REJECTED, Reason.BOUNCED, true, words);
      case "invalid" -> event(event, Kind.REJECTED, Reason.INVALID, true, words);
      case "unsubscribed address" -> event(event, Kind.REJECTED, Reason.UNSUBSCRIBED, true, words);
      case "spam reporting address" -> event(event, Kind.REJECTED, Reason.SPAM, true, words);
      case "spam content (if spam checker app enabled)", "spam content" ->
          event(event, Kind.REJECTED, Reason.BLOCKED, false, words);
      default -> event(event, Kind.REJECTED, Reason.OTHER, false, words);
    };
  }

  private static MailEvent bounce(JsonNode event, String words) {
    if (text(event.path("type")).equals("blocked")) {
      return event(event, Kind.BOUNCED, Reason.BLOCKED, false, words);
    }
    String classification = text(event.path("bounce_classification")).toLowerCase(Locale.ROOT);
    boolean lasting = !NOT_THE_ADDRESS.contains(classification);
    Reason reason =
        classification.equals("invalid address")
            ? Reason.INVALID
            : lasting ? Reason.BOUNCED : Reason.BLOCKED;
    return event(event, Kind.BOUNCED, reason, lasting, words);
  }

  private static MailEvent event(
      JsonNode event, Kind kind, Reason reason, boolean lasting, String detail) {
    String name = text(event.path("event"));
    String id = text(event.path("sg_message_id"));
    int dot = id.indexOf('.');
    return new MailEvent(
        kind,
        reason,
        lasting,
        WebhookJson.seconds(event.path("timestamp")),
        WebhookJson.key(
            id,
            name,
            text(event.path("email")),
            text(event.path("timestamp")),
            text(event.path("url")),
            text(event.path("attempt")),
            text(event.path("asm_group_id")),
            text(event.path("type"))),
        name,
        text(event.path(EmailProvider.MESSAGE_ID_FIELD)),
        dot < 0 ? id : id.substring(0, dot),
        text(event.path("email")),
        true,
        detail);
  }
}
