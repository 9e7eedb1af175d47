package dev.tenon.console;

import dev.tenon.db.TenantTx;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The numbers of the overview.
final class OverviewQueries {
  private static final int HOURS = 24;

  /// Where a tenant stands.
  ///
  /// @param waiting facts that have not been applied yet
  /// @param retrying how many of them failed at least once
  /// @param oldest when the oldest waiting fact happened; null when none waits
  /// @param dead facts given up within the last 30 days
  /// @param unassigned facts that fit no known tenant, within the last 30 days
  record Inbox(long waiting, long retrying, @Nullable Instant oldest, long dead, long unassigned) {}

  /// How many deliveries came in an hour.
  ///
  /// @param start the first moment of the hour
  record Hour(Instant start, long count) {}

  Inbox inbox(TenantTx tx, Instant now) {
    return tx.handle()
        .createQuery(
            """
            select w.*, s.* from (
              select count(*) as waiting, count(*) filter (where failures > 0) as retrying,
                min(occurred_at) as oldest
              from waiting_fact where tenant_id = :tenant
            ) w cross join (
              select count(*) filter (where state = 'dead') as dead,
                count(*) filter (where state = 'unassigned') as unassigned
              from fact where tenant_id = :tenant and state in ('dead', 'unassigned')
                and id >= id_at(:since)
            ) s
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("since", now.minus(Duration.ofDays(30)))
        .map(
            (row, _) -> {
              @Nullable OffsetDateTime oldest = row.getObject("oldest", OffsetDateTime.class);
              return new Inbox(
                  row.getLong("waiting"),
                  row.getLong("retrying"),
                  oldest == null ? null : oldest.toInstant(),
                  row.getLong("dead"),
                  row.getLong("unassigned"));
            })
        .one();
  }

  /// Deliveries by hour, the last one still under way; hours without any are there with zero.
  List<Hour> received(TenantTx tx, Instant now) {
    Instant first = now.truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(HOURS - 1));
    Map<Instant, Long> counts = new HashMap<>();
    tx.handle()
        .createQuery(
            """
            select date_trunc('hour', received_at, 'UTC') as hour, count(*) as deliveries
            from received_event
            where tenant_id = :tenant and id >= id_at(:first) and received_at >= :first
            group by 1
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("first", first)
        .map((row, _) -> new Hour(InboxQueries.instant(row, "hour"), row.getLong("deliveries")))
        .forEach(hour -> counts.put(hour.start(), hour.count()));
    List<Hour> hours = new ArrayList<>(HOURS);
    for (int i = 0; i < HOURS; i++) {
      Instant start = first.plus(Duration.ofHours(i));
      hours.add(new Hour(start, counts.getOrDefault(start, 0L)));
    }
    return hours;
  }

  /// Messages of the last day by state, in the order of [MessageQueries#STATES]; states without any
  /// are left out.
  Map<String, Long> messages(TenantTx tx, Instant now) {
    Map<String, Long> found = new HashMap<>();
    tx.handle()
        .createQuery(
            """
            select state, count(*) as messages from message
            where tenant_id = :tenant and id >= id_at(:since) group by state
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("since", now.minus(Duration.ofDays(1)))
        .map((row, _) -> Map.entry(row.getString("state"), row.getLong("messages")))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    Map<String, Long> ordered = new LinkedHashMap<>();
    for (String state : MessageQueries.STATES) {
      if (found.containsKey(state)) {
        ordered.put(state, found.getOrDefault(state, 0L));
      }
    }
    return ordered;
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
