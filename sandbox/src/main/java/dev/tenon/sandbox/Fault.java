package dev.tenon.sandbox;

import java.time.Duration;
import java.util.Locale;

/// One thing that goes wrong on purpose.
///
/// @param kind what happens
/// @param status the HTTP status for [Kind#STATUS], else 0
/// @param duration how long [Kind#LATENCY] waits, or [Kind#TIME_OUT_AFTER_ACCEPTING] holds the
///   connection before it is cut; at most [#DURATION_MAX]
/// @param path only calls whose path starts with this; empty for all
/// @param count how many calls (or batches of webhooks) it hits before it ends by itself; 0 means
///   until it is cleared
public record Fault(Kind kind, int status, Duration duration, String path, int count) {
  /// Longest latency or hold.
  public static final Duration DURATION_MAX = Duration.ofMinutes(5);

  private static final Duration HOLD = Duration.ofSeconds(60);

  /// The kinds of fault.
  public enum Kind {
    /// Answers with a status instead of doing the work.
    STATUS,
    /// Waits, then does the work.
    LATENCY,
    /// Does the work, then never answers: the caller cannot know what became of it.
    TIME_OUT_AFTER_ACCEPTING,
    /// Closes the connection without doing the work.
    RESET,
    /// Sends every webhook twice.
    DUPLICATE_WEBHOOKS,
    /// Sends the webhooks of one change in reverse order.
    REORDER_WEBHOOKS,
    /// Sends no webhooks, though what they tell of has happened: the provider's list of events has
    /// it and shows no gap.
    LOSE_WEBHOOKS;

    /// The word on the wire, such as `time_out_after_accepting`.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Fault {
    if (kind == Kind.STATUS && (status < 300 || status > 599)) {
      throw new IllegalArgumentException("status must be from 300 to 599, not " + status);
    }
    if (duration.isNegative() || duration.compareTo(DURATION_MAX) > 0) {
      throw new IllegalArgumentException("duration must be from 0 to 5 minutes");
    }
    if (count < 0 || count > 1_000_000) {
      throw new IllegalArgumentException("count must be from 0 to 1000000");
    }
    if (path.length() > 500) {
      throw new IllegalArgumentException("path must be at most 500 characters");
    }
  }

  /// Every call is answered with this status.
  public static Fault status(int status) {
    return new Fault(Kind.STATUS, status, Duration.ZERO, "", 0);
  }

  /// Every call takes this much longer.
  public static Fault latency(Duration latency) {
    return new Fault(Kind.LATENCY, 0, latency, "", 0);
  }

  /// The work is done and the connection held for a minute, then cut without an answer.
  public static Fault timeOutAfterAccepting() {
    return timeOutAfterAccepting(HOLD);
  }

  /// The work is done and the connection held this long, then cut without an answer.
  public static Fault timeOutAfterAccepting(Duration hold) {
    return new Fault(Kind.TIME_OUT_AFTER_ACCEPTING, 0, hold, "", 0);
  }

  /// The connection is closed before any work.
  public static Fault reset() {
    return new Fault(Kind.RESET, 0, Duration.ZERO, "", 0);
  }

  /// Webhooks are sent twice.
  public static Fault duplicateWebhooks() {
    return new Fault(Kind.DUPLICATE_WEBHOOKS, 0, Duration.ZERO, "", 0);
  }

  /// Webhooks of one change are sent in reverse.
  public static Fault reorderWebhooks() {
    return new Fault(Kind.REORDER_WEBHOOKS, 0, Duration.ZERO, "", 0);
  }

  /// Webhooks get lost.
  public static Fault loseWebhooks() {
    return new Fault(Kind.LOSE_WEBHOOKS, 0, Duration.ZERO, "", 0);
  }

  /// The same fault for the next `count` calls only.
  public Fault times(int count) {
    return new Fault(kind, status, duration, path, count);
  }

  /// The same fault for calls whose path starts so.
  public Fault onlyFor(String path) {
    return new Fault(kind, status, duration, path, count);
  }
}
