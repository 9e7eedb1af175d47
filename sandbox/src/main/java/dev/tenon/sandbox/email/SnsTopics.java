package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/// Topics of SNS and who subscribed to them by HTTP. A subscription gets nothing but its
/// confirmation until it is confirmed.
final class SnsTopics {
  /// The topic of all mails.
  static final String MAIL_EVENTS = "tenon-sandbox-mail-events";

  private static final String ACCOUNT = "000000000000";
  private static final String REGION = "us-east-1";
  private static final String TOPIC = "topic:";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final SimulatorContext context;
  private final HookEndpoints kept;
  private final SnsSignature signature;

  SnsTopics(SimulatorContext context, HookEndpoints kept) {
    this.context = context;
    this.kept = kept;
    this.signature = new SnsSignature(kept, context.clock());
  }

  SnsSignature signature() {
    return signature;
  }

  String certificateUrl() {
    return context.url() + signature.path();
  }

  static String time(Instant at) {
    return TIME.format(at);
  }

  /// Makes a topic, or finds the one of that name.
  String create(String name) {
    if (!name.matches("[A-Za-z0-9_-]{1,256}")) {
      throw invalid("Invalid parameter: Topic Name");
    }
    String arn = arn(name);
    if (kept.find(TOPIC + arn).isEmpty()) {
      kept.put(Json.object().put("id", TOPIC + arn).put("version", "1"));
    }
    return arn;
  }

  static String arn(String name) {
    return "arn:aws:sns:%s:%s:%s".formatted(REGION, ACCOUNT, name);
  }

  void signatureVersion(String topic, String version) {
    if (!version.equals("1") && !version.equals("2")) {
      throw invalid("Invalid parameter: SignatureVersion");
    }
    kept.put(topic(topic).put("version", version));
  }

  private ObjectNode topic(String arn) {
    return kept.find(TOPIC + arn)
        .orElseThrow(() -> new ProviderRefusal(404, "NotFound", "Topic does not exist"));
  }

  /// Subscribes a URL, and sends the confirmation to it.
  String subscribe(String topic, String url) {
    var _ = topic(topic);
    if (HookUrl.read(url).isEmpty()) {
      throw invalid("Invalid parameter: Endpoint must match the specified protocol");
    }
    Optional<ObjectNode> known =
        subscriptions(topic).stream()
            .filter(each -> each.path("url").asString().equals(url))
            .findFirst();
    if (known.isPresent() && known.get().path("confirmed").asBoolean(false)) {
      return known.get().path("id").asString();
    }
    return confirmable(
        known
            .orElseGet(() -> Json.object().put("id", topic + ":" + UUID.randomUUID()))
            .put("topic", topic)
            .put("url", url));
  }

  /// Has one subscription to a topic in place of those that there are: what is on its way to it
  /// still arrives.
  String move(String topic, String url) {
    List<ObjectNode> known = subscriptions(topic);
    if (known.size() == 1 && !known.getFirst().path("url").asString().equals(url)) {
      return confirmable(known.getFirst().put("url", url));
    }
    return subscribe(topic, url);
  }

  private String confirmable(ObjectNode subscription) {
    String token = MailHooks.token(48);
    String topic = subscription.path("topic").asString();
    subscription.put("confirmed", false).put("token", token);
    kept.put(subscription);
    ObjectNode body = message("SubscriptionConfirmation", topic, UUID.randomUUID().toString());
    body.put("Token", token);
    body.put(
        "Message",
        "You have chosen to subscribe to the topic %s.\nTo confirm the subscription, visit the"
                .formatted(topic)
            + " SubscribeURL included in this message.");
    body.put(
        "SubscribeURL",
        "%s/sns?Action=ConfirmSubscription&TopicArn=%s&Token=%s"
            .formatted(context.url(), encoded(topic), token));
    context.webhooks().send(List.of(webhook(subscription, body, "SubscriptionConfirmation")));
    return subscription.path("id").asString();
  }

  /// Confirms the subscription that a token was sent to.
  String confirm(String topic, String token) {
    var _ = topic(topic);
    ObjectNode subscription =
        subscriptions(topic).stream()
            .filter(each -> !token.isEmpty() && each.path("token").asString("").equals(token))
            .findFirst()
            .orElseThrow(() -> invalid("Invalid token"));
    kept.put(subscription.put("confirmed", true));
    return subscription.path("id").asString();
  }

  void unsubscribe(String arn) {
    kept.remove(arn);
  }

  List<ObjectNode> subscriptions(String topic) {
    return kept.list().stream()
        .filter(each -> each.has("token") && each.path("topic").asString().equals(topic))
        .toList();
  }

  /// One notification of an event for each confirmed subscriber.
  List<OutgoingWebhook> notifications(String topic, MailEvent event, String type, String message) {
    List<OutgoingWebhook> outgoing = new ArrayList<>();
    String id =
        UUID.nameUUIDFromBytes((event.id() + topic).getBytes(StandardCharsets.UTF_8)).toString();
    for (ObjectNode subscription : subscriptions(topic)) {
      if (subscription.path("confirmed").asBoolean(false)) {
        ObjectNode body = message("Notification", topic, id);
        body.put("Subject", "Amazon SES Email Event Notification");
        body.put("Message", message);
        body.put(
            "UnsubscribeURL",
            "%s/sns?Action=Unsubscribe&SubscriptionArn=%s"
                .formatted(context.url(), encoded(subscription.path("id").asString())));
        OutgoingWebhook made = webhook(subscription, body, type);
        outgoing.add(
            new OutgoingWebhook(
                event.id(), made.eventType(), made.endpoint(), made.url(), made.body()));
      }
    }
    return outgoing;
  }

  private ObjectNode message(String type, String topic, String id) {
    return Json.object()
        .put("Type", type)
        .put("MessageId", id)
        .put("TopicArn", topic)
        .put("Timestamp", time(context.clock().instant()));
  }

  private OutgoingWebhook webhook(ObjectNode subscription, ObjectNode body, String type) {
    String version = topic(subscription.path("topic").asString()).path("version").asString("1");
    signature.sign(body, version, certificateUrl());
    return new OutgoingWebhook(
        body.path("MessageId").asString(),
        type,
        subscription.path("id").asString(),
        HookUrl.of(subscription).url(),
        Json.pretty(body));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static ProviderRefusal invalid(String words) {
    return new ProviderRefusal(400, "InvalidParameter", words);
  }
}
