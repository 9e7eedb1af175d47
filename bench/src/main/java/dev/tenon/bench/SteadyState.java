package dev.tenon.bench;

import java.time.Duration;

/// Says when a warm-up is over: a server that has just started spends half of its processor time on
/// compiling itself, which a minute later is done and is no part of what an event costs.
///
/// It is over when some rounds in a row were hardly faster than the best before them, or after a
/// bounded time on a machine that never comes to rest.
final class SteadyState {
  private static final Duration TIME_MAX = Duration.ofMinutes(3);
  private static final int ROUNDS_WITHOUT_GAIN = 6;

  /// A round that reaches less than this many times the best one before brings nothing new.
  private static final double GAIN = 1.02;

  private final Duration most;
  private final long start = System.nanoTime();
  private double best;
  private int withoutGain;

  SteadyState() {
    this(TIME_MAX);
  }

  SteadyState(Duration most) {
    this.most = most;
  }

  /// Notes how fast a round was, in units a second.
  void round(double perSecond) {
    withoutGain = perSecond > best * GAIN ? 0 : withoutGain + 1;
    best = Math.max(best, perSecond);
  }

  boolean isReached() {
    return withoutGain >= ROUNDS_WITHOUT_GAIN || System.nanoTime() - start > most.toNanos();
  }

  /// For the report.
  String took() {
    return "%.0f s".formatted((System.nanoTime() - start) / 1e9);
  }
}
