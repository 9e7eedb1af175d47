package dev.tenon.schedule;

import java.time.Duration;

/// Work that the clock starts: a feature exports it, the composition root gathers it, and
/// [Schedule] runs it on one node at a time.
///
/// @param name unique and lasting: under it the database remembers when it is due. `retention`
/// @param every from the end of one run to the beginning of the next, 1 second to 24 hours. The
///   first run is at once
/// @param work one run. It may be repeated after a node died in the middle, so it does its work in
///   small transactions that each leave things whole. What it throws is logged, and it is tried
///   again sooner than `every` where that is long
public record ClockWork(String name, Duration every, Runnable work) {
  public ClockWork {
    if (!name.matches("[a-z][a-z0-9-]{0,62}")) {
      throw new IllegalArgumentException("not a name of clock work: " + name);
    }
    if (every.compareTo(Duration.ofSeconds(1)) < 0 || every.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException(name + " must run every 1 s to 24 h, not " + every);
    }
  }
}
