package dev.tenon.sandbox.calcom;

import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.Webhooks;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Webhooks: registered by the API, signed over the raw body, sent to each that wants the trigger.
final class Hooks {
  private static final int WEBHOOKS_MAX = 250;

  /// How long a delivery is held that others are to overtake.
  private static final Duration OVERTAKEN = Duration.ofMillis(500);

  private final Account account;

  Hooks(Account account) {
    this.account = account;
  }

  ObjectNode create(ObjectNode body) {
    if (account.list(Account.Kind.WEBHOOK).size() >= WEBHOOKS_MAX) {
      throw CalcomError.badRequest("There are 250 webhooks already.");
    }
    ObjectNode hook = Json.object();
    hook.put("id", UUID.randomUUID().toString());
    hook.put("userId", 5);
    hook.putNull("payloadTemplate");
    for (String needed : List.of("active", "subscriberUrl", "triggers")) {
      if (!body.has(needed)) {
        throw CalcomError.badRequest(needed + " should not be empty");
      }
    }
    return save(hook, body);
  }

  ObjectNode update(String id, ObjectNode body) {
    return save(account.get(Account.Kind.WEBHOOK, id), body);
  }

  ObjectNode delete(String id) {
    ObjectNode hook = account.get(Account.Kind.WEBHOOK, id);
    account.remove(Account.Kind.WEBHOOK, id);
    return hook;
  }

  /// Has one webhook with this address for all that Cal.com tells of bookings and meetings.
  void register(URI url, String secret) {
    account.list(Account.Kind.WEBHOOK).stream()
        .filter(hook -> hook.path("subscriberUrl").asString().equals(url.toString()))
        .forEach(hook -> account.remove(Account.Kind.WEBHOOK, hook.path("id").asString()));
    ObjectNode body = Json.object();
    body.put("active", true).put("subscriberUrl", url.toString()).put("secret", secret);
    var triggers = body.putArray("triggers");
    List.of(
            "BOOKING_CREATED",
            "BOOKING_REQUESTED",
            "BOOKING_RESCHEDULED",
            "BOOKING_CANCELLED",
            "BOOKING_REJECTED",
            "BOOKING_NO_SHOW_UPDATED",
            "MEETING_STARTED",
            "MEETING_ENDED")
        .forEach(triggers::add);
    var _ = create(body);
  }

  private ObjectNode save(ObjectNode hook, ObjectNode body) {
    for (String field :
        List.of("active", "subscriberUrl", "triggers", "secret", "payloadTemplate")) {
      if (body.has(field)) {
        hook.set(field, body.path(field).deepCopy());
      }
    }
    try {
      String scheme =
          String.valueOf(URI.create(hook.path("subscriberUrl").asString("")).getScheme());
      if (!scheme.equals("https") && !scheme.equals("http")) {
        throw CalcomError.badRequest("subscriberUrl must be a URL address");
      }
    } catch (IllegalArgumentException _) {
      throw CalcomError.badRequest("subscriberUrl must be a URL address");
    }
    account.put(Account.Kind.WEBHOOK, hook.path("id").asString(), hook);
    return hook;
  }

  void send(String trigger, ObjectNode booking) {
    wrapped(trigger, payload(booking));
  }

  /// Tells of a booking that took the place of another.
  void send(String trigger, ObjectNode moved, ObjectNode old) {
    ObjectNode payload = payload(moved);
    payload.set("rescheduleId", old.path("id"));
    payload.set("rescheduleUid", old.path("uid"));
    payload.set("rescheduleStartTime", old.path("start"));
    payload.set("rescheduleEndTime", old.path("end"));
    payload.set("rescheduledBy", moved.path("rescheduledByEmail"));
    wrapped(trigger, payload);
  }

  void noShow(ObjectNode booking) {
    ObjectNode payload = Json.object();
    payload.put("message", "No-show updated");
    var attendees = payload.putArray("attendees");
    for (JsonNode one : booking.path("attendees")) {
      ObjectNode person = attendees.addObject();
      person.set("email", one.path("email"));
      person.set("noShow", one.path("absent"));
    }
    payload.set("bookingUid", booking.path("uid"));
    payload.set("bookingId", booking.path("id"));
    wrapped("BOOKING_NO_SHOW_UPDATED", payload);
  }

  /// Meetings are told of flat, with the booking's own `createdAt`.
  void flat(String trigger, ObjectNode booking) {
    ObjectNode body = Json.object();
    body.put("triggerEvent", trigger);
    body.set("id", booking.path("id"));
    body.set("uid", booking.path("uid"));
    body.put("userId", 5);
    body.set("eventTypeId", booking.path("eventTypeId"));
    body.set("title", booking.path("title"));
    body.set("startTime", booking.path("start"));
    body.set("endTime", booking.path("end"));
    body.set("createdAt", booking.path("createdAt"));
    body.put("status", booking.path("status").asString().toUpperCase(Locale.ROOT));
    if (booking.has("rescheduledFromUid")) {
      body.set("fromReschedule", booking.path("rescheduledFromUid"));
    }
    body.set("iCalUID", booking.path("icsUid"));
    body.set("iCalSequence", booking.path("sequence"));
    body.set("metadata", booking.path("metadata"));
    body.set("noShowHost", booking.path("absentHost"));
    body.putObject("user").put("email", Account.EMAIL).put("name", "Pro Host");
    people(body, booking);
    post(trigger, body);
  }

