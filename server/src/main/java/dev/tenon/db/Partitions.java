package dev.tenon.db;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the weekly partitions of the append-only tables ahead of time, at start and every hour. A
/// row that finds no partition is refused by the database, so a node that could not make them for
/// four weeks would stop taking webhooks in: it says so as an error every hour until then.
public final class Partitions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
  private static final Duration AHEAD = Duration.ofDays(28);
  private static final List<String> TABLES =
      List.of("received_event", "fact", "job", "message_content", "attempt", "event");

  private final Database database;
  private final InstantSource clock;
  private final ScheduledExecutorService hourly =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("partitions").factory());

  public Partitions(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// Makes what is missing now, and goes on every hour.
  public void start() {
    var _ = hourly.scheduleWithFixedDelay(this::makeOrSay, 0, 1, TimeUnit.HOURS);
  }

  private void makeOrSay() {
    try {
      int made = make();
      if (made > 0) {
        LOG.info("made {} partitions for the coming weeks", made);
      }
    } catch (RuntimeException e) {
      LOG.error("can't make the partitions of the coming weeks: {}", e.toString());
    }
  }

  /// Makes what is missing for the next four weeks and answers how many partitions that were.
  public int make() {
    Instant now = clock.instant();
    return database.asEngine(
        tx ->
            tx.handle()
                .createQuery(
                    """
                    select coalesce(sum(make_partitions(parent, :since, :until)), 0)
                    from unnest(:tables::text[]) as parent
                    """)
                .bind("since", now)
                .bind("until", now.plus(AHEAD))
                .bindArray("tables", String.class, TABLES)
                .mapTo(Integer.class)
                .one());
  }

  @Override
  public void close() {
    hourly.shutdownNow();
  }
}
