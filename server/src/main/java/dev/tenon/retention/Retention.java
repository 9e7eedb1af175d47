package dev.tenon.retention;

import dev.tenon.db.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes away what is done and older than the settings keep it.
///
/// History goes by the week, by dropping the partition, which costs the same however much is in it.
/// Rows of that week that still need somebody stay: facts that wait, and facts, jobs and messages
/// that stopped and may be put back. What has no partitions (keys, messages) goes in bounded
/// batches.
///
/// A drop needs the table for itself for a moment. It waits for that at most 0.2 seconds, in which
/// intake may queue behind it, and otherwise leaves the week for the next run.
public final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final Duration WEEK = Duration.ofDays(7);

  private final RetentionStore store;
  private final KeptDays kept;
  private final InstantSource clock;
  private final Limits limits;

  /// The bounds of a run.
  ///
  /// @param batch rows in one transaction
  /// @param batches transactions for one kind of row in one run
  /// @param keptInWeek rows that are copied when a week goes but for them; with more, the whole
  ///   week stays
  public record Limits(int batch, int batches, int keptInWeek) {
    public static final Limits DEFAULT = new Limits(5_000, 2_000, 10_000);
  }

  /// What became of a week.
  public enum WeekEnd {
    /// Gone.
    DROPPED,
    /// Gone but for the rows that must stay.
    THINNED,
    /// Only rows that must stay are left in it.
    KEPT,
    /// Too many rows must stay to copy them.
    HELD,
    /// Somebody used the table; tried again at the next run.
    BUSY,
    /// Another node was faster.
    ABSENT
  }

  /// What a run did.
  ///
  /// @param weeks how many weeks of all tables came to which end
  /// @param removals records of suppressions that somebody removed
  public record Report(Map<WeekEnd, Integer> weeks, int messages, int factKeys, int removals) {
    public Report {
      weeks = Map.copyOf(weeks);
    }

    /// Whether it changed something, or met something in its way.
    boolean isNews() {
      return messages > 0
          || factKeys > 0
          || removals > 0
          || weeks.keySet().stream()
              .anyMatch(
                  end ->
                      switch (end) {
                        case KEPT, ABSENT -> false;
                        case DROPPED, THINNED, HELD, BUSY -> true;
                      });
    }

    public int count(WeekEnd end) {
      return weeks.getOrDefault(end, 0);
    }
  }

  public Retention(Database database, KeptDays kept, InstantSource clock, Limits limits) {
    this.store = new RetentionStore(database);
    this.kept = kept;
    this.clock = clock;
    this.limits = limits;
  }

  /// One run. Each step is a transaction of its own, so a stop in the middle loses nothing.
  public Report run() {
    Instant now = clock.instant();
    Instant messagesBefore = daysBefore(now, kept.message());
    Instant stoppedBefore = daysBefore(now, kept.stopped());
    int messages =
        inBatches(
            () ->
                store.deleteMessages(
                    messagesBefore, earlier(messagesBefore, stoppedBefore), limits.batch()));
    Map<WeekEnd, Integer> ends = new EnumMap<>(WeekEnd.class);
    days()
        .forEach(
            (table, days) -> {
              for (Instant week : store.weeks(table)) {
                if (!week.plus(WEEK).isAfter(daysBefore(now, days.applyAsInt(kept)))) {
                  ends.merge(retire(table, week, stoppedBefore), 1, Integer::sum);
                }
              }
            });
    int keys =
        inBatches(() -> store.deleteFactKeys(daysBefore(now, kept.dedupe()), limits.batch()));
    // As long as a report may be applied again that would undo them.
    int removalDays = Math.max(kept.message(), Math.max(kept.received(), kept.stopped()));
    int removals =
        inBatches(() -> store.deleteRemovals(daysBefore(now, removalDays), limits.batch()));
    Report report = new Report(ends, messages, keys, removals);
    if (report.isNews()) {
      LOG.info(
          "retention: weeks {}, {} messages, {} fact keys, {} removed suppressions",
          ends,
          messages,
          keys,
          removals);
    }
    return report;
  }

  /// Which setting keeps which table. Webhooks before their facts: a fact without its webhook can
  /// still be read, and isn't replayed.
  private static Map<String, ToIntFunction<KeptDays>> days() {
    Map<String, ToIntFunction<KeptDays>> days = new LinkedHashMap<>();
    days.put("received_event", KeptDays::received);
    days.put("fact", KeptDays::received);
    days.put("job", KeptDays::job);
    days.put("message_content", KeptDays::message);
    days.put("attempt", KeptDays::message);
    days.put("message_report", KeptDays::message);
    // A delivery lies in the week of its event, and goes with it.
    days.put("delivery", KeptDays::event);
    days.put("delivery_attempt", KeptDays::event);
    days.put("event", KeptDays::event);
    return days;
  }

  /// The tables that lose old weeks here.
  static List<String> tables() {
    return List.copyOf(days().keySet());
  }

  private WeekEnd retire(String table, Instant week, Instant stoppedBefore) {
    WeekEnd end =
        WeekEnd.valueOf(
            store.retire(table, week, stoppedBefore, limits.keptInWeek()).toUpperCase(Locale.ROOT));
    switch (end) {
      case HELD ->
          LOG.warn(
              "the week {} of {} stays whole: more than {} of its rows wait or have stopped;"
                  + " replay or settle them",
              week,
              table,
              limits.keptInWeek());
      case BUSY -> LOG.info("the week {} of {} is in use; next run", week, table);
      case DROPPED, THINNED -> LOG.info("the week {} of {} is {}", week, table, end);
      case KEPT, ABSENT -> LOG.debug("the week {} of {}: {}", week, table, end);
    }
    return end;
  }

  private int inBatches(IntSupplier batch) {
    int total = 0;
    for (int i = 0; i < limits.batches(); i++) {
      int gone = batch.getAsInt();
      total += gone;
      if (gone < limits.batch() || Thread.currentThread().isInterrupted()) {
        break;
      }
    }
    return total;
  }

  private static Instant daysBefore(Instant now, int days) {
    return now.minus(Duration.ofDays(days));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
