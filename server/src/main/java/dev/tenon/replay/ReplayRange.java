package dev.tenon.replay;

import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// From when to when, and how many at most, as a caller asks for a replay.
///
/// @param until what is of that moment is left out
public record ReplayRange(Instant since, Instant until, int limit) {
  /// Checks the fields `since`, `until` and `limit` of a body; a time that was not given is null.
  /// Throws [ProblemException] with the name of the one that is wrong.
  public static ReplayRange of(
      @Nullable Instant since, @Nullable Instant until, int limit, int limitMax, Instant now) {
    if (limit < 1 || limit > limitMax) {
      throw ProblemException.invalidField("limit", "`limit` is from 1 to %d.".formatted(limitMax));
    }
    // What is of this very millisecond counts as before now.
    Instant to = until == null ? now.plus(Duration.ofMillis(1)) : until;
    Instant from = since == null ? Instant.EPOCH : since;
    check("since", from);
    check("until", to);
    if (!from.isBefore(to)) {
      throw ProblemException.invalidField("since", "`since` is before `until`.");
    }
    return new ReplayRange(
        from.truncatedTo(ChronoUnit.MICROS), to.truncatedTo(ChronoUnit.MICROS), limit);
  }

  private static void check(String field, Instant time) {
    if (time.isBefore(Instant.EPOCH) || time.isAfter(Request.LATEST)) {
      throw ProblemException.invalidField(
          field, "`%s` is a time from 1970 to 9999.".formatted(field));
    }
  }

  /// What is answered to a tenant that has `max` replays running.
  public static ProblemException tooMany(int max) {
    return new ProblemException(
        ProblemCode.REQUEST_CONFLICT,
        "%d replays of this tenant are running; wait for one to end, or cancel one."
            .formatted(max));
  }
}
