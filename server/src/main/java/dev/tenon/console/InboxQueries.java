package dev.tenon.console;

import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the page of a received event reads.
final class InboxQueries {
  /// A received event as it lies there. A class, since it holds bytes.
  static final class Received {
    final UUID id;
    final UUID connection;
    final String provider;
    final String origin;
    final Instant receivedAt;
    final int bodyBytes;
    final byte[] sealed;

    Received(ResultSet row) throws SQLException {
      id = row.getObject("id", UUID.class);
      connection = row.getObject("connection_id", UUID.class);
      provider = row.getString("provider");
      origin = row.getString("origin");
      receivedAt = instant(row, "received_at");
      bodyBytes = row.getInt("body_bytes");
      sealed = row.getBytes("sealed");
    }
  }

  /// A fact, waiting or finished.
  ///
  /// @param state `waiting`, `retrying`, or how it ended
  /// @param result one line: what changed, or the last error while it waits
  /// @param about the tenant it turned out to be about
  /// @param until when it ended, or when it is tried again; null when it is ready
  record Fact(
      UUID id,
      String kind,
      String object,
      Instant occurredAt,
      String state,
      String result,
      int failures,
      TenantId about,
      @Nullable Instant until) {

    /// The same one, ended then.
    Fact endedAt(Instant at) {
      return new Fact(id, kind, object, occurredAt, state, result, failures, about, at);
    }

    boolean finished() {
      return !state.equals("waiting") && !state.equals("retrying");
    }
  }

  Optional<Received> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            """
            select id, connection_id, provider, origin, received_at, body_bytes, sealed
            from received_event where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> new Received(row))
        .findOne();
  }

  /// The facts of a received event in the order of its body.
  List<Fact> facts(TenantTx tx, UUID receivedEvent, int limit) {
    return tx.handle()
        .createQuery(
            """
            with e as (
              select tenant_id, fact_ids, lane_ids from received_event
              where tenant_id = :tenant and id = :id
            )
            select f.id, f.ordinal, f.kind, f.object, f.occurred_at, f.state, f.result, f.failures,
              f.about_tenant_id, f.finished_at as until
            from e join fact f on f.tenant_id = e.tenant_id and f.id = any(e.fact_ids)
            union all
            select w.id, w.ordinal, w.kind, w.object, w.occurred_at,
              case when w.failures > 0 then 'retrying' else 'waiting' end,
              coalesce(w.last_error, ''), w.failures, null, w.wake_at
            from e join waiting_fact w on w.tenant_id = e.tenant_id
              and w.lane_id = any(e.lane_ids) and w.id = any(e.fact_ids)
            order by ordinal limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", receivedEvent)
        .bind("limit", limit)
        .map((row, _) -> fact(row, tx.tenant()))
        .list();
  }

  static Fact fact(ResultSet row, TenantId owner) throws SQLException {
    @Nullable UUID about = row.getObject("about_tenant_id", UUID.class);
    @Nullable OffsetDateTime until = row.getObject("until", OffsetDateTime.class);
    return new Fact(
        row.getObject("id", UUID.class),
        row.getString("kind"),
        row.getString("object"),
        instant(row, "occurred_at"),
        row.getString("state"),
        row.getString("result"),
        row.getInt("failures"),
        about == null ? owner : new TenantId(about),
        until == null ? null : until.toInstant());
  }

  /// The received event that a fact came in, wherever the fact is now.
  Optional<UUID> receivedEventOf(TenantTx tx, UUID fact) {
    return tx.handle()
        .createQuery(
            """
            select received_event_id from fact where tenant_id = :tenant and id = :id
            union all
            select received_event_id from waiting_fact where tenant_id = :tenant and id = :id
            limit 1
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", fact)
        .mapTo(UUID.class)
        .findFirst();
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static String text(ResultSet row, String column) throws SQLException {
    @Nullable String value = row.getString(column);
    return value == null ? "" : value;
  }
}
