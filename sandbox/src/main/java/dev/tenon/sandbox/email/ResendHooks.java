package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Resend's webhooks, which Svix signs and sends: the id is the same at every try, the time and the
/// signature are not.
final class ResendHooks extends MailHooks {
  static final String SECRET_PREFIX = "whsec_";

  private static final int SECRET_BYTES = 24;
  private static final Duration OLD_SECRET = Duration.ofHours(24);

  ResendHooks(SimulatorContext context) {
    super(context);
  }

  @Override
  Set<Happening> happenings() {
    // Nobody can unsubscribe from a single mail here: that is a contact's matter.
    return EnumSet.complementOf(EnumSet.of(Happening.UNSUBSCRIBED));
  }

  @Override
  List<OutgoingWebhook> webhooks(Mail mail, List<MailEvent> events) {
    List<OutgoingWebhook> outgoing = new ArrayList<>();
    String first = Addresses.everyone(mail.content()).stream().findFirst().orElse("");
    for (MailEvent event : events) {
      String type = ResendEvents.type(event.happening());
      // Sent and scheduled is a mail as a whole; what follows comes once for each recipient.
      boolean whole = type.equals("email.sent") || type.equals("email.scheduled");
      if (type.isEmpty() || (whole && !event.recipient().equals(first))) {
        continue;
      }
      String body = Json.write(ResendEvents.of(type, mail, event));
      for (ObjectNode endpoint : endpoints().list()) {
        if (isEnabled(endpoint) && wants(endpoint, type)) {
          outgoing.add(webhook(endpoint, event, type, body));
        }
      }
    }
    return outgoing;
  }

  private static boolean wants(ObjectNode endpoint, String type) {
    for (JsonNode wanted : endpoint.path("events")) {
      if (wanted.asString().equals(type)) {
        return true;
      }
    }
    return false;
  }

  @Override
  boolean isEnabled(ObjectNode endpoint) {
    return !endpoint.path("status").asString("enabled").equals("disabled");
  }

  @Override
  Map<String, String> headers(
      ObjectNode endpoint, OutgoingWebhook webhook, String body, Instant at) {
    String id = "msg_" + webhook.eventId();
    String time = Long.toString(at.getEpochSecond());
    String signatures = sign(endpoint.path("secret").asString(), id, time, body);
    if (endpoint.path("old_until").asLong(0) > at.getEpochSecond()) {
      signatures += " " + sign(endpoint.path("old_secret").asString(), id, time, body);
    }
    return Map.of(
        "Content-Type",
        "application/json",
        "User-Agent",
        "Svix-Webhooks/1.77.0",
        "svix-id",
        id,
        "svix-timestamp",
        time,
        "svix-signature",
        signatures);
  }

  /// Svix's signature of version 1.
  static String sign(String secret, String id, String time, String body) {
    try {
      byte[] key = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] text = (id + "." + time + "." + body).getBytes(StandardCharsets.UTF_8);
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
    }
  }

  static String newSecret() {
    return SECRET_PREFIX
        + Base64.getEncoder().encodeToString(Base64.getUrlDecoder().decode(token(SECRET_BYTES)));
  }

  /// Gives an endpoint a new secret; for 24 hours the old one signs too, as Svix has it.
  static void rotate(ObjectNode endpoint, Instant now) {
    endpoint.put("old_secret", endpoint.path("secret").asString());
    endpoint.put("old_until", now.plus(OLD_SECRET).getEpochSecond());
    endpoint.put("secret", newSecret());
  }

  /// A secret is `whsec_` and base64; without one the earlier one stays, or there is a new one.
  @Override
  ObjectNode register(HookUrl url, String text, String secret) {
    ObjectNode endpoint = control(text);
    if (!secret.isEmpty() && !isSecret(secret)) {
      throw new ProviderRefusal(422, "validation_error", "secret must be whsec_ and base64.");
    }
    if (!secret.isEmpty() || !endpoint.has("secret")) {
      endpoint.put("secret", secret.isEmpty() ? newSecret() : secret);
    }
    ArrayNode events = endpoint.putArray("events");
    ResendEvents.TYPES.forEach(events::add);
    endpoints().put(endpoint);
    return Json.object()
        .put("url", url.url().toString())
        .put("signing_secret", endpoint.path("secret").asString());
  }

  private static boolean isSecret(String secret) {
    try {
      return secret.startsWith(SECRET_PREFIX)
          && Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length())).length >= 16;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }
}
