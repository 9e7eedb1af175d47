package dev.tenon.connector.calcom;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.WebhookJson;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One account at Cal.com, hosted or self-hosted (cal.com/docs/api-reference/v2, 2026-03).
///
/// Nothing is repeated in silence. Limits are 120 calls a minute for an API key; what goes beyond
/// is [Outcome.Passing].
public final class CalcomConnector {
  /// The hosted API. A self-hosted one has its own host, and `/v2` all the same.
  public static final URI API = URI.create("https://api.cal.com/v2");

  private static final String SLOTS = "2024-09-04";
  private static final int SLOTS_MAX = 5_000;

  private final CalcomCalls calls;

  /// @param key an API key (`cal_…`, `cal_live_…`) or an OAuth access token
  /// @param base where the API is, `/v2` included
  public CalcomConnector(Secret key, URI base, ProviderHttp http) {
    this.calls = new CalcomCalls(http, base, key);
  }

  /// Who the key belongs to.
  ///
  /// @param timeZone of IANA; empty where Cal.com says none
  public record Me(String id, String username, String email, String name, String timeZone) {}

  /// A time that can be booked.
  ///
  /// @param end null where Cal.com only says the start
  public record Slot(Instant start, @Nullable Instant end) {}

  /// Whose key it is: the cheapest call that proves that it works.
  public Outcome<Me> me() {
    return calls.get(
        "/me",
        "",
        answer -> {
          JsonNode data = answer.path("data");
          return new Me(
              CalcomJson.required(data, "id"),
              WebhookJson.text(data.path("username")),
              WebhookJson.text(data.path("email")),
              WebhookJson.text(data.path("name")),
              WebhookJson.text(data.path("timeZone")));
        });
  }

  /// Times at which an event type can be booked, in order, at most 5,000.
  ///
  /// @param moving the booking that is to be moved, whose own time then counts as free; empty for
  ///   none
  public Outcome<List<Slot>> slots(String eventType, Instant from, Instant to, String moving) {
    String query =
        "/slots?format=range&timeZone=UTC&eventTypeId=%s&start=%s&end=%s"
            .formatted(
                CalcomCalls.encode(eventType),
                CalcomCalls.encode(from.toString()),
                CalcomCalls.encode(to.toString()));
    if (!moving.isEmpty()) {
      query += "&bookingUidToReschedule=" + CalcomCalls.encode(moving);
    }
    return calls.get(query, SLOTS, answer -> slots(answer.path("data")));
  }

  /// By day; a slot is a text in older servers and an object in others.
  private static List<Slot> slots(JsonNode days) {
    if (!days.isObject()) {
      throw new IllegalArgumentException("no map of days");
    }
    List<Slot> slots = new ArrayList<>();
    for (JsonNode day : days) {
      for (JsonNode one : day) {
        Instant start = CalcomJson.time(one.isString() ? one : one.path("start"));
        if (start != null && slots.size() < SLOTS_MAX) {
          slots.add(new Slot(start, CalcomJson.time(one.path("end"))));
        }
      }
    }
    slots.sort(java.util.Comparator.comparing(Slot::start));
    return List.copyOf(slots);
  }

  /// What can be booked.
  public CalcomEventTypes eventTypes() {
    return new CalcomEventTypes(calls);
  }

  /// What is booked.
  public CalcomBookings bookings() {
    return new CalcomBookings(calls);
  }

  /// Where the account's events go.
  public CalcomWebhooks webhooks() {
    return new CalcomWebhooks(calls);
  }
}
