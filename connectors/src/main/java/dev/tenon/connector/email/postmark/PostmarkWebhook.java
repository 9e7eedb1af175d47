package dev.tenon.connector.email.postmark;

import static dev.tenon.connector.email.WebhookJson.text;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.WebhookJson;
import dev.tenon.connector.signature.SharedPassword;
import dev.tenon.connector.signature.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Postmark's webhooks: one event a delivery. Postmark signs nothing; it sends a user and a
/// password by Basic authentication, or a header of one's own (Postmark, "Webhooks overview",
/// 2026-11).
///
/// @param user the user that it has to name; empty where any may
/// @param passwordHeader the header that holds the password instead; empty for Basic authentication
public record PostmarkWebhook(String user, String passwordHeader) implements MailWebhook {
  /// What stands there when a change of a subscription followed from no message.
  private static final String NO_MESSAGE = "00000000-0000-0000-0000-000000000000";

  public PostmarkWebhook {
    passwordHeader = passwordHeader.toLowerCase(Locale.ROOT);
  }

  @Override
  public String provider() {
    return "postmark";
  }

  @Override
  public Verdict verify(
      byte[] body, UnaryOperator<@Nullable String> header, List<Secret> secrets, Instant now) {
    return passwordHeader.isEmpty()
        ? SharedPassword.basic(header.apply("authorization"), user, secrets)
        : SharedPassword.header(header.apply(passwordHeader), secrets);
  }

  @Override
  public Reading read(byte[] body, UnaryOperator<@Nullable String> header) {
    Optional<JsonNode> tree = WebhookJson.read(body);
    if (tree.isEmpty() || !tree.get().isObject()) {
      return new Reading.Malformed("it is not a JSON object");
    }
    JsonNode event = tree.get();
    String type = text(event.path("RecordType"));
    if (type.isEmpty()) {
      // Mail that came in has no record type: its webhook was given this address by mistake.
      return new Reading.Malformed("it has no RecordType, so it tells of no mail that was sent");
    }
    return type.equals("Inbound")
        ? new Reading.Events(List.of())
        : new Reading.Events(List.of(read(event, type)));
  }

  private static MailEvent read(JsonNode event, String type) {
    return switch (type) {
      case "Delivery" -> event(event, type, Kind.DELIVERED, Reason.NONE, false, "DeliveredAt");
      case "Open" -> event(event, type, Kind.OPENED, Reason.NONE, false, "ReceivedAt");
      case "Click" -> event(event, type, Kind.CLICKED, Reason.NONE, false, "ReceivedAt");
      case "SpamComplaint" -> event(event, type, Kind.COMPLAINED, Reason.SPAM, false, "BouncedAt");
      case "Bounce" -> bounce(event);
      case "SubscriptionChange" -> change(event, type);
      default -> event(event, type, Kind.UNKNOWN, Reason.NONE, false, "ReceivedAt");
    };
  }

  /// Postmark, "Bounce API", types of bounces. `SpamNotification` is a filter's word and not a
  /// person's, so it is no complaint.
  private static MailEvent bounce(JsonNode event) {
    String type = text(event.path("Type"));
    return switch (type) {
      case "HardBounce" -> bounce(event, type, Kind.BOUNCED, Reason.BOUNCED, true);
      case "BadEmailAddress" -> bounce(event, type, Kind.REJECTED, Reason.INVALID, true);
      case "SoftBounce" -> bounce(event, type, Kind.BOUNCED, Reason.BOUNCED, false);
      case "VirusNotification" -> bounce(event, type, Kind.BOUNCED, Reason.OTHER, false);
      case "SpamNotification" -> bounce(event, type, Kind.BOUNCED, Reason.SPAM, false);
      case "Blocked", "DMARCPolicy" -> bounce(event, type, Kind.BOUNCED, Reason.BLOCKED, false);
      case "ManuallyDeactivated" -> bounce(event, type, Kind.REJECTED, Reason.BLOCKED, false);
      case "Unconfirmed" -> bounce(event, type, Kind.REJECTED, Reason.OTHER, false);
      case "SMTPApiError", "TemplateRenderingFailed" ->
          bounce(event, type, Kind.FAILED, Reason.OTHER, false);
      case "Transient", "DnsError", "OpenRelayTest" ->
          bounce(event, type, Kind.DEFERRED, Reason.NONE, false);
      case "AutoResponder", "AddressChange", "ChallengeVerification" ->
          bounce(event, type, Kind.AUTORESPONDED, Reason.NONE, false);
      case "SpamComplaint" -> bounce(event, type, Kind.COMPLAINED, Reason.SPAM, false);
      case "Unsubscribe" -> bounce(event, type, Kind.UNSUBSCRIBED, Reason.UNSUBSCRIBED, false);
      case "Subscribe" -> bounce(event, type, Kind.SUBSCRIBED, Reason.NONE, false);
      default -> bounce(event, type, Kind.UNKNOWN, Reason.NONE, false);
    };
  }

  private static MailEvent bounce(
      JsonNode event, String type, Kind kind, Reason reason, boolean lasting) {
    return event(event, type, kind, reason, lasting, "BouncedAt");
  }

  private static MailEvent change(JsonNode event, String type) {
    if (!event.path("SuppressSending").asBoolean(false)) {
      return event(event, type, Kind.SUBSCRIBED, Reason.NONE, false, "ChangedAt");
    }
    return switch (text(event.path("SuppressionReason"))) {
      case "HardBounce" -> event(event, type, Kind.BOUNCED, Reason.BOUNCED, true, "ChangedAt");
      case "SpamComplaint" -> event(event, type, Kind.COMPLAINED, Reason.SPAM, false, "ChangedAt");
      default -> event(event, type, Kind.UNSUBSCRIBED, Reason.UNSUBSCRIBED, false, "ChangedAt");
    };
  }

  private static MailEvent event(
      JsonNode event, String name, Kind kind, Reason reason, boolean lasting, String timeField) {
    String id = text(event.path("MessageID"));
    String recipient = first(event, "Recipient", "Email");
    String at = text(event.path(timeField));
    return new MailEvent(
        kind,
        reason,
        lasting,
        WebhookJson.time(at),
        WebhookJson.key(
            text(event.path("RecordType")),
            name,
            id,
            recipient,
            at,
            text(event.path("ID")),
            text(event.path("OriginalLink")),
            text(event.path("SuppressionReason"))),
        name,
        text(event.path("Metadata").path(EmailProvider.MESSAGE_ID_FIELD)),
        id.equals(NO_MESSAGE) ? "" : id,
        recipient,
        true,
        first(event, "Details", "Description"));
  }

  private static String first(JsonNode event, String field, String otherwise) {
    String text = text(event.path(field));
    return text.isEmpty() ? text(event.path(otherwise)) : text;
  }
}
