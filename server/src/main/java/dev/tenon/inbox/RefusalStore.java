package dev.tenon.inbox;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The SQL of refused webhooks: one row an hour, connection and reason.
final class RefusalStore {

  /// Refusals to be added to what is there.
  record Added(TenantId tenant, UUID connection, Refusal refusal) {}

  /// Adds in the order of the key, so that two nodes wait for each other instead of deadlocking. A
  /// connection that is gone meanwhile is left out.
  void add(EngineTx tx, List<Added> added) {
    tx.handle()
        .createUpdate(
            """
            insert into inbound_refusal as r (tenant_id, connection_id, hour, reason, status,
              refusals, detail, first_at, last_at)
            select a.tenant_id, a.connection_id, a.hour, a.reason, a.status, a.refusals, a.detail,
              a.first_at, a.last_at
            from unnest(:tenants::uuid[], :connections::uuid[], :hours::timestamptz[],
              :reasons::text[], :statuses::int[], :refusals::bigint[], :details::text[],
              :firsts::timestamptz[], :lasts::timestamptz[])
              as a (tenant_id, connection_id, hour, reason, status, refusals, detail, first_at,
                last_at)
            join connection c on c.tenant_id = a.tenant_id and c.id = a.connection_id
            order by a.tenant_id, a.connection_id, a.hour, a.reason
            on conflict (tenant_id, connection_id, hour, reason) do update
              set refusals = r.refusals + excluded.refusals, status = excluded.status,
                detail = excluded.detail, first_at = least(r.first_at, excluded.first_at),
                last_at = greatest(r.last_at, excluded.last_at)
            """)
        .bindArray("tenants", UUID.class, added.stream().map(one -> one.tenant().uuid()).toList())
        .bindArray("connections", UUID.class, added.stream().map(Added::connection).toList())
        .bindArray("hours", OffsetDateTime.class, times(added, Refusal::hour))
        .bindArray(
            "reasons",
            String.class,
            added.stream().map(one -> one.refusal().reason().text()).toList())
        .bindArray(
            "statuses", Integer.class, added.stream().map(one -> one.refusal().status()).toList())
        .bindArray(
            "refusals", Long.class, added.stream().map(one -> one.refusal().count()).toList())
        .bindArray(
            "details", String.class, added.stream().map(one -> one.refusal().detail()).toList())
        .bindArray("firsts", OffsetDateTime.class, times(added, Refusal::firstAt))
        .bindArray("lasts", OffsetDateTime.class, times(added, Refusal::lastAt))
        .execute();
  }

  private static List<OffsetDateTime> times(
      List<Added> added, java.util.function.Function<Refusal, Instant> which) {
    return added.stream().map(one -> which.apply(one.refusal()).atOffset(ZoneOffset.UTC)).toList();
  }

  /// The newest hours first, within an hour by reason.
  List<Refusal> list(TenantTx tx, UUID connection, Optional<Refusals.Place> after, int limit) {
    return tx.handle()
        .createQuery(
            """
            select hour, reason, status, refusals, detail, first_at, last_at from inbound_refusal
            where tenant_id = :tenant and connection_id = :connection
              and (:hour::timestamptz is null or hour < :hour or (hour = :hour and reason > :reason))
            order by hour desc, reason limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("hour", after.map(place -> place.hour().atOffset(ZoneOffset.UTC)).orElse(null))
        .bind("reason", after.map(place -> place.reason().text()).orElse(""))
        .bind("limit", limit)
        .map((row, _) -> refusal(row))
        .list();
  }

  private static Refusal refusal(ResultSet row) throws SQLException {
    return new Refusal(
        instant(row, "hour"),
        Refusal.Reason.parse(row.getString("reason")).orElseThrow(),
        row.getInt("status"),
        row.getLong("refusals"),
        row.getString("detail"),
        instant(row, "first_at"),
        instant(row, "last_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /// Removes what is older, at most `limit` rows; answers how many went.
  int forget(EngineTx tx, Instant before, int limit) {
    return tx.handle()
        .createUpdate(
            """
            delete from inbound_refusal r using (
              select tenant_id, connection_id, hour, reason from inbound_refusal
              where hour < :before order by hour limit :limit for update skip locked
            ) old
            where r.tenant_id = old.tenant_id and r.connection_id = old.connection_id
              and r.hour = old.hour and r.reason = old.reason
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }
}
