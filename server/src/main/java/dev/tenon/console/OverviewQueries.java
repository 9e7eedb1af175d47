package dev.tenon.console;

import static dev.tenon.console.InboxQueries.instant;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The numbers of the overview. Each query stops after a fixed number of rows, whatever the tenant
/// has: the page is asked for every few seconds, most of all when the server has much to do.
final class OverviewQueries {
  static final int COUNT_MAX = 1_000;
  private static final int HOURS = 24;

  /// Where a tenant stands.
  ///
  /// @param waiting facts that have not been applied yet
  /// @param retrying how many of them failed at least once
  /// @param oldest when the oldest waiting fact came in, of those that were counted; null when none
  ///   waits
  /// @param dead facts given up within the last 30 days
  /// @param unassigned facts that fit no known tenant, within the last 30 days
  record Inbox(
      Tally waiting, Tally retrying, @Nullable Instant oldest, Tally dead, Tally unassigned) {}

  /// How many deliveries came in an hour.
  ///
  /// @param start the first moment of the hour
  record Hour(Instant start, Tally count) {}

  Inbox inbox(TenantTx tx, Instant now) {
    long[] stopped = stopped(tx, now);
    boolean more = stopped[0] + stopped[1] > COUNT_MAX;
    return tx.handle()
        .createQuery(
            """
            select count(*) as waiting, count(*) filter (where failures > 0) as retrying,
              (array_agg(id order by id))[1] as first_counted,
              (select id from waiting_fact
                where tenant_id = :tenant and wake_at is null order by id limit 1) as first_ready
            from (
              select id, failures from waiting_fact where tenant_id = :tenant limit :limit
            ) counted
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("limit", COUNT_MAX + 1)
        .map(
            (row, _) -> {
              Tally waiting = Tally.upTo(COUNT_MAX, row.getLong("waiting"));
              long retrying = row.getLong("retrying");
              return new Inbox(
                  waiting,
                  new Tally(retrying, retrying > 0 ? waiting.trust() : Tally.Trust.EXACT),
                  oldest(row),
                  stopped(stopped[0], more),
                  stopped(stopped[1], more));
            })
        .one();
  }

  private static @Nullable Instant oldest(ResultSet row) throws SQLException {
    @Nullable Instant oldest = null;
    for (String column : List.of("first_counted", "first_ready")) {
      @Nullable UUID id = row.getObject(column, UUID.class);
      if (id != null) {
        Instant at = madeAt(id);
        oldest = oldest == null || at.isBefore(oldest) ? at : oldest;
      }
    }
    return oldest;
  }

  /// An id starts with the milliseconds at which it was made.
  private static Instant madeAt(UUID id) {
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
  }

  private static Tally stopped(long counted, boolean more) {
    return new Tally(counted, more && counted > 0 ? Tally.Trust.AT_LEAST : Tally.Trust.EXACT);
  }

  /// How many of the newest stopped facts are dead, and how many unassigned.
  private static long[] stopped(TenantTx tx, Instant now) {
    long[] counts = new long[2];
    tx.handle()
        .createQuery(
            """
            select state, count(*) as facts from (
              select state from fact
              where tenant_id = :tenant and state in ('dead', 'unassigned') and id >= id_at(:since)
              order by id desc limit :limit
            ) newest group by state
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("since", now.minus(Duration.ofDays(30)))
        .bind("limit", COUNT_MAX + 1)
        .map((row, _) -> Map.entry(row.getString("state"), row.getLong("facts")))
        .forEach(entry -> counts[entry.getKey().equals("dead") ? 0 : 1] = entry.getValue());
    return counts;
  }

  /// Deliveries by hour, the last one still under way; hours without any are there with zero. Of a
  /// busy hour only the beginning is read, and the rest taken to be like it.
  List<Hour> received(TenantTx tx, Instant now) {
    Instant current = now.truncatedTo(ChronoUnit.HOURS);
    Instant first = current.minus(Duration.ofHours(HOURS - 1));
    List<Hour> hours = new ArrayList<>(HOURS);
    tx.handle()
        .createQuery(
            """
            select h.start, counted.deliveries, counted.last
            from generate_series(
              cast(:first as timestamptz), cast(:current as timestamptz), interval '1 hour') h(start)
            cross join lateral (
              select count(*) as deliveries, max(received_at) as last from (
                select received_at from received_event
                where tenant_id = :tenant and id >= id_at(h.start)
                  and id < id_at(h.start + interval '1 hour')
                order by id limit :limit
              ) beginning
            ) counted
            order by h.start
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("first", first)
        .bind("current", current)
        .bind("limit", COUNT_MAX + 1)
        .map((row, _) -> hour(row, now))
        .forEach(hours::add);
    return hours;
  }

  private static Hour hour(ResultSet row, Instant now) throws SQLException {
    Instant start = instant(row, "start");
    long counted = row.getLong("deliveries");
    @Nullable OffsetDateTime last = row.getObject("last", OffsetDateTime.class);
    if (counted <= COUNT_MAX || last == null) {
      return new Hour(start, Tally.exact(counted));
    }
    long covered = Math.max(1, Duration.between(start, last.toInstant()).toMillis());
    Instant end = start.plus(Duration.ofHours(1));
    long whole = Duration.between(start, end.isAfter(now) ? now : end).toMillis();
    long estimate = Math.max(counted, Math.round(counted * (double) whole / covered));
    return new Hour(start, new Tally(estimate, Tally.Trust.ABOUT));
  }

  /// The newest messages of the last day by state, in the order of [MessageQueries#STATES]; states
  /// without any are left out.
  Map<String, Tally> messages(TenantTx tx, Instant now) {
    Map<String, Long> found = new HashMap<>();
    tx.handle()
        .createQuery(
            """
            select state, count(*) as messages from (
              select state from message
              where tenant_id = :tenant and id >= id_at(:since) order by id desc limit :limit
            ) newest group by state
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("since", now.minus(Duration.ofDays(1)))
        .bind("limit", COUNT_MAX + 1)
        .map((row, _) -> Map.entry(row.getString("state"), row.getLong("messages")))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    boolean more = found.values().stream().mapToLong(Long::longValue).sum() > COUNT_MAX;
    Map<String, Tally> ordered = new LinkedHashMap<>();
    for (String state : MessageQueries.STATES) {
      if (found.containsKey(state)) {
        ordered.put(state, stopped(found.getOrDefault(state, 0L), more));
      }
    }
    return ordered;
  }

  /// The connections that were reconciled, the one that was longest ago first.
  List<OverviewPage.Reconciled> reconciled(TenantTx tx, Instant now) {
    return tx.handle()
        .createQuery(
            """
            select c.name, r.finished_at, r.missing from reconciled r
            join connection c on c.tenant_id = r.tenant_id and c.id = r.connection_id
            where r.tenant_id = :tenant and c.state <> 'disabled'
            order by r.finished_at limit 10
            """)
        .bind("tenant", tx.tenant().uuid())
        .map(
            (row, _) ->
                new OverviewPage.Reconciled(
                    row.getString("name"),
                    new Moment(instant(row, "finished_at"), now),
                    row.getInt("missing")))
        .list();
  }

  /// Whether the tenant has anything yet: without it the page teaches the first step.
  boolean anything(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select exists (select from received_event where tenant_id = :tenant)
              or exists (select from message where tenant_id = :tenant)
            """)
        .bind("tenant", tx.tenant().uuid())
        .mapTo(Boolean.class)
        .one();
  }
}
