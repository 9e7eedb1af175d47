package dev.tenon.connector.calcom;

import dev.tenon.connector.Outcome;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The calls about bookings (contract 2024-08-13).
public final class CalcomBookings {
  private static final String VERSION = "2024-08-13";

  /// Cal.com's own bounds of metadata.
  private static final int METADATA_MAX = 50;

  private final CalcomCalls calls;

  CalcomBookings(CalcomCalls calls) {
    this.calls = calls;
  }

  /// A booking to be made.
  ///
  /// @param language of the attendee; empty for the account's
  /// @param answers by the field's name; may be empty
  /// @param metadata at most 50 entries, names of 40 and values of 500 characters
  public record NewBooking(
      String eventType,
      Instant start,
      String name,
      String email,
      String timeZone,
      String language,
      List<String> guests,
      Map<String, String> answers,
      Map<String, String> metadata) {
    public NewBooking {
      guests = List.copyOf(guests);
      answers = Map.copyOf(answers);
      metadata = Map.copyOf(metadata);
      if (metadata.size() > METADATA_MAX) {
        throw new IllegalArgumentException("a booking has at most 50 entries of metadata");
      }
    }
  }

  /// A page of bookings.
  ///
  /// @param more whether there are others after it
  public record Bookings(List<CalcomBooking> bookings, boolean more) {
    public Bookings {
      bookings = List.copyOf(bookings);
    }
  }

  /// Which bookings are asked for; each null or empty one narrows nothing.
  public record Query(
      String eventType,
      String attendee,
      @Nullable Instant startsAfter,
      @Nullable Instant startsBefore,
      @Nullable Instant updatedAfter) {}

  /// Books. Cal.com has no idempotency key: whoever repeats it after [Outcome.Unknown] looks first,
  /// by [#list], whether one with the same metadata is there.
  public Outcome<CalcomBooking> create(NewBooking wanted) {
    Map<String, Object> attendee = new LinkedHashMap<>();
    attendee.put("name", wanted.name());
    attendee.put("email", wanted.email());
    attendee.put("timeZone", wanted.timeZone());
    if (!wanted.language().isEmpty()) {
      attendee.put("language", wanted.language());
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("start", wanted.start().toString());
    body.put("eventTypeId", CalcomEventTypes.number(wanted.eventType()));
    body.put("attendee", attendee);
    if (!wanted.guests().isEmpty()) {
      body.put("guests", wanted.guests());
    }
    if (!wanted.answers().isEmpty()) {
      body.put("bookingFieldsResponses", wanted.answers());
    }
    if (!wanted.metadata().isEmpty()) {
      body.put("metadata", wanted.metadata());
    }
    return calls.change("POST", "/bookings", VERSION, body, CalcomBookings::one);
  }

  public Outcome<CalcomBooking> get(String uid) {
    return calls.get("/bookings/" + CalcomCalls.segment(uid), VERSION, CalcomBookings::one);
  }

  /// Bookings in the order of their last change.
  ///
  /// @param skip how many to pass over
  public Outcome<Bookings> list(Query query, int skip) {
    var path = new StringBuilder("/bookings?take=100&sortUpdatedAt=asc&skip=").append(skip);
    add(path, "eventTypeId", query.eventType());
    add(path, "attendeeEmail", query.attendee());
    add(path, "afterStart", query.startsAfter());
    add(path, "beforeEnd", query.startsBefore());
    add(path, "afterUpdatedAt", query.updatedAfter());
    return calls.get(
        path.toString(),
        VERSION,
        answer -> {
          if (!answer.path("data").isArray()) {
            throw new IllegalArgumentException("no list");
          }
          JsonNode more = answer.path("pagination").path("hasNextPage");
          return new Bookings(
              answer.path("data").valueStream().map(CalcomBooking::ofAnswer).toList(),
              more.isBoolean() && more.booleanValue());
        });
  }

  /// Moves a booking: the answer is the new one, with another uid.
  ///
  /// @param by who moves it: the owner's address confirms it at once where the event type asks for
  ///   confirmation; empty for nobody
  public Outcome<CalcomBooking> reschedule(String uid, Instant start, String reason, String by) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("start", start.toString());
    put(body, "reschedulingReason", reason);
    put(body, "rescheduledBy", by);
    return act(uid, "reschedule", body);
  }

  public Outcome<CalcomBooking> cancel(String uid, String reason) {
    Map<String, Object> body = new LinkedHashMap<>();
    put(body, "cancellationReason", reason);
    return act(uid, "cancel", body);
  }

  /// Accepts a booking that waits for it.
  public Outcome<CalcomBooking> confirm(String uid) {
    return act(uid, "confirm", Map.of());
  }

  /// Refuses a booking that waits for confirmation.
  public Outcome<CalcomBooking> decline(String uid, String reason) {
    Map<String, Object> body = new LinkedHashMap<>();
    put(body, "reason", reason);
    return act(uid, "decline", body);
  }

  private Outcome<CalcomBooking> act(String uid, String action, Map<String, Object> body) {
    String path = "/bookings/" + CalcomCalls.segment(uid) + "/" + action;
    return calls.change("POST", path, VERSION, body, CalcomBookings::one);
  }

  /// One booking; of a series, which is a list, the first.
  private static CalcomBooking one(JsonNode answer) {
    JsonNode data = answer.path("data");
    return CalcomBooking.ofAnswer(data.isArray() ? data.path(0) : data);
  }

  private static void put(Map<String, Object> body, String name, String value) {
    if (!value.isEmpty()) {
      body.put(name, value);
    }
  }

  private static void add(StringBuilder path, String name, @Nullable Object value) {
    if (value != null && !value.toString().isEmpty()) {
      path.append('&').append(name).append('=').append(CalcomCalls.encode(value.toString()));
    }
  }
}
