package dev.tenon.connector.calcom;

import dev.tenon.connector.email.WebhookJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One delivery of Cal.com's, in its form `2021-10-20`.
///
/// Most are `{triggerEvent, createdAt, payload}`. `MEETING_STARTED` and `MEETING_ENDED` come flat:
/// the booking's own columns beside `triggerEvent`, and a `createdAt` that is the booking's, not
/// the delivery's. No-shows name the booking by `bookingUid`. A test delivery names no booking.
///
/// @param trigger Cal.com's name of what happened, known to us or not
/// @param createdAt when Cal.com made it; null where the body doesn't say
/// @param booking what it tells of a booking; null when it names none
/// @param absences who missed the meeting, and who is taken off that list again
public record CalcomEvent(
    String trigger,
    @Nullable Instant createdAt,
    @Nullable CalcomBooking booking,
    List<Absence> absences,
    boolean test) {

  /// Whether somebody missed the meeting.
  ///
  /// @param email of an attendee; empty for the host
  public record Absence(String email, boolean absent) {}

  public CalcomEvent {
    absences = List.copyOf(absences);
  }

  /// What a body holds.
  public sealed interface Reading {
    record Read(CalcomEvent event) implements Reading {}

    /// Not what Cal.com sends. `reason` is for people and repeats nothing of the body.
    record Malformed(String reason) implements Reading {}
  }

  /// What Tenon follows. Cal.com knows others, which are kept when they come.
  public static List<String> followed() {
    return List.of(
        "BOOKING_CREATED",
        "BOOKING_REQUESTED",
        "BOOKING_RESCHEDULED",
        "BOOKING_CANCELLED",
        "BOOKING_REJECTED",
        "BOOKING_PAID",
        "BOOKING_NO_SHOW_UPDATED",
        "MEETING_STARTED",
        "MEETING_ENDED",
        "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
        "AFTER_GUESTS_CAL_VIDEO_NO_SHOW");
  }

  /// Reads a verified body.
  public static Reading read(byte[] body) {
    Optional<JsonNode> tree = WebhookJson.read(body);
    if (tree.isEmpty() || !tree.get().isObject()) {
      return new Reading.Malformed("the body is not a JSON object");
    }
    JsonNode named = tree.get().path("triggerEvent");
    String trigger = named.isString() ? CalcomJson.text(named) : "";
    if (trigger.isBlank() || trigger.length() > 100) {
      return new Reading.Malformed("the body names no triggerEvent");
    }
    return new Reading.Read(of(trigger, tree.get()));
  }

  private static CalcomEvent of(String trigger, JsonNode tree) {
    boolean wrapped = tree.path("payload").isObject();
    JsonNode payload = wrapped ? tree.path("payload") : tree;
    CalcomBooking booking = CalcomBooking.ofPayload(payload);
    boolean named = !booking.uid().isEmpty() && booking.uid().length() <= 200;
    return new CalcomEvent(
        trigger,
        // Of a flat body it is the booking's.
        wrapped ? CalcomJson.time(tree.path("createdAt")) : null,
        named ? booking : null,
        absences(trigger, payload),
        isTest(trigger, payload, named));
  }

  /// Cal.com's own test has the type `Test`, and no booking.
  private static boolean isTest(String trigger, JsonNode payload, boolean named) {
    return trigger.equals("PING")
        || (!named && CalcomJson.text(payload.path("type")).equals("Test"));
  }

  private static List<Absence> absences(String trigger, JsonNode payload) {
    return switch (trigger) {
      case "BOOKING_NO_SHOW_UPDATED" ->
          CalcomBooking.people(payload.path("attendees")).stream()
              .filter(person -> !person.email().isEmpty())
              .map(person -> new Absence(person.email(), person.absent()))
              .toList();
      case "AFTER_HOSTS_CAL_VIDEO_NO_SHOW" -> List.of(new Absence("", true));
      case "AFTER_GUESTS_CAL_VIDEO_NO_SHOW" -> {
        List<Absence> guests = new ArrayList<>();
        CalcomBooking.people(payload.path("attendees")).stream()
            .filter(person -> !person.email().isEmpty())
            .forEach(person -> guests.add(new Absence(person.email(), true)));
        yield guests;
      }
      default -> List.of();
    };
  }

  /// Recognises the fact again. Cal.com sends no id of a delivery, and sends twice, with another
  /// `createdAt`, where two of its webhooks overlap. So a fact is what it tells of which booking,
  /// not when it was sent; one that can be told again with another content (a no-show that is taken
  /// back) is its whole body.
  public String key(byte[] body) {
    if (booking == null || !absences.isEmpty() || test) {
      return WebhookJson.key("body", new String(body, StandardCharsets.ISO_8859_1));
    }
    return WebhookJson.key(
        trigger,
        booking.uid(),
        String.valueOf(booking.start()),
        booking.status(),
        booking.movedFrom(),
        String.valueOf(booking.sequence()));
  }

  /// Whose facts are applied one at a time.
  public String lane() {
    return booking == null ? trigger : booking.uid();
  }
}
