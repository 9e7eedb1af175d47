package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Postmark's webhooks: one object in each. They aren't signed; whoever made the webhook can have
/// basic authentication and headers of his own in it. An answer of 403 ends the tries.
final class PostmarkHooks extends MailHooks {
  /// The user name in what the control call with a secret makes.
  static final String CONTROL_USER = "tenon";

  static final List<String> TRIGGERS =
      List.of("Open", "Click", "Delivery", "Bounce", "SpamComplaint", "SubscriptionChange");

  PostmarkHooks(SimulatorContext context) {
    super(context);
  }

  @Override
  Set<Happening> happenings() {
    return EnumSet.of(
        Happening.DELIVERED,
        Happening.DELAYED,
        Happening.HARD_BOUNCED,
        Happening.SOFT_BOUNCED,
        Happening.BLOCKED,
        Happening.COMPLAINED,
        Happening.OPENED,
        Happening.CLICKED,
        Happening.UNSUBSCRIBED,
        Happening.FAILED,
        Happening.RENDERING_FAILED);
  }

  @Override
  List<OutgoingWebhook> webhooks(Mail mail, List<MailEvent> events) {
    List<OutgoingWebhook> outgoing = new ArrayList<>();
    for (MailEvent event : events) {
      for (ObjectNode endpoint : endpoints().list()) {
        String stream = endpoint.path("MessageStream").asString("");
        if (!stream.isEmpty() && !stream.equals(mail.content().stream())) {
          continue;
        }
        for (String trigger : triggers(event)) {
          JsonNode settings = endpoint.path("Triggers").path(trigger);
          if (settings.path("Enabled").asBoolean(false) && !isLaterOpen(mail, event, settings)) {
            ObjectNode body = PostmarkEvents.of(trigger, mail, event);
            if (settings.path("IncludeContent").asBoolean(false)) {
              body.put("Content", mail.content().source());
            }
            outgoing.add(webhook(endpoint, event, trigger, Json.write(body)));
          }
        }
      }
    }
    return outgoing;
  }

  /// Under what an event is told; a suppression is told beside what brought it about.
  private static List<String> triggers(MailEvent event) {
    return switch (event.happening()) {
      case DELIVERED -> List.of("Delivery");
      case HARD_BOUNCED -> List.of("Bounce", "SubscriptionChange");
      case SOFT_BOUNCED, BLOCKED, DELAYED, FAILED, RENDERING_FAILED -> List.of("Bounce");
      case COMPLAINED -> List.of("SpamComplaint", "SubscriptionChange");
      case OPENED -> List.of("Open");
      case CLICKED -> List.of("Click");
      case UNSUBSCRIBED -> List.of("SubscriptionChange");
      case ACCEPTED, SUPPRESSED, SCHEDULED -> List.of();
    };
  }

  private static boolean isLaterOpen(Mail mail, MailEvent event, JsonNode settings) {
    return settings.path("PostFirstOpenOnly").asBoolean(false)
        && event.happening() == Happening.OPENED
        && !PostmarkEvents.isFirst(mail, event);
  }

  @Override
  Map<String, String> headers(
      ObjectNode endpoint, OutgoingWebhook webhook, String body, Instant at) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("User-Agent", "Postmark");
    endpoint
        .path("HttpHeaders")
        .forEach(
            header -> headers.put(header.path("Name").asString(), header.path("Value").asString()));
    String user = endpoint.path("HttpAuth").path("Username").asString("");
    if (!user.isEmpty()) {
      headers.put(
          "Authorization",
          HookUrl.basic(user + ":" + endpoint.path("HttpAuth").path("Password").asString("")));
    }
    return headers;
  }

  @Override
  public boolean endsAt(int status) {
    return status == 403;
  }

  /// The secret becomes the password of its basic authentication; without one only what the URL
  /// holds is sent.
  @Override
  ObjectNode register(HookUrl url, String text, String secret) {
    ObjectNode endpoint = control(text);
    ObjectNode triggers = endpoint.putObject("Triggers");
    TRIGGERS.forEach(trigger -> triggers.putObject(trigger).put("Enabled", true));
    ObjectNode answer = Json.object().put("url", url.url().toString());
    if (secret.isEmpty()) {
      endpoint.remove("HttpAuth");
    } else {
      endpoint.putObject("HttpAuth").put("Username", CONTROL_USER).put("Password", secret);
      answer.put("username", CONTROL_USER).put("password", secret);
    }
    endpoints().put(endpoint);
    return answer;
  }
}
