package dev.tenon.event;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of events that were told.
final class EventStore {
  private EventStore() {}

  /// Which events to list; null leaves a condition out.
  ///
  /// @param since from then on
  /// @param until before then
  record Filter(
      @Nullable String type,
      @Nullable String about,
      @Nullable UUID cause,
      Instant since,
      Instant until) {}

  static List<StoredEvent> list(TenantTx tx, Filter filter, Optional<UUID> before, int rows) {
    return tx.handle()
        .createQuery(
            """
            select id, type, about, payload::text as payload, cause_id, created_at
            from event
            where tenant_id = :tenant and id >= id_at(:since) and id < id_at(:until)
              and (:before::uuid is null or id < :before::uuid)
              and (:type::text is null or type = :type::text)
              and (:about::text is null or about = :about::text)
              and (:cause::uuid is null or cause_id = :cause::uuid)
            order by id desc limit :rows
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("since", filter.since())
        .bind("until", filter.until())
        .bind("before", before.orElse(null))
        .bind("type", filter.type())
        .bind("about", filter.about())
        .bind("cause", filter.cause())
        .bind("rows", rows)
        .map((row, _) -> event(row))
        .list();
  }

  static Optional<StoredEvent> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            """
            select id, type, about, payload::text as payload, cause_id, created_at
            from event where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> event(row))
        .findOne();
  }

  /// What events say of a message; empty when there is none.
  static Optional<MessageLabels> labels(TenantTx tx, UUID message) {
    return tx.handle()
        .createQuery(
            """
            select recipient, stream, template, tags, metadata from message
            where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", message)
        .map(
            (row, _) ->
                MessageLabels.of(
                    row.getString("recipient"),
                    row.getString("stream"),
                    row.getString("template"),
                    row.getArray("tags") == null
                        ? null
                        : (String[]) row.getArray("tags").getArray(),
                    row.getString("metadata")))
        .findOne();
  }

  private static StoredEvent event(ResultSet row) throws SQLException {
    return new StoredEvent(
        row.getObject("id", UUID.class),
        row.getString("type"),
        row.getString("about"),
        row.getString("payload"),
        row.getObject("cause_id", UUID.class),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }
}
