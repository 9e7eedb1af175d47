package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Mailgun's webhooks: the signature stands in the body and covers a time and a token of it only.
/// Both are made once for an event, so that a further try repeats the token. An answer of 406 ends
/// the tries.
final class MailgunHooks extends MailHooks {
  static final List<String> TYPES =
      List.of(
          "accepted",
          "clicked",
          "opened",
          "unsubscribed",
          "delivered",
          "permanent_fail",
          "temporary_fail",
          "complained");

  private static final String ACCOUNT = "account";
  private static final int TOKEN_BYTES = 25;

  /// Under one id for each domain, with the URLs of each type in it.
  static final String DOMAIN_PREFIX = "domain:";

  MailgunHooks(SimulatorContext context) {
    super(context);
    if (endpoints().find(ACCOUNT).isEmpty()) {
      endpoints().put(Json.object().put("id", ACCOUNT).put("key", MailgunSimulator.SIGNING_KEY));
    }
  }

  @Override
  Set<Happening> happenings() {
    return EnumSet.complementOf(EnumSet.of(Happening.RENDERING_FAILED, Happening.SCHEDULED));
  }

  @Override
  boolean isTold() {
    return endpoints().list().size() > 1;
  }

  @Override
  List<OutgoingWebhook> webhooks(Mail mail, List<MailEvent> events) {
    List<OutgoingWebhook> outgoing = new ArrayList<>();
    String domain = mail.content().stream();
    for (MailEvent event : events) {
      String type = type(event.happening());
      // One URL gets an event once, however often it stands in the settings.
      Map<String, String> told = new LinkedHashMap<>();
      endpoints()
          .find(CONTROL)
          .ifPresent(control -> told.put(control.path("url").asString(), CONTROL));
      endpoints()
          .find(DOMAIN_PREFIX + domain)
          .ifPresent(
              known ->
                  known
                      .path(type)
                      .forEach(url -> told.putIfAbsent(url.asString(), url.asString())));
      told.forEach(
          (url, id) -> {
            ObjectNode endpoint = Json.object().put("id", id).put("url", url);
            outgoing.add(webhook(endpoint, event, type, body(mail, event)));
          });
    }
    return outgoing;
  }

  /// The endpoint of a webhook is its URL: it stays until no setting names it any more. That of the
  /// control call may move.
  @Override
  Optional<ObjectNode> endpoint(OutgoingWebhook webhook) {
    String url = webhook.endpoint();
    return url.equals(CONTROL)
        ? endpoints().find(CONTROL)
        : Optional.of(Json.object().put("id", url).put("url", url))
            .filter(_ -> endpoints().list().stream().anyMatch(each -> holds(each, url)));
  }

  private static boolean holds(ObjectNode settings, String url) {
    for (JsonNode urls : settings) {
      if (urls instanceof ArrayNode list
          && list.valueStream().anyMatch(each -> each.asString().equals(url))) {
        return true;
      }
    }
    return false;
  }

  static String type(Happening happening) {
    return switch (happening) {
      case ACCEPTED -> "accepted";
      case DELIVERED -> "delivered";
      case DELAYED -> "temporary_fail";
      case HARD_BOUNCED, SOFT_BOUNCED, BLOCKED, SUPPRESSED, FAILED, RENDERING_FAILED ->
          "permanent_fail";
      case COMPLAINED -> "complained";
      case OPENED -> "opened";
      case CLICKED -> "clicked";
      case UNSUBSCRIBED -> "unsubscribed";
      case SCHEDULED -> "";
    };
  }

  private String body(Mail mail, MailEvent event) {
    String time = Long.toString(event.at().getEpochSecond());
    String token = HexFormat.of().formatHex(Base64.getUrlDecoder().decode(token(TOKEN_BYTES)));
    ObjectNode body = Json.object();
    body.putObject("signature")
        .put("token", token)
        .put("timestamp", time)
        .put("signature", sign(time + token));
    body.set("event-data", MailgunEvents.of(mail, event));
    return Json.write(body);
  }

  private String sign(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
    }
  }

  /// The signing key of the account.
  String key() {
    return endpoints()
        .find(ACCOUNT)
        .map(account -> account.path("key").asString())
        .orElse(MailgunSimulator.SIGNING_KEY);
  }

  @Override
  Map<String, String> headers(
      ObjectNode endpoint, OutgoingWebhook webhook, String body, Instant at) {
    return Map.of("Content-Type", "application/json", "User-Agent", "mailgun/treq-22.10.0");
  }

  @Override
  public boolean endsAt(int status) {
    return status == 406;
  }

  /// The secret becomes the account's signing key.
  @Override
  ObjectNode register(HookUrl url, String text, String secret) {
    if (!secret.isEmpty()) {
      endpoints().put(Json.object().put("id", ACCOUNT).put("key", secret));
    }
    endpoints().put(control(text));
    return Json.object().put("url", url.url().toString()).put("signing_key", key());
  }
}
