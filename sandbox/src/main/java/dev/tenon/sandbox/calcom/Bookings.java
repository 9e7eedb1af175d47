package dev.tenon.sandbox.calcom;

import dev.tenon.sandbox.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Bookings, by the contract of 2024-08-13. A booking that is moved ends, and another with a uid of
/// its own takes its place.
final class Bookings {
  private final Account account;
  private final Slots slots;
  private final Hooks hooks;

  Bookings(Account account, Slots slots, Hooks hooks) {
    this.account = account;
    this.slots = slots;
    this.hooks = hooks;
  }

  ObjectNode create(ObjectNode body) {
    ObjectNode type =
        account.get(Account.Kind.EVENT_TYPE, body.path("eventTypeId").asString("none"));
    JsonNode attendee = body.path("attendee");
    for (String needed : List.of("name", "timeZone", "email")) {
      if (attendee.path(needed).asString("").isBlank()) {
        throw CalcomError.badRequest("attendee." + needed + " should not be empty");
      }
    }
    zone(attendee.path("timeZone").asString());
    metadata(body.path("metadata"));
    Instant start = time(body.path("start"));
    check(type, start, "");
    ObjectNode booking = place(type, start, account.uid());
    ObjectNode person = booking.putArray("attendees").addObject();
    person.put("name", attendee.path("name").asString());
    person.put("email", attendee.path("email").asString());
    person.put("displayEmail", attendee.path("email").asString());
    person.put("timeZone", attendee.path("timeZone").asString());
    person.put("language", attendee.path("language").asString("en"));
    person.put("absent", false);
    booking.set("guests", body.path("guests").isArray() ? body.path("guests") : Json.array());
    booking.set(
        "bookingFieldsResponses",
        body.path("bookingFieldsResponses").isObject()
            ? body.path("bookingFieldsResponses")
            : Json.object());
    booking.set(
        "metadata", body.path("metadata").isObject() ? body.path("metadata") : Json.object());
    booking.put("icsUid", booking.path("uid").asString() + "@Cal.com");
    booking.put("sequence", 0);
    booking.put("status", EventTypes.needsConfirmation(type) ? "pending" : "accepted");
    save(booking);
    hooks.send(
        EventTypes.needsConfirmation(type) ? "BOOKING_REQUESTED" : "BOOKING_CREATED", booking);
    return booking;
  }

  ObjectNode reschedule(String uid, ObjectNode body) {
    ObjectNode old = active(uid);
    ObjectNode type =
        account.get(Account.Kind.EVENT_TYPE, old.path("eventType").path("id").asString());
    Instant start = time(body.path("start"));
    check(type, start, uid);
    String by = body.path("rescheduledBy").asString("");
    boolean waits = EventTypes.needsConfirmation(type) && !by.equals(Account.EMAIL);
    ObjectNode moved = place(type, start, account.uid());
    for (String kept :
        List.of("attendees", "guests", "bookingFieldsResponses", "metadata", "icsUid")) {
      moved.set(kept, old.path(kept).deepCopy());
    }
    moved.put("sequence", old.path("sequence").asInt() + 1);
    moved.put("rescheduledFromUid", uid);
    moved.put("status", waits ? "pending" : "accepted");
    moved.put("rescheduledByEmail", by.isEmpty() ? Account.EMAIL : by);
    moved.put("reschedulingReason", body.path("reschedulingReason").asString(""));
    old.put("status", "cancelled");
    old.put("rescheduledToUid", moved.path("uid").asString());
    save(old);
    save(moved);
    hooks.send(waits ? "BOOKING_REQUESTED" : "BOOKING_RESCHEDULED", moved, old);
    return moved;
  }

  ObjectNode cancel(String uid, ObjectNode body) {
    ObjectNode booking = active(uid);
    booking.put("status", "cancelled");
    booking.put("cancellationReason", body.path("cancellationReason").asString(""));
    booking.put("cancelledByEmail", body.path("cancelledBy").asString(Account.EMAIL));
    booking.put("sequence", booking.path("sequence").asInt() + 1);
    save(booking);
    hooks.send("BOOKING_CANCELLED", booking);
    return booking;
  }

  ObjectNode confirm(String uid) {
    ObjectNode booking = waiting(uid);
    booking.put("status", "accepted");
    save(booking);
    hooks.send("BOOKING_CREATED", booking);
    return booking;
  }

  ObjectNode decline(String uid, ObjectNode body) {
    ObjectNode booking = waiting(uid);
    booking.put("status", "rejected");
    booking.put("cancellationReason", body.path("reason").asString(""));
    save(booking);
    hooks.send("BOOKING_REJECTED", booking);
    return booking;
  }

  /// Says of attendees whether they came.
  ObjectNode markAbsent(String uid, ObjectNode body) {
    ObjectNode booking = account.get(Account.Kind.BOOKING, uid);
    if (body.path("host").isBoolean()) {
      booking.put("absentHost", body.path("host").booleanValue());
    }
    for (JsonNode told : body.path("attendees")) {
      for (JsonNode one : booking.path("attendees")) {
        if (one instanceof ObjectNode person
            && person.path("email").asString().equals(told.path("email").asString(""))) {
          person.put("absent", told.path("absent").asBoolean(false));
        }
      }
    }
    save(booking);
    hooks.noShow(booking);
    return booking;
  }

