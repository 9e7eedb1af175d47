package dev.tenon.lane;

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
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/// The SQL of bulk replays.
final class ReplayStore extends ReplayRows<Replay> {
  // A fact whose delivery is gone by age can't be applied again, so it does not match. The state is
  // a constant in the text, so that the index of stopped facts serves.
  private static final String FINISHED =
      """
      from fact f
      where f.tenant_id = :tenant and f.state = '<state>' and f.id > :cursor
        and f.id >= id_at(:since) and f.id < id_at(:until)
        and (:connection::uuid is null or f.connection_id = :connection::uuid)
        and (:kind::text is null or f.kind like :kind::text)
        and exists (
          select from received_event e
          where e.tenant_id = f.tenant_id and e.id = f.received_event_id)
      """;

  private static final String HELD =
      """
      from waiting_fact f
      where f.tenant_id = :tenant and f.wake_at is not null and f.lane_id > :cursor
        and f.id >= id_at(:since) and f.id < id_at(:until)
        and (:connection::uuid is null or f.connection_id = :connection::uuid)
        and (:kind::text is null or f.kind like :kind::text)
      """;

  private static final UUID START = new UUID(0, 0);

  ReplayStore() {
    super("replay");
  }

  /// How many facts match, counted no further than one more than the filter allows.
  int count(TenantTx tx, ReplayFilter filter) {
    String matching = "select count(*) from (select 1 %s limit :limit) m".formatted(from(filter));
    return matching(tx.handle(), matching, tx.tenant(), filter, START)
        .bind("limit", filter.factsMax() + 1)
        .mapTo(Integer.class)
        .one();
  }

  /// Puts up to `limit` finished facts back into the queue, ready. Empty when none is left.
  Optional<ReplayStep> putBack(
      EngineTx tx, TenantId tenant, ReplayFilter filter, UUID cursor, int limit) {
    List<UUID> ids =
        matching(
                tx.handle(),
                "select f.id %s order by f.id limit :limit".formatted(from(filter)),
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
                  delete from fact
                  where tenant_id = :tenant and id = any(:ids) and id between :first and :last
                  returning tenant_id, lane_id, id, received_event_id, connection_id, ordinal, kind,
                    object, occurred_at
                )
                insert into waiting_fact (tenant_id, lane_id, id, received_event_id, connection_id,
                  ordinal, kind, object, occurred_at)
                select * from back
                """)
            .bind("tenant", tenant.uuid())
            .bindArray("ids", UUID.class, ids)
            .bind("first", ids.getFirst())
            .bind("last", ids.getLast())
            .execute();
    return Optional.of(new ReplayStep(moved, ids.getLast(), ids.size() == limit));
  }

  /// Ends the pause of up to `limit` lanes that hold matching facts. A lane is freed whole, since
  /// its facts are applied in order. Empty when none is left.
  Optional<ReplayStep> free(
      EngineTx tx, TenantId tenant, ReplayFilter filter, UUID cursor, int limit) {
    List<UUID> lanes =
        matching(
                tx.handle(),
                "select distinct f.lane_id %s order by f.lane_id limit :limit"
                    .formatted(from(filter)),
                tenant,
                filter,
                cursor)
            .bind("limit", limit)
            .mapTo(UUID.class)
            .list();
    if (lanes.isEmpty()) {
      return Optional.empty();
    }
    // A lane that a worker has is left alone: it is being tried at this moment.
    tx.handle()
        .createUpdate(
            """
            delete from lane
            where tenant_id = :tenant and id = any(:lanes) and node is null
            """)
        .bind("tenant", tenant.uuid())
        .bindArray("lanes", UUID.class, lanes)
        .execute();
    int woken =
        tx.handle()
            .createUpdate(
                """
                update waiting_fact set wake_at = null, failures = 0
                where tenant_id = :tenant and lane_id = any(:lanes) and wake_at is not null
                """)
            .bind("tenant", tenant.uuid())
            .bindArray("lanes", UUID.class, lanes)
            .execute();
    return Optional.of(new ReplayStep(woken, lanes.getLast(), lanes.size() == limit));
  }

  private static String from(ReplayFilter filter) {
    return filter.state() == ReplayFilter.State.HELD
        ? HELD
        : FINISHED.replace("<state>", filter.state().text());
  }

  private static Query matching(
      Handle handle, String sql, TenantId tenant, ReplayFilter filter, UUID cursor) {
    return handle
        .createQuery(sql)
        .bind("tenant", tenant.uuid())
        .bind("cursor", cursor)
        .bind("since", filter.since())
        .bind("until", filter.until())
        .bind("connection", filter.connection())
        .bind("kind", filter.kindPattern().orElse(null));
  }

  void insert(TenantTx tx, Replay replay) {
    ReplayFilter filter = replay.filter();
    tx.handle()
        .createUpdate(
            """
            insert into replay (tenant_id, id, state, fact_state, connection_id, kind, since, until,
              facts_max, matched, requested_by, created_at)
            values (:tenant, :id, 'running', :fact_state, :connection, :kind, :since, :until,
              :facts_max, :matched, :by, :now)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", replay.id())
        .bind("fact_state", filter.state().text())
        .bind("connection", filter.connection())
        .bind("kind", filter.kind())
        .bind("since", filter.since())
        .bind("until", filter.until())
        .bind("facts_max", filter.factsMax())
        .bind("matched", replay.matched())
        .bind("by", replay.requestedBy())
        .bind("now", replay.createdAt())
        .execute();
  }

  @Override
  protected Replay row(ResultSet row) throws SQLException {
    return new Replay(
        row.getObject("id", UUID.class),
        row.getString("state"),
        new ReplayFilter(
            ReplayFilter.State.of(row.getString("fact_state")),
            row.getObject("connection_id", UUID.class),
            row.getString("kind"),
            instant(row, "since"),
            instant(row, "until"),
            row.getInt("facts_max")),
        row.getInt("matched"),
        row.getInt("replayed"),
        row.getString("requested_by"),
        instant(row, "created_at"),
        instantOrNull(row, "finished_at"));
  }
}
