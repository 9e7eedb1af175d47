package dev.tenon.connector.email.ses;

import static dev.tenon.connector.email.WebhookJson.text;

import dev.tenon.connector.email.WebhookJson;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A message as Amazon SNS posts it: a notification, or the question whether a subscription is
/// meant.
public final class SnsMessage {
  private static final List<String> NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> CONFIRMATION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  private final JsonNode tree;

  private SnsMessage(JsonNode tree) {
    this.tree = tree;
  }

  /// Reads a body; empty when it is no message of SNS.
  public static Optional<SnsMessage> read(byte[] body) {
    return WebhookJson.read(body)
        .filter(tree -> tree.isObject() && !text(tree.path("Type")).isEmpty())
        .map(SnsMessage::new);
  }

  /// `Notification`, `SubscriptionConfirmation` or `UnsubscribeConfirmation`.
  public String type() {
    return field("Type");
  }

  /// SNS's id, the same at each repetition.
  public String id() {
    return field("MessageId");
  }

  public String topic() {
    return field("TopicArn");
  }

  /// When SNS made it; [Instant#EPOCH] when it doesn't say.
  public Instant sentAt() {
    return WebhookJson.time(field("Timestamp"));
  }

  String field(String name) {
    return text(tree.path(name));
  }

  /// Where to say that the subscription is meant; null where it is not asked or no address. Whether
  /// it may be visited is [SnsHosts]' to say.
  public @Nullable URI subscribeUrl() {
    return type().equals("SubscriptionConfirmation") ? uri("SubscribeURL") : null;
  }

  @Nullable URI certificate() {
    return uri("SigningCertURL");
  }

  private @Nullable URI uri(String name) {
    try {
      return URI.create(field(name));
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  /// What SNS signed of it.
  String signed() {
    var signed = new StringBuilder();
    for (String name : type().equals("Notification") ? NOTIFICATION : CONFIRMATION) {
      // An absent subject is left out; an empty one is not.
      if (tree.has(name) && !tree.path(name).isNull()) {
        signed.append(name).append('\n').append(field(name)).append('\n');
      }
    }
    return signed.toString();
  }
}
