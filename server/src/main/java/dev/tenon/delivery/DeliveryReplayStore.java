package dev.tenon.delivery;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.replay.ReplayRows;
import dev.tenon.replay.ReplayStep;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL by which deliveries are put back into the queue, one or many.
final class DeliveryReplayStore extends ReplayRows<DeliveryReplay> {
  private static final String BACK =
      """
      insert into waiting_delivery (tenant_id, id, endpoint_id, event_tenant_id, event_id, type, about,
        seq, ordered, created_at, attempts, starts, last_status, last_error)
      select tenant_id, id, endpoint_id, event_tenant_id, event_id, type, about,
        nextval('delivery_seq'), ordered, created_at, attempts, starts, last_status,
        nullif(reason, '')
      from back order by id
      """;

  // The state is a constant in the text, so that the index of those that failed serves.
  private static final String MATCHING =
      """
      from delivery d
      where d.tenant_id = :tenant and d.state = '<state>' and d.id > :cursor
        and d.id >= id_at(:since) and d.id < id_at(:until)
        and (:endpoint::uuid is null or d.endpoint_id = :endpoint::uuid)
        and (:type::text is null or d.type = :type::text)
      """;

  private static final UUID START = new UUID(0, 0);

  DeliveryReplayStore() {
    super("delivery_replay");
  }

  /// Puts one back, or has one that waits for its next try tried now. False when there is none, or
  /// when a call is under way.
  boolean putBack(EngineTx tx, TenantId tenant, UUID id) {
    int back =
        tx.handle()
            .createUpdate(
                "with back as (delete from delivery where tenant_id = :tenant and id = :id returning *) "
                    + BACK)
            .bind("tenant", tenant.uuid())
            .bind("id", id)
            .execute();
    return back == 1
        || tx.handle()
                .createUpdate(
                    """
                    update waiting_delivery set wake_at = null, failures = 0
                    where tenant_id = :tenant and id = :id and token is null
                    """)
                .bind("tenant", tenant.uuid())
                .bind("id", id)
                .execute()
            == 1;
  }

  /// How many match, counted no further than one more than the filter allows.
  int count(EngineTx tx, TenantId tenant, DeliveryReplay.Filter filter) {
    int max = filter.deliveriesMax() + 1;
    if (filter.which() == DeliveryReplay.Which.MISSING) {
      return missing(tx, tenant, filter, START, max, true).count();
    }
    return matching(
            tx,
            "select count(*) from (select 1 %s limit :limit) m".formatted(from(filter)),
            tenant,
            filter,
            START)
        .bind("limit", max)
        .mapTo(Integer.class)
        .one();
  }

  /// Puts up to `limit` into the queue, ready. Empty when nothing fits any more.
  Optional<ReplayStep> step(
      EngineTx tx, TenantId tenant, DeliveryReplay.Filter filter, UUID cursor, int limit) {
    if (filter.which() == DeliveryReplay.Which.MISSING) {
      return Optional.of(missing(tx, tenant, filter, cursor, limit, false))
          .filter(moved -> moved.count() > 0);
    }
    List<UUID> ids =
        matching(
                tx,
                "select d.id %s order by d.id limit :limit".formatted(from(filter)),
                tenant,
                filter,
                cursor)
            .bind("limit", limit)
            .mapTo(UUID.class)
            .list();
    if (ids.isEmpty()) {
      return Optional.empty();
    }
    int moved =
        tx.handle()
            .createUpdate(
                """
                with back as (
                  delete from delivery
                  where tenant_id = :tenant and id = any(:ids) and id between :first and :last
                  returning *
                )
                """
                    + BACK)
            .bind("tenant", tenant.uuid())
            .bindArray("ids", UUID.class, ids)
            .bind("first", ids.getFirst())
            .bind("last", ids.getLast())
            .execute();
    return Optional.of(new ReplayStep(moved, ids.getLast(), ids.size() == limit));
  }

  private static ReplayStep missing(
      EngineTx tx,
      TenantId tenant,
      DeliveryReplay.Filter filter,
      UUID cursor,
      int limit,
      boolean dry) {
    return tx.handle()
        .createQuery(
            """
            select queued, last_event from queue_missing(:tenant, :endpoint, :type::text, :since, :until,
              :cursor, :limit, :dry)
            """)
        .bind("tenant", tenant.uuid())
        .bind("endpoint", filter.endpoint())
        .bind("type", filter.type())
        .bind("since", filter.since())
        .bind("until", filter.until())
        .bind("cursor", cursor)
        .bind("limit", limit)
        .bind("dry", dry)
        .map(
            (row, _) -> {
              int queued = row.getInt("queued");
              @Nullable UUID last = row.getObject("last_event", UUID.class);
              return new ReplayStep(queued, last == null ? cursor : last, queued == limit);
            })
        .one();
  }

  private static String from(DeliveryReplay.Filter filter) {
    return MATCHING.replace("<state>", filter.which().text());
  }

  private static Query matching(
      EngineTx tx, String sql, TenantId tenant, DeliveryReplay.Filter filter, UUID cursor) {
    return tx.handle()
        .createQuery(sql)
        .bind("tenant", tenant.uuid())
        .bind("cursor", cursor)
        .bind("since", filter.since())
        .bind("until", filter.until())
        .bind("endpoint", filter.endpoint())
        .bind("type", filter.type());
  }

  void insert(TenantTx tx, DeliveryReplay replay) {
    DeliveryReplay.Filter filter = replay.filter();
    tx.handle()
        .createUpdate(
            """
            insert into delivery_replay (tenant_id, id, state, delivery_state, endpoint_id, type, since,
              until, deliveries_max, matched, requested_by, created_at)
            values (:tenant, :id, 'running', :which, :endpoint, :type, :since, :until, :max, :matched,
              :by, :now)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", replay.id())
        .bind("which", filter.which().text())
        .bind("endpoint", filter.endpoint())
        .bind("type", filter.type())
        .bind("since", filter.since())
        .bind("until", filter.until())
        .bind("max", filter.deliveriesMax())
        .bind("matched", replay.matched())
        .bind("by", replay.requestedBy())
        .bind("now", replay.createdAt())
        .execute();
  }

  @Override
  protected DeliveryReplay row(ResultSet row) throws SQLException {
    return new DeliveryReplay(
        row.getObject("id", UUID.class),
        row.getString("state"),
        new DeliveryReplay.Filter(
            DeliveryReplay.Which.of(row.getString("delivery_state")),
            row.getObject("endpoint_id", UUID.class),
            row.getString("type"),
            instant(row, "since"),
            instant(row, "until"),
            row.getInt("deliveries_max")),
        row.getInt("matched"),
        row.getInt("replayed"),
        row.getString("requested_by"),
        instant(row, "created_at"),
        instantOrNull(row, "finished_at"));
  }
}
