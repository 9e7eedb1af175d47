package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// SendGrid's Event Webhook: arrays of events of any mails, one line each, signed by ECDSA over the
/// time and the very bytes. Every try gives the events new ids, as the real one does.
final class SendGridHooks extends MailHooks {
  /// The settings that switch events on, by the word in the event.
  static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("processed", "processed"),
          Map.entry("dropped", "dropped"),
          Map.entry("deferred", "deferred"),
          Map.entry("delivered", "delivered"),
          Map.entry("bounce", "bounce"),
          Map.entry("open", "open"),
          Map.entry("click", "click"),
          Map.entry("spamreport", "spam_report"),
          Map.entry("unsubscribe", "unsubscribe"),
          Map.entry("group_unsubscribe", "group_unsubscribe"),
          Map.entry("group_resubscribe", "group_resubscribe"));

  private static final String PREFIX = "X-Twilio-Email-Event-Webhook-";

  private final SendGridBatches batches;

  SendGridHooks(SimulatorContext context) {
    super(context);
    batches = new SendGridBatches(context, this::send);
  }

  SendGridBatches batches() {
    return batches;
  }

  @Override
  Set<Happening> happenings() {
    return EnumSet.complementOf(EnumSet.of(Happening.RENDERING_FAILED, Happening.SCHEDULED));
  }

  @Override
  void tell(Mail mail, List<MailEvent> events, Duration pause) {
    if (!endpoints().isEmpty()) {
      batches.add(mail, events);
    }
  }

  @Override
  String logged(MailEvent event) {
    return batches.batchOf(event);
  }

  @Override
  List<OutgoingWebhook> webhooks(Mail mail, List<MailEvent> events) {
    throw new UnsupportedOperationException("SendGrid sends batches");
  }

  /// Sends a batch to each endpoint, to each what it wants.
  private void send(String id, List<ObjectNode> events) {
    context()
        .webhooks()
        .send(
            endpoints().list().stream()
                .filter(this::isEnabled)
                .flatMap(endpoint -> webhook(endpoint, id, events).stream())
                .toList());
  }

  private static List<OutgoingWebhook> webhook(
      ObjectNode endpoint, String id, List<ObjectNode> events) {
    ArrayNode wanted = Json.array();
    events.stream()
        .filter(
            event ->
                endpoint
                    .path(SETTINGS.getOrDefault(event.path("event").asString(), ""))
                    .asBoolean(false))
        .forEach(wanted::add);
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<String> types =
        wanted.valueStream().map(event -> event.path("event").asString()).distinct().toList();
    return List.of(
        new OutgoingWebhook(
            id,
            String.join(", ", types),
            endpoint.path("id").asString(),
            HookUrl.of(endpoint).url(),
            Json.write(wanted)));
  }

  @Override
  String body(OutgoingWebhook webhook) {
    StringBuilder text = new StringBuilder("[");
    for (JsonNode event : Json.read(webhook.body().getBytes(StandardCharsets.UTF_8))) {
      ((ObjectNode) event).put("sg_event_id", token(16));
      text.append(text.length() > 1 ? ",\r\n" : "").append(Json.write(event));
    }
    return text.append("]\r\n").toString();
  }

  @Override
  boolean isEnabled(ObjectNode endpoint) {
    return endpoint.path("enabled").asBoolean(false);
  }

  @Override
  Map<String, String> headers(
      ObjectNode endpoint, OutgoingWebhook webhook, String body, Instant at) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("User-Agent", "SendGrid Event API");
    if (endpoint.path("signed").asBoolean(false)) {
      String time = Long.toString(at.getEpochSecond());
      headers.put(PREFIX + "Timestamp", time);
      headers.put(PREFIX + "Signature", sign(endpoint.path("private_key").asString(), time + body));
    }
    return headers;
  }

  private static String sign(String privateKey, String text) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(privateKey))));
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Has webhooks signed from now on, by the key that the endpoint has or by a new one.
  static void signed(ObjectNode endpoint) {
    endpoint.put("signed", true);
    if (endpoint.has("private_key")) {
      return;
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      Base64.Encoder base64 = Base64.getEncoder();
      endpoint.put("private_key", base64.encodeToString(pair.getPrivate().getEncoded()));
      endpoint.put("public_key", base64.encodeToString(pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// SendGrid makes the key itself, and it stays the same over restarts: a given secret is of no
  /// use.
  @Override
  ObjectNode register(HookUrl url, String text, String secret) {
    ObjectNode endpoint = control(text).put("enabled", true);
    SETTINGS.values().forEach(setting -> endpoint.put(setting, true));
    signed(endpoint);
    endpoints().put(endpoint);
    return Json.object()
        .put("url", url.url().toString())
        .put("public_key", endpoint.path("public_key").asString());
  }
}