  private ObjectNode payload(ObjectNode booking) {
    ObjectNode payload = Json.object();
    payload.set("type", booking.path("eventType").path("slug"));
    payload.put("title", booking.path("title").asString() + " between Pro Host and a guest");
    payload.set("eventTitle", booking.path("title"));
    payload.set("startTime", booking.path("start"));
    payload.set("endTime", booking.path("end"));
    payload
        .putObject("organizer")
        .put("id", 5)
        .put("name", "Pro Host")
        .put("email", Account.EMAIL)
        .put("username", Account.USERNAME)
        .put("timeZone", account.zone().getId())
        .putObject("language")
        .put("locale", "en");
    people(payload, booking);
    ObjectNode responses = payload.putObject("responses");
    booking
        .path("bookingFieldsResponses")
        .properties()
        .forEach(
            entry ->
                responses
                    .putObject(entry.getKey())
                    .put("label", entry.getKey())
                    .put("isHidden", false)
                    .set("value", entry.getValue()));
    payload.set("uid", booking.path("uid"));
    payload.set("bookingId", booking.path("id"));
    payload.set("eventTypeId", booking.path("eventTypeId"));
    payload.set("length", booking.path("duration"));
    payload.put("status", booking.path("status").asString().toUpperCase(Locale.ROOT));
    String location = booking.path("location").asString("");
    if (location.startsWith("http")) {
      payload.put("location", "integrations:daily");
      payload
          .putObject("videoCallData")
          .put("type", "daily_video")
          .put("id", booking.path("uid").asString())
          .put("password", "never-store-this")
          .put("url", location);
    } else {
      payload.put("location", location);
    }
    payload.set("metadata", booking.path("metadata"));
    payload.set("iCalUID", booking.path("icsUid"));
    payload.set("iCalSequence", booking.path("sequence"));
    if (booking.path("status").asString().equals("cancelled")) {
      payload.set("cancellationReason", booking.path("cancellationReason"));
      payload.set("cancelledBy", booking.path("cancelledByEmail"));
      payload.put("requestReschedule", false);
    }
    if (booking.path("status").asString().equals("rejected")) {
      payload.set("rejectionReason", booking.path("cancellationReason"));
    }
    return payload;
  }

  private static void people(ObjectNode into, ObjectNode booking) {
    var attendees = into.putArray("attendees");
    for (JsonNode one : booking.path("attendees")) {
      ObjectNode person = attendees.addObject();
      person.set("name", one.path("name"));
      person.set("email", one.path("email"));
      person.set("timeZone", one.path("timeZone"));
      person.putObject("language").set("locale", one.path("language"));
    }
  }

  private void wrapped(String trigger, ObjectNode payload) {
    ObjectNode body = Json.object();
    body.put("triggerEvent", trigger);
    body.put("createdAt", Bookings.text(account.now()));
    body.set("payload", payload);
    post(trigger, body);
  }

  private void post(String trigger, ObjectNode body) {
    List<OutgoingWebhook> batch = new ArrayList<>();
    for (ObjectNode hook : account.list(Account.Kind.WEBHOOK)) {
      if (hook.path("active").asBoolean(false) && wants(hook, trigger)) {
        batch.add(
            new OutgoingWebhook(
                "cal_" + UUID.randomUUID(),
                trigger,
                hook.path("id").asString(),
                URI.create(hook.path("subscriberUrl").asString()),
                Json.write(body)));
      }
    }
    // Each change is one delivery, so that what swaps those of a change would swap nothing.
    if (account.context.faults().take(Fault.Kind.REORDER_WEBHOOKS, "").isPresent()) {
      account.context.webhooks().sendAfter(OVERTAKEN, batch);
    } else {
      account.context.webhooks().send(batch);
    }
  }

  private static boolean wants(ObjectNode hook, String trigger) {
    for (JsonNode one : hook.path("triggers")) {
      if (one.asString("").equals(trigger)) {
        return true;
      }
    }
    return false;
  }

  /// Where a webhook goes now; empty when it was deleted or switched off.
  Optional<Webhooks.Address> address(OutgoingWebhook webhook, Instant at) {
    return account.run(
        () ->
            Optional.ofNullable(account.find(Account.Kind.WEBHOOK, webhook.endpoint()))
                .filter(hook -> hook.path("active").asBoolean(false))
                .map(
                    hook ->
                        new Webhooks.Address(
                            URI.create(hook.path("subscriberUrl").asString()),
                            Map.of(
                                "Content-Type",
                                "application/json",
                                "X-Cal-Signature-256",
                                signature(hook.path("secret").asString(""), webhook.body()),
                                "X-Cal-Webhook-Version",
                                "2021-10-20"),
                            webhook.body())));
  }

  static String signature(String secret, String body) {
    if (secret.isEmpty()) {
      return "no-secret-provided";
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
