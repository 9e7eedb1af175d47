package dev.tenon.db;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the weekly partitions of the append-only tables ahead of time. A row that finds no
/// partition is refused by the database, so an installation that could not make them for four weeks
/// would stop taking webhooks in: until then each failure is an error in the log.
public final class Partitions {
  private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
  private static final Duration AHEAD = Duration.ofDays(28);

  /// The tables that have weekly partitions.
  public static final List<String> TABLES =
      List.of(
          "received_event",
          "fact",
          "job",
          "message_content",
          "attempt",
          "message_report",
          "event",
          "delivery",
          "delivery_attempt");

  private final Database database;
  private final InstantSource clock;

  public Partitions(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// Makes what is missing for the next four weeks and answers how many partitions that were. Done
  /// at start, before anything is taken in, and every hour from then on.
  ///
  /// Each table is a transaction of its own, so that one that is held by other work on the schema
  /// doesn't keep the others back. Throws what the first of those failed with, after the rest.
  public int make() {
    Instant now = clock.instant();
    int made = 0;
    @Nullable RuntimeException failed = null;
    for (String table : TABLES) {
      try {
        made += make(table, now);
      } catch (RuntimeException e) {
        LOG.error("the coming weeks of {} can't be made now: {}", table, e.toString());
        failed = failed == null ? e : failed;
      }
    }
    if (made > 0) {
      LOG.info("made {} partitions for the coming weeks", made);
    }
    if (failed != null) {
      throw failed;
    }
    return made;
  }

  private int make(String table, Instant now) {
    return database.asEngine(
        tx ->
            tx.handle()
                .createQuery("select make_partitions(:table, :since, :until)")
                .bind("table", table)
                .bind("since", now)
                .bind("until", now.plus(AHEAD))
                .mapTo(Integer.class)
                .one());
  }
}
