package dev.tenon.connector.calcom;

import dev.tenon.connector.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The calls about event types (contract 2024-06-14).
public final class CalcomEventTypes {
  private static final String VERSION = "2024-06-14";

  private final CalcomCalls calls;

  CalcomEventTypes(CalcomCalls calls) {
    this.calls = calls;
  }

  /// What can be booked.
  ///
  /// @param bookingUrl where people book it; empty where Cal.com doesn't say
  /// @param needsConfirmation whether each booking waits for the host
  public record CalcomEventType(
      String id,
      String title,
      String slug,
      String description,
      int lengthMinutes,
      boolean hidden,
      String bookingUrl,
      boolean needsConfirmation) {}

  /// What to make or change. In a change each null leaves what is there.
  ///
  /// @param noticeMinutes how long before a booking must be made
  /// @param beforeMinutes kept free before each
  /// @param afterMinutes kept free after each
  /// @param stepMinutes between two starts
  public record Wanted(
      @Nullable String title,
      @Nullable String slug,
      @Nullable String description,
      @Nullable Integer lengthMinutes,
      @Nullable Boolean hidden,
      @Nullable Integer noticeMinutes,
      @Nullable Integer beforeMinutes,
      @Nullable Integer afterMinutes,
      @Nullable Integer stepMinutes,
      @Nullable Boolean needsConfirmation) {

    private Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      put(body, "title", title);
      put(body, "slug", slug);
      put(body, "description", description);
      put(body, "lengthInMinutes", lengthMinutes);
      put(body, "hidden", hidden);
      put(body, "minimumBookingNotice", noticeMinutes);
      put(body, "beforeEventBuffer", beforeMinutes);
      put(body, "afterEventBuffer", afterMinutes);
      put(body, "slotInterval", stepMinutes);
      if (needsConfirmation != null) {
        body.put(
            "confirmationPolicy",
            needsConfirmation
                ? Map.of("type", "always", "blockUnconfirmedBookingsInBooker", true)
                : Map.of("disabled", true));
      }
      return body;
    }
  }

  /// Makes one.
  ///
  /// @param wanted with a title, a slug and a length
  public Outcome<CalcomEventType> create(Wanted wanted) {
    if (wanted.title() == null || wanted.slug() == null || wanted.lengthMinutes() == null) {
      throw new IllegalArgumentException("an event type has a title, a slug and a length");
    }
    return calls.change(
        "POST", "/event-types", VERSION, wanted.body(), answer -> read(answer.path("data")));
  }

  /// All of the account's own, hidden ones included.
  public Outcome<List<CalcomEventType>> list() {
    return calls.get(
        "/event-types",
        VERSION,
        answer -> {
          if (!answer.path("data").isArray()) {
            throw new IllegalArgumentException("no list");
          }
          return answer.path("data").valueStream().map(CalcomEventTypes::read).toList();
        });
  }

  public Outcome<CalcomEventType> get(String id) {
    return calls.get(
        "/event-types/" + CalcomCalls.segment(id), VERSION, answer -> read(answer.path("data")));
  }

  public Outcome<CalcomEventType> update(String id, Wanted wanted) {
    return calls.change(
        "PATCH",
        "/event-types/" + CalcomCalls.segment(id),
        VERSION,
        wanted.body(),
        answer -> read(answer.path("data")));
  }

  /// Removes one, and answers its id. One that is not there is [Outcome.RefusedRequest] with status
  /// 404.
  public Outcome<String> delete(String id) {
    return calls.change(
        "DELETE", "/event-types/" + CalcomCalls.segment(id), VERSION, null, _ -> id);
  }

  private static CalcomEventType read(JsonNode data) {
    JsonNode hidden = data.path("hidden");
    JsonNode length = data.path("lengthInMinutes");
    JsonNode policy = data.path("confirmationPolicy");
    return new CalcomEventType(
        CalcomJson.required(data, "id"),
        CalcomJson.text(data.path("title")),
        CalcomJson.text(data.path("slug")),
        CalcomJson.text(data.path("description")),
        length.isInt() ? length.intValue() : 0,
        hidden.isBoolean() && hidden.booleanValue(),
        CalcomJson.text(data.path("bookingUrl")),
        policy.path("type").isString());
  }

  /// Ids of event types are numbers in bodies.
  ///
  /// @throws IllegalArgumentException when it is none
  static long number(String id) {
    return Long.parseLong(id);
  }

  private static void put(Map<String, Object> body, String name, @Nullable Object value) {
    if (value != null) {
      body.put(name, value);
    }
  }
}