  /// The meeting begins or is over.
  ObjectNode meeting(String uid, String trigger) {
    ObjectNode booking = account.get(Account.Kind.BOOKING, uid);
    hooks.flat(trigger, booking);
    return booking;
  }

  List<ObjectNode> list(Map<String, String> query) {
    return account.list(Account.Kind.BOOKING).stream()
        .filter(one -> same(query, "eventTypeId", one.path("eventType").path("id").asString("")))
        .filter(
            one ->
                same(
                    query,
                    "attendeeEmail",
                    one.path("attendees").path(0).path("email").asString("")))
        .filter(one -> since(query, "afterStart", one.path("start").asString("")))
        .filter(one -> since(query, "afterUpdatedAt", one.path("updatedAt").asString("")))
        .filter(
            one ->
                !query.containsKey("beforeEnd")
                    || !Instant.parse(one.path("end").asString("")).isAfter(at(query, "beforeEnd")))
        .sorted(java.util.Comparator.comparing(one -> one.path("updatedAt").asString("")))
        .toList();
  }

  private static boolean same(Map<String, String> query, String name, String value) {
    return !query.containsKey(name) || String.valueOf(query.get(name)).equals(value);
  }

  private static boolean since(Map<String, String> query, String name, String value) {
    return !query.containsKey(name) || !Instant.parse(value).isBefore(at(query, name));
  }

  private static Instant at(Map<String, String> query, String name) {
    return time(Json.object().stringNode(String.valueOf(query.get(name))));
  }

  private ObjectNode place(ObjectNode type, Instant start, String uid) {
    int minutes = type.path("lengthInMinutes").asInt();
    ObjectNode booking = Json.object();
    booking.put("id", account.number());
    booking.put("uid", uid);
    booking.put("title", type.path("title").asString());
    booking.put("description", "");
    ObjectNode host = booking.putArray("hosts").addObject();
    host.put("id", 5).put("name", "Pro Host").put("email", Account.EMAIL);
    host.put("displayEmail", Account.EMAIL);
    host.put("username", Account.USERNAME).put("timeZone", account.zone().getId());
    booking.put("start", text(start));
    booking.put("end", text(start.plus(Duration.ofMinutes(minutes))));
    booking.put("duration", minutes);
    booking.set("eventTypeId", type.path("id"));
    booking
        .putObject("eventType")
        .put("id", type.path("id").asInt())
        .set("slug", type.path("slug"));
    JsonNode address = type.path("locations").path(0).path("address");
    booking.put(
        "location",
        address.isString() ? address.asString() : account.context.url() + "/video/" + uid);
    booking.put("absentHost", false);
    booking.put("createdAt", text(account.now()));
    return booking;
  }

  private void save(ObjectNode booking) {
    booking.put("updatedAt", text(account.now()));
    account.put(Account.Kind.BOOKING, booking.path("uid").asString(), booking);
  }

  private void check(ObjectNode type, Instant start, String moving) {
    if (!slots.free(type, start, start.plusSeconds(1), moving).contains(start)) {
      throw CalcomError.badRequest(
          "User either already has booking at this time or is not available");
    }
  }

  private ObjectNode active(String uid) {
    ObjectNode booking = account.get(Account.Kind.BOOKING, uid);
    String status = booking.path("status").asString();
    if (!status.equals("accepted") && !status.equals("pending")) {
      throw CalcomError.badRequest(
          "Can't change booking with uid=%s because it has been %s already"
              .formatted(uid, booking.has("rescheduledToUid") ? "rescheduled" : status));
    }
    return booking;
  }

  private ObjectNode waiting(String uid) {
    ObjectNode booking = account.get(Account.Kind.BOOKING, uid);
    if (!booking.path("status").asString().equals("pending")) {
      throw CalcomError.badRequest("Booking with uid=%s is not pending".formatted(uid));
    }
    return booking;
  }

  private static void metadata(JsonNode metadata) {
    if (metadata.size() > 50) {
      throw CalcomError.badRequest("Metadata can have at most 50 keys");
    }
    metadata
        .properties()
        .forEach(
            entry -> {
              boolean scalar =
                  entry.getValue().isString()
                      || entry.getValue().isNumber()
                      || entry.getValue().isBoolean();
              if (entry.getKey().length() > 40
                  || !scalar
                  || entry.getValue().asString().length() > 500) {
                throw CalcomError.badRequest("Metadata key or value is invalid");
              }
            });
  }

  static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException _) {
      throw CalcomError.badRequest("timeZone must be a valid IANA time zone");
    }
  }

  static Instant time(JsonNode node) {
    try {
      return OffsetDateTime.parse(node.asString("")).toInstant();
    } catch (DateTimeException _) {
      throw CalcomError.badRequest("start must be a valid ISO 8601 date string");
    }
  }

  /// With three digits of a fraction, as Cal.com writes it.
  static String text(Instant at) {
    return java.time.format.DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
        .withZone(java.time.ZoneOffset.UTC)
        .format(at);
  }
}
