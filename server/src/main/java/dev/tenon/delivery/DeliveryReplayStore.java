package dev.tenon.delivery;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL by which deliveries are put back into the queue, one or many.
final class DeliveryReplayStore {
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

  /// What one step put back, and where the next one begins.
  record Moved(int deliveries, UUID cursor, boolean more) {}

  /// How many match, counted no further than one more than the filter allows.
  int count(EngineTx tx, TenantId tenant, DeliveryReplay.Filter filter) {
    int max = filter.deliveriesMax() + 1;
    if (filter.which() == DeliveryReplay.Which.MISSING) {
      return missing(tx, tenant, filter, START, max, true).deliveries();
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
  Optional<Moved> step(
      EngineTx tx, TenantId tenant, DeliveryReplay.Filter filter, UUID cursor, int limit) {
    if (filter.which() == DeliveryReplay.Which.MISSING) {
      return Optional.of(missing(tx, tenant, filter, cursor, limit, false))
          .filter(moved -> moved.deliveries() > 0);
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
    return Optional.of(new Moved(moved, ids.getLast(), ids.size() == limit));
  }

  private static Moved missing(
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
              return new Moved(queued, last == null ? cursor : last, queued == limit);
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

  int running(TenantTx tx) {
    return tx.handle()
        .createQuery(
            "select count(*) from delivery_replay where tenant_id = :tenant and state = 'running'")
        .bind("tenant", tx.tenant().uuid())
        .mapTo(Integer.class)
        .one();
  }

  /// Forgets replays that ended before `before`.
  void forget(TenantTx tx, Instant before) {
    tx.handle()
        .createUpdate(
            "delete from delivery_replay where tenant_id = :tenant and finished_at < :before")
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .execute();
  }

  /// A replay and where it stands.
  record Position(DeliveryReplay replay, UUID cursor) {}

  /// Locks a replay that still runs: two workers never take one step together.
  Optional<Position> lockRunning(EngineTx tx, TenantId tenant, UUID id) {
    return tx.handle()
        .createQuery(
            """
            select * from delivery_replay
            where tenant_id = :tenant and id = :id and state = 'running' for update
            """)
        .bind("tenant", tenant.uuid())
        .bind("id", id)
        .map((row, _) -> new Position(replay(row), row.getObject("cursor_id", UUID.class)))
        .findOne();
  }

  void advance(EngineTx tx, TenantId tenant, UUID id, Moved moved, @Nullable Instant finishedAt) {
    tx.handle()
        .createUpdate(
            """
            update delivery_replay set replayed = replayed + :moved, cursor_id = :cursor,
              state = case when :finished_at::timestamptz is null then state else 'done' end,
              finished_at = :finished_at
            where tenant_id = :tenant and id = :id
            """)
        .bind("moved", moved.deliveries())
        .bind("cursor", moved.cursor())
        .bind("finished_at", finishedAt)
        .bind("tenant", tenant.uuid())
        .bind("id", id)
        .execute();
  }

  boolean cancel(EngineTx tx, TenantId tenant, UUID id, Instant now) {
    return tx.handle()
            .createUpdate(
                """
                update delivery_replay set state = 'cancelled', finished_at = :now
                where tenant_id = :tenant and id = :id and state = 'running'
                """)
            .bind("tenant", tenant.uuid())
            .bind("id", id)
            .bind("now", now)
            .execute()
        == 1;
  }

  Optional<DeliveryReplay> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery("select * from delivery_replay where tenant_id = :tenant and id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> replay(row))
        .findOne();
  }

  List<DeliveryReplay> list(TenantTx tx, Optional<UUID> before, int rows) {
    return tx.handle()
        .createQuery(
            """
            select * from delivery_replay
            where tenant_id = :tenant and (:before::uuid is null or id < :before::uuid)
            order by id desc limit :rows
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before.orElse(null))
        .bind("rows", rows)
        .map((row, _) -> replay(row))
        .list();
  }

  private static DeliveryReplay replay(ResultSet row) throws SQLException {
    @Nullable OffsetDateTime finishedAt = row.getObject("finished_at", OffsetDateTime.class);
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
        finishedAt == null ? null : finishedAt.toInstant());
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
