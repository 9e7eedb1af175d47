package dev.tenon.inbox;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of received events and their facts, for those who look at them.
final class ReceivedEventStore {

  /// A received event without its sealed body.
  record Row(
      UUID id,
      UUID connection,
      String provider,
      Instant receivedAt,
      int bodyBytes,
      List<UUID> facts,
      List<UUID> lanes) {}

  /// A fact, waiting or finished.
  record FactRow(
      UUID id,
      String kind,
      String object,
      Instant occurredAt,
      String state,
      @Nullable String result,
      int failures) {}

  /// The newest first.
  List<Row> list(TenantTx tx, Optional<UUID> before, int limit) {
    return tx.handle()
        .createQuery(
            """
            select id, connection_id, provider, received_at, body_bytes, fact_ids, lane_ids
            from received_event
            where tenant_id = :tenant and (:before::uuid is null or id < :before::uuid)
            order by id desc limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before.orElse(null))
        .bind("limit", limit)
        .map((row, _) -> row(row))
        .list();
  }

  Optional<Row> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            """
            select id, connection_id, provider, received_at, body_bytes, fact_ids, lane_ids
            from received_event where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row(row))
        .findOne();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getObject("id", UUID.class),
        row.getObject("connection_id", UUID.class),
        row.getString("provider"),
        row.getObject("received_at", OffsetDateTime.class).toInstant(),
        row.getInt("body_bytes"),
        Arrays.asList((UUID[]) row.getArray("fact_ids").getArray()),
        Arrays.asList((UUID[]) row.getArray("lane_ids").getArray()));
  }

  /// The facts of a received event in the order in which they came.
  List<FactRow> facts(TenantTx tx, Row event) {
    return tx.handle()
        .createQuery(
            """
            select id, kind, object, occurred_at, 'waiting' as state, last_error as result,
              failures
            from waiting_fact
            where tenant_id = :tenant and lane_id = any(:lanes) and id = any(:ids)
            union all
            select id, kind, object, occurred_at, state, result, failures
            from fact where tenant_id = :tenant and id = any(:ids)
            order by id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, event.facts())
        .bindArray("lanes", UUID.class, event.lanes())
        .map(
            (row, _) ->
                new FactRow(
                    row.getObject("id", UUID.class),
                    row.getString("kind"),
                    row.getString("object"),
                    row.getObject("occurred_at", OffsetDateTime.class).toInstant(),
                    row.getString("state"),
                    row.getString("result"),
                    row.getInt("failures")))
        .list();
  }
}
