package dev.tenon.suppression;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of suppressions.
final class SuppressionStore {
  private static final String COLUMNS =
      "id, address, stream, reason, detail, provider, message_id, occurred_at, created_at";

  /// Adds entries, one for an address and stream, and answers how many changed something. An entry
  /// that is there stays unless the new one comes before it ([Suppression#or]).
  ///
  /// @param late whether they happened in the past, so that a removal since then holds them back
  int add(TenantTx tx, List<Suppression> entries, boolean late) {
    return tx.handle()
        .createUpdate(
            """
            insert into suppression as s (tenant_id, address, stream, id, reason, detail, provider,
              message_id, occurred_at, created_at)
            select :tenant, n.address, n.stream, n.id, n.reason, n.detail, n.provider, n.message_id,
              n.occurred_at, n.created_at
            from unnest(:addresses::text[], :streams::text[], :ids::uuid[], :reasons::text[],
              :details::text[], :providers::text[], :messages::uuid[], :occurred::timestamptz[],
              :created::timestamptz[])
              as n (address, stream, id, reason, detail, provider, message_id, occurred_at,
                created_at)
            where not (:late and exists (
              select from suppression_removal r
              where r.tenant_id = :tenant and r.address = n.address and r.stream = n.stream
                and r.removed_at >= n.occurred_at))
            order by n.address, n.stream
            on conflict (tenant_id, address, stream) do update
              set reason = excluded.reason, detail = excluded.detail, provider = excluded.provider,
                message_id = excluded.message_id, occurred_at = excluded.occurred_at
              where (array_position(array['complained', 'bounced', 'unsubscribed', 'manual'],
                  excluded.reason), excluded.occurred_at)
                < (array_position(array['complained', 'bounced', 'unsubscribed', 'manual'],
                  s.reason), s.occurred_at)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("late", late)
        .bindArray("addresses", String.class, entries.stream().map(Suppression::address).toList())
        .bindArray("streams", String.class, entries.stream().map(Suppression::stream).toList())
        .bindArray("ids", UUID.class, entries.stream().map(Suppression::id).toList())
        .bindArray("reasons", String.class, entries.stream().map(e -> e.reason().text()).toList())
        .bindArray("details", String.class, entries.stream().map(Suppression::detail).toList())
        .bindArray("providers", String.class, entries.stream().map(Suppression::provider).toList())
        .bindArray("messages", UUID.class, entries.stream().map(Suppression::message).toList())
        .bindArray(
            "occurred",
            OffsetDateTime.class,
            entries.stream().map(e -> e.occurredAt().atOffset(ZoneOffset.UTC)).toList())
        .bindArray(
            "created",
            OffsetDateTime.class,
            entries.stream().map(e -> e.createdAt().atOffset(ZoneOffset.UTC)).toList())
        .execute();
  }

  /// Which entries are wanted; null for any.
  ///
  /// @param address a whole address, comparable
  record Filter(@Nullable String address, @Nullable String stream, @Nullable String reason) {
    static final Filter ALL = new Filter(null, null, null);
  }

  /// The newest first.
  List<Suppression> list(TenantTx tx, Filter filter, @Nullable UUID before, int limit) {
    return tx.handle()
        .createQuery(
            """
            select %s from suppression
            where tenant_id = :tenant
              and (:before::uuid is null or id < :before::uuid)
              and (:address::text is null or address = :address)
              and (:stream::text is null or stream = :stream)
              and (:reason::text is null or reason = :reason)
            order by id desc limit :limit
            """
                .formatted(COLUMNS))
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .bind("address", filter.address())
        .bind("stream", filter.stream())
        .bind("reason", filter.reason())
        .bind("limit", limit)
        .map((row, _) -> read(row))
        .list();
  }

  Optional<Suppression> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            "select %s from suppression where tenant_id = :tenant and id = :id".formatted(COLUMNS))
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> read(row))
        .findOne();
  }

  Optional<Suppression> find(TenantTx tx, String address, String stream) {
    return tx.handle()
        .createQuery(
            """
            select %s from suppression
            where tenant_id = :tenant and address = :address and stream = :stream
            """
                .formatted(COLUMNS))
        .bind("tenant", tx.tenant().uuid())
        .bind("address", address)
        .bind("stream", stream)
        .map((row, _) -> read(row))
        .findOne();
  }

  /// Removes an entry and keeps what it was and why it went; false when it is not there.
  boolean remove(TenantTx tx, UUID id, String reason, @Nullable String by, Instant now) {
    return tx.handle()
            .createQuery(
                """
                with gone as (
                  delete from suppression where tenant_id = :tenant and id = :id returning *
                ), kept as (
                  insert into suppression_removal (tenant_id, id, address, stream, reason, detail,
                    provider, message_id, occurred_at, created_at, removed_at, removal_reason,
                    removed_by)
                  select tenant_id, id, address, stream, reason, detail, provider, message_id,
                    occurred_at, created_at, :now, :why, :by
                  from gone
                  on conflict do nothing
                )
                select count(*) from gone
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id)
            .bind("now", now)
            .bind("why", reason)
            .bind("by", by)
            .mapTo(Integer.class)
            .one()
        == 1;
  }

  private static Suppression read(ResultSet row) throws SQLException {
    return new Suppression(
        row.getObject("id", UUID.class),
        row.getString("address"),
        row.getString("stream"),
        Suppression.Reason.parse(row.getString("reason")).orElseThrow(),
        row.getString("detail"),
        row.getString("provider"),
        row.getObject("message_id", UUID.class),
        row.getObject("occurred_at", OffsetDateTime.class).toInstant(),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }
}
