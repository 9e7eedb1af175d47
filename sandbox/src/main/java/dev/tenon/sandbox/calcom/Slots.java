package dev.tenon.sandbox.calcom;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// When an event type can be booked: within the host's hours, in the future, and where no other
/// booking is.
final class Slots {
  private static final int DAYS_MAX = 366;
  private static final int SLOTS_MAX = 5_000;

  private final Account account;

  Slots(Account account) {
    this.account = account;
  }

  /// Starts of free slots between two times.
  ///
  /// @param moving a booking whose own time counts as free; empty for none
  List<Instant> free(ObjectNode type, Instant from, Instant to, String moving) {
    ObjectNode settings = account.settings();
    ZoneId zone = account.zone();
    Duration length = Duration.ofMinutes(type.path("lengthInMinutes").asInt());
    int step = type.path("slotInterval").asInt(0);
    Duration every = step > 0 ? Duration.ofMinutes(step) : length;
    Instant earliest =
        account.now().plus(Duration.ofMinutes(type.path("minimumBookingNotice").asInt(0)));
    List<JsonNode> taken = taken(moving);
    List<Instant> free = new ArrayList<>();
    LocalDate day = from.atZone(zone).toLocalDate();
    LocalDate last = to.atZone(zone).toLocalDate();
    for (int i = 0; i < DAYS_MAX && !day.isAfter(last); i++, day = day.plusDays(1)) {
      if (!works(settings, day)) {
        continue;
      }
      // By the clock on the wall, so that a day of 23 or 25 hours has its hours all the same.
      ZonedDateTime opens = day.atTime(settings.path("from").asInt(), 0).atZone(zone);
      ZonedDateTime closes = day.atStartOfDay().plusHours(settings.path("to").asInt()).atZone(zone);
      for (Instant at = opens.toInstant();
          !at.plus(length).isAfter(closes.toInstant()) && free.size() < SLOTS_MAX;
          at = at.plus(every)) {
        boolean asked = !at.isBefore(from) && at.isBefore(to) && !at.isBefore(earliest);
        if (asked && isFree(type, taken, at, at.plus(length))) {
          free.add(at);
        }
      }
    }
    return free;
  }

  private static boolean works(ObjectNode settings, LocalDate day) {
    for (JsonNode one : settings.path("days")) {
      if (one.asInt() == day.getDayOfWeek().getValue()) {
        return true;
      }
    }
    return false;
  }

  private List<JsonNode> taken(String moving) {
    List<JsonNode> taken = new ArrayList<>();
    for (ObjectNode booking : account.list(Account.Kind.BOOKING)) {
      String status = booking.path("status").asString();
      boolean counts = status.equals("accepted") || status.equals("pending");
      if (counts && !booking.path("uid").asString().equals(moving)) {
        taken.add(booking);
      }
    }
    return taken;
  }

  private static boolean isFree(ObjectNode type, List<JsonNode> taken, Instant from, Instant to) {
    Instant start = from.minus(Duration.ofMinutes(type.path("beforeEventBuffer").asInt(0)));
    Instant end = to.plus(Duration.ofMinutes(type.path("afterEventBuffer").asInt(0)));
    return taken.stream()
        .noneMatch(
            booking ->
                Instant.parse(booking.path("start").asString()).isBefore(end)
                    && Instant.parse(booking.path("end").asString()).isAfter(start));
  }
}
