package dev.tenon.inbox;

import java.util.function.LongSupplier;

/// Knows whether deliveries are queueing up, from how many each commit held. Work that can wait
/// gives way to a rush.
///
/// One large commit is none: it follows any pause of the machine, and lanes that rested for it were
/// the longest waits of mails at half load. A rush that lasts is what this node lives with, and
/// nothing can wait for its end.
///
/// Safe for threads. A count that is lost between two of them moves the beginning by a commit.
final class Rush {
  /// Deliveries in a commit that count as a crowd.
  static final int CROWD = 32;

  /// So many crowds in a row make a rush.
  static final int CROWDS = 8;

  /// How far apart two of them may be: in the midst of a rush there are small commits as well.
  static final long GAP_NANOS = 100_000_000;

  static final long LONGEST_NANOS = 30_000_000_000L;

  private final LongSupplier nanos;
  private volatile long began;
  private volatile long lastCrowd;
  private volatile int crowds;

  /// @param nanos as [System#nanoTime]
  Rush(LongSupplier nanos) {
    this.nanos = nanos;
    this.began = nanos.getAsLong();
    this.lastCrowd = began;
  }

  /// A commit that held so many deliveries is done.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void committed(int deliveries) {
    if (deliveries < CROWD) {
      return;
    }
    long now = nanos.getAsLong();
    if (now - lastCrowd >= GAP_NANOS) {
      began = now;
      crowds = 0;
    }
    crowds++;
    lastCrowd = now;
  }

  boolean isOn() {
    long now = nanos.getAsLong();
    return crowds >= CROWDS && now - lastCrowd < GAP_NANOS && now - began < LONGEST_NANOS;
  }
}
