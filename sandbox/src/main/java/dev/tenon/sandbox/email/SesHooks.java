package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// SES tells by event destinations of configuration sets, each a topic of SNS, whose confirmed
/// subscribers get signed notifications.
final class SesHooks extends MailHooks {
  /// The event types that a destination can want, as the API names them.
  static final List<String> TYPES =
      List.of(
          "SEND",
          "REJECT",
          "BOUNCE",
          "COMPLAINT",
          "DELIVERY",
          "OPEN",
          "CLICK",
          "RENDERING_FAILURE",
          "DELIVERY_DELAY",
          "SUBSCRIPTION");

  /// The configuration set of the control call's destination: all of them, and none.
  static final String EVERY_SET = "*";

  private static final String DESTINATION = "destination:";

  private final SnsTopics topics;

  SesHooks(SimulatorContext context) {
    super(context);
    topics = new SnsTopics(context, endpoints());
  }

  SnsTopics topics() {
    return topics;
  }

  static String destinationId(String set, String name) {
    return DESTINATION + set + "/" + name;
  }

  /// The event destinations of a configuration set.
  List<ObjectNode> destinations(String set) {
    return endpoints().list().stream()
        .filter(each -> each.path("id").asString().startsWith(DESTINATION))
        .filter(each -> each.path("set").asString().equals(set))
        .toList();
  }

  @Override
  Set<Happening> happenings() {
    return EnumSet.complementOf(EnumSet.of(Happening.SCHEDULED));
  }

  @Override
  List<OutgoingWebhook> webhooks(Mail mail, List<MailEvent> events) {
    List<ObjectNode> destinations = new ArrayList<>(destinations(EVERY_SET));
    if (!mail.content().stream().isEmpty()) {
      destinations.addAll(destinations(mail.content().stream()));
    }
    List<OutgoingWebhook> outgoing = new ArrayList<>();
    String first = Addresses.everyone(mail.content()).stream().findFirst().orElse("");
    for (MailEvent event : events) {
      String type = SesEvents.type(event.happening());
      if (type.equals("SEND") && !event.recipient().equals(first)) {
        continue;
      }
      Set<String> wanting = new LinkedHashSet<>();
      for (ObjectNode destination : destinations) {
        if (wants(destination, type)) {
          wanting.add(destination.path("topic").asString());
        }
      }
      if (!wanting.isEmpty()) {
        ObjectNode told = SesEvents.of(mail, event);
        String message = Json.write(told) + "\n";
        for (String topic : wanting) {
          outgoing.addAll(
              topics.notifications(topic, event, told.path("eventType").asString(), message));
        }
      }
    }
    return outgoing;
  }

  private static boolean wants(ObjectNode destination, String type) {
    return destination.path("enabled").asBoolean(false)
        && destination.path("types").valueStream().anyMatch(each -> each.asString().equals(type));
  }

  @Override
  Map<String, String> headers(
      ObjectNode endpoint, OutgoingWebhook webhook, String body, Instant at) {
    JsonNode message = Json.read(body.getBytes(StandardCharsets.UTF_8));
    String type = message.path("Type").asString();
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", "text/plain; charset=UTF-8");
    headers.put("User-Agent", "Amazon Simple Notification Service Agent");
    headers.put("x-amz-sns-message-type", type);
    headers.put("x-amz-sns-message-id", message.path("MessageId").asString());
    headers.put("x-amz-sns-topic-arn", message.path("TopicArn").asString());
    if (type.equals("Notification")) {
      headers.put("x-amz-sns-subscription-arn", endpoint.path("id").asString());
    }
    return headers;
  }

  /// A topic for all mails, and a subscription to it, which has to be confirmed as any other: the
  /// handshake is on its way when this returns. A secret of `1` or `2` chooses the version of the
  /// signature.
  @Override
  ObjectNode register(HookUrl url, String text, String secret) {
    String topic = topics.create(SnsTopics.MAIL_EVENTS);
    if (!secret.isEmpty()) {
      topics.signatureVersion(topic, secret);
    }
    ObjectNode destination = Json.object();
    destination.put("id", destinationId(EVERY_SET, CONTROL));
    destination.put("set", EVERY_SET);
    destination.put("name", CONTROL);
    destination.put("enabled", true);
    destination.put("topic", topic);
    ArrayNode types = destination.putArray("types");
    TYPES.forEach(types::add);
    endpoints().put(destination);
    String subscription = topics.move(topic, text);
    return Json.object()
        .put("url", url.url().toString())
        .put("topic_arn", topic)
        .put("subscription_arn", subscription)
        .put("signing_cert_url", topics.certificateUrl());
  }
}
