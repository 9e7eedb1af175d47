package dev.tenon.connector.calcom;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A booking as Cal.com tells of it, in an answer or in a webhook. Texts are empty and times null
/// where it says nothing. What may be a password or a one-time code is not read.
///
/// @param uid Cal.com's id of this meeting; a moved booking gets another
/// @param movedFrom the uid that it had before it was moved
/// @param movedTo the uid that it was moved to
/// @param status `accepted`, `pending`, `cancelled` or `rejected`, in lower case
/// @param eventType Cal.com's id of the event type
/// @param slug the event type's short name
/// @param location what people read: an address, a number, a link
/// @param joinUrl where to join by video
/// @param answers what the person who booked filled in, by the field's name
/// @param metadata as given with the booking or in the page that it was made on: correlation only,
///   since a visitor's browser can set it
/// @param calendarUid the uid of its calendar entry, where it is told
/// @param sequence of its calendar entry, where it is told
/// @param rescheduleWanted the host cancelled it to have the attendee choose another time
public record CalcomBooking(
    String uid,
    String movedFrom,
    String movedTo,
    String status,
    String title,
    String eventType,
    String slug,
    @Nullable Instant start,
    @Nullable Instant end,
    String location,
    String joinUrl,
    @Nullable Person organizer,
    List<Person> attendees,
    Map<String, String> answers,
    Map<String, String> metadata,
    String reason,
    String by,
    String calendarUid,
    @Nullable Integer sequence,
    boolean rescheduleWanted,
    boolean hostAbsent,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt) {

  private static final int PEOPLE_MAX = 200;

  /// Somebody who meets.
  ///
  /// @param timeZone of IANA, as told
  /// @param language as told, such as `de`
  public record Person(
      String name, String email, String timeZone, String language, String phone, boolean absent) {}

  public CalcomBooking {
    attendees = List.copyOf(attendees);
    answers = Map.copyOf(answers);
    metadata = Map.copyOf(metadata);
  }

  /// Reads an answer of the API.
  ///
  /// @throws IllegalArgumentException when it has no uid
  static CalcomBooking ofAnswer(JsonNode data) {
    String reason =
        CalcomJson.first(data.path("cancellationReason"), data.path("reschedulingReason"));
    return new CalcomBooking(
        CalcomJson.required(data, "uid"),
        CalcomJson.text(data.path("rescheduledFromUid")),
        CalcomJson.text(data.path("rescheduledToUid")),
        lower(data.path("status")),
        CalcomJson.text(data.path("title")),
        CalcomJson.first(data.path("eventType").path("id"), data.path("eventTypeId")),
        CalcomJson.text(data.path("eventType").path("slug")),
        CalcomJson.time(data.path("start")),
        CalcomJson.time(data.path("end")),
        place(data),
        joinUrl(data),
        data.path("hosts").path(0).isObject() ? person(data.path("hosts").path(0)) : null,
        people(data.path("attendees")),
        CalcomJson.texts(data.path("bookingFieldsResponses")),
        CalcomJson.texts(data.path("metadata")),
        reason,
        CalcomJson.first(data.path("cancelledByEmail"), data.path("rescheduledByEmail")),
        CalcomJson.text(data.path("icsUid")),
        null,
        false,
        data.path("absentHost").isBoolean() && data.path("absentHost").booleanValue(),
        CalcomJson.time(data.path("createdAt")),
        CalcomJson.time(data.path("updatedAt")));
  }

  /// Reads the payload of a webhook; one without a uid is the caller's to refuse.
  static CalcomBooking ofPayload(JsonNode data) {
    JsonNode sequence = data.path("iCalSequence");
    JsonNode wanted = data.path("requestReschedule");
    JsonNode organizer =
        data.path("organizer").isObject() ? data.path("organizer") : data.path("user");
    return new CalcomBooking(
        CalcomJson.first(data.path("uid"), data.path("bookingUid")),
        CalcomJson.first(data.path("rescheduleUid"), data.path("fromReschedule")),
        "",
        lower(data.path("status")),
        CalcomJson.first(data.path("eventTitle"), data.path("title")),
        CalcomJson.text(data.path("eventTypeId")),
        CalcomJson.text(data.path("type")),
        CalcomJson.time(data.path("startTime")),
        CalcomJson.time(data.path("endTime")),
        place(data),
        joinUrl(data),
        organizer.isObject() ? person(organizer) : null,
        people(data.path("attendees")),
        CalcomJson.texts(data.path("responses")),
        CalcomJson.texts(data.path("metadata")),
        CalcomJson.first(
            data.path("cancellationReason"),
            data.path("rejectionReason"),
            data.path("rescheduleReason")),
        CalcomJson.first(data.path("cancelledBy"), data.path("rescheduledBy")),
        CalcomJson.text(data.path("iCalUID")),
        sequence.isInt() && sequence.intValue() >= 0 ? sequence.intValue() : null,
        wanted.isBoolean() && wanted.booleanValue(),
        data.path("noShowHost").isBoolean() && data.path("noShowHost").booleanValue(),
        null,
        null);
  }

  private static String lower(JsonNode status) {
    return CalcomJson.text(status).toLowerCase(java.util.Locale.ROOT);
  }

  /// `integrations:daily` and the like are Cal.com's names for its own video services.
  private static String place(JsonNode data) {
    String location = CalcomJson.text(data.path("location"));
    return location.startsWith("integrations:") || isLink(location) ? "" : location;
  }

  private static String joinUrl(JsonNode data) {
    String link =
        CalcomJson.first(
            data.path("videoCallData").path("url"),
            data.path("metadata").path("videoCallUrl"),
            data.path("meetingUrl"),
            data.path("location"));
    return isLink(link) ? link : "";
  }

  private static boolean isLink(String text) {
    return text.startsWith("https://") || text.startsWith("http://");
  }

  static List<Person> people(JsonNode array) {
    List<Person> people = new ArrayList<>();
    if (array.isArray()) {
      for (JsonNode one : array) {
        if (one.isObject() && people.size() < PEOPLE_MAX) {
          people.add(person(one));
        }
      }
    }
    return people;
  }

  private static Person person(JsonNode one) {
    JsonNode language = one.path("language");
    JsonNode absent = one.has("noShow") ? one.path("noShow") : one.path("absent");
    return new Person(
        CalcomJson.text(one.path("name")),
        CalcomJson.first(one.path("displayEmail"), one.path("email")),
        CalcomJson.text(one.path("timeZone")),
        language.isObject() ? CalcomJson.text(language.path("locale")) : CalcomJson.text(language),
        CalcomJson.text(one.path("phoneNumber")),
        absent.isBoolean() && absent.booleanValue());
  }
}
