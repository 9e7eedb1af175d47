package dev.tenon.lane;

import dev.tenon.db.EngineTx;
import dev.tenon.db.Parameters;
import dev.tenon.tenant.TenantId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of facts in the queue and after it.
final class FactStore {

  /// A fact with the sealed delivery it came in, not opened yet.
  static final class Row {
    final UUID id;
    final UUID lane;
    final UUID receivedEvent;
    final UUID connection;
    final String provider;
    final int ordinal;
    final String kind;
    final String object;
    final Instant occurredAt;
    final int failures;
    final byte[] sealed;

    Row(ResultSet row) throws java.sql.SQLException {
      id = row.getObject("id", UUID.class);
      lane = row.getObject("lane_id", UUID.class);
      receivedEvent = row.getObject("received_event_id", UUID.class);
      connection = row.getObject("connection_id", UUID.class);
      provider = row.getString("provider");
      ordinal = row.getInt("ordinal");
      kind = row.getString("kind");
      object = row.getString("object");
      occurredAt = row.getObject("occurred_at", java.time.OffsetDateTime.class).toInstant();
      failures = row.getInt("failures");
      sealed = row.getBytes("sealed");
    }
  }

  // Locks the lanes that are still ours and reads their facts, at once. A lane that was taken over
  // while we waited for its lock has another token by then, and is left out with all its facts.
  private static final String READY_OF_HELD =
      """
      with held as materialized (
        select l.id from lane l
        join unnest(?::uuid[], ?::bigint[]) as c (lane_id, token)
          on l.id = c.lane_id and l.token = c.token
        where l.tenant_id = ? order by l.id for update of l
      )
      select w.id, w.lane_id, w.received_event_id, w.connection_id, e.provider, w.ordinal,
        w.kind, w.object, w.occurred_at, w.failures, e.sealed
      from (
        select w.* from held join waiting_fact w
          on w.tenant_id = ? and w.lane_id = held.id and w.wake_at is null
        order by w.lane_id, w.id limit ?
      ) w
      join received_event e on e.tenant_id = w.tenant_id and e.id = w.received_event_id
      order by w.lane_id, w.id
      """;

  /// The ready facts of those of `claims` that this node still holds, each lane in the order of
  /// arrival, at most `limit`. The lanes stay locked until the transaction ends.
  List<Row> readyOfHeld(EngineTx tx, TenantId tenant, List<LaneStore.Claim> claims, int limit) {
    return tx.plain(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(READY_OF_HELD)) {
            var _ =
                Parameters.of(statement)
                    .uuids(claims, LaneStore.Claim::lane)
                    .longs(claims, LaneStore.Claim::token)
                    .uuid(tenant.uuid())
                    .uuid(tenant.uuid())
                    .number(limit);
            try (ResultSet rows = statement.executeQuery()) {
              List<Row> ready = new ArrayList<>();
              while (rows.next()) {
                ready.add(new Row(rows));
              }
              return ready;
            }
          }
        });
  }

  /// The ready facts of `lanes`, each lane in the order of arrival, at most `limit`.
  List<Row> ready(EngineTx tx, TenantId tenant, List<UUID> lanes, int limit) {
    return tx.handle()
        .createQuery(
            """
            select w.id, w.lane_id, w.received_event_id, w.connection_id, e.provider, w.ordinal,
              w.kind, w.object, w.occurred_at, w.failures, e.sealed
            from (
              select * from waiting_fact
              where tenant_id = :tenant and lane_id = any(:lanes) and wake_at is null
              order by lane_id, id limit :limit
            ) w
            join received_event e on e.tenant_id = w.tenant_id and e.id = w.received_event_id
            order by w.lane_id, w.id
            """)
        .bind("tenant", tenant.uuid())
        .bindArray("lanes", UUID.class, lanes)
        .bind("limit", limit)
        .map((row, context) -> new Row(row))
        .list();
  }

  /// How a fact left the queue.
  record End(UUID lane, UUID id, String state, String result, @Nullable UUID about, int failures) {

    static End of(WaitingFact fact, Applied applied) {
      return switch (applied) {
        case Applied.Changed changed ->
            new End(
                fact.lane(),
                fact.id(),
                "applied",
                changed.result(),
                changed.about().uuid(),
                fact.failures());
        case Applied.Ignored ignored ->
            new End(fact.lane(), fact.id(), "ignored", ignored.result(), null, fact.failures());
        case Applied.Unassigned unassigned ->
            new End(
                fact.lane(), fact.id(), "unassigned", unassigned.result(), null, fact.failures());
      };
    }
  }

  private static final String FINISH =
      """
      with gone as (
        delete from waiting_fact w
        using unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::uuid[], ?::int[])
          as e (lane_id, id, state, result, about_tenant_id, failures)
        where w.tenant_id = ? and w.lane_id = e.lane_id and w.id = e.id
        returning w.tenant_id, w.id, w.lane_id, w.received_event_id, w.connection_id,
          w.ordinal, w.kind, w.object, w.occurred_at, e.state, e.result,
          e.about_tenant_id, e.failures
      ), freed as (
        delete from lane l
        using unnest(?::uuid[], ?::bigint[]) as c (lane_id, token)
        where l.tenant_id = ? and l.id = c.lane_id and l.token = c.token
      )
      insert into fact (tenant_id, id, lane_id, received_event_id, connection_id, ordinal,
        kind, object, occurred_at, state, result, about_tenant_id, failures, finished_at)
      select *, ? from gone
      """;

  /// Moves facts from the queue to what became of them, and gives `freed` lanes back.
  void finish(
      EngineTx tx, TenantId tenant, List<End> ends, List<LaneStore.Claim> freed, Instant now) {
    int moved =
        tx.plain(
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(FINISH)) {
                var _ =
                    Parameters.of(statement)
                        .uuids(ends, End::lane)
                        .uuids(ends, End::id)
                        .texts(ends, End::state)
                        .texts(ends, End::result)
                        .uuids(ends, End::about)
                        .ints(ends, End::failures)
                        .uuid(tenant.uuid())
                        .uuids(freed, LaneStore.Claim::lane)
                        .longs(freed, LaneStore.Claim::token)
                        .uuid(tenant.uuid())
                        .time(now);
                return statement.executeUpdate();
              }
            });
    if (moved != ends.size()) {
      throw new IllegalStateException(
          "expected %d facts in the queue, found %d".formatted(ends.size(), moved));
    }
  }

  /// Notes a failure on a fact that stays in the queue.
  void noteFailure(EngineTx tx, TenantId tenant, WaitingFact fact, String error) {
    tx.handle()
        .createUpdate(
            """
            update waiting_fact set failures = failures + 1, last_error = :error
            where tenant_id = :tenant and lane_id = :lane and id = :id
            """)
        .bind("tenant", tenant.uuid())
        .bind("lane", fact.lane())
        .bind("id", fact.id())
        .bind("error", error)
        .execute();
  }

  /// Puts a finished fact back into the queue, ready. Answers whether it was there to be replayed.
  boolean replay(EngineTx tx, TenantId tenant, UUID id) {
    return tx.handle()
            .createUpdate(
                """
                with back as (
                  delete from fact where tenant_id = :tenant and id = :id
                  returning tenant_id, lane_id, id, received_event_id, connection_id, ordinal, kind,
                    object, occurred_at
                )
                insert into waiting_fact (tenant_id, lane_id, id, received_event_id, connection_id,
                  ordinal, kind, object, occurred_at)
                select * from back
                """)
            .bind("tenant", tenant.uuid())
            .bind("id", id)
            .execute()
        == 1;
  }
}
