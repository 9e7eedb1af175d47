package dev.tenon.lane;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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

    Row(java.sql.ResultSet row) throws java.sql.SQLException {
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

  /// Moves facts from the queue to what became of them.
  void finish(EngineTx tx, TenantId tenant, List<End> ends, Instant now) {
    List<UUID> lanes = new ArrayList<>(ends.size());
    List<UUID> ids = new ArrayList<>(ends.size());
    List<String> states = new ArrayList<>(ends.size());
    List<String> results = new ArrayList<>(ends.size());
    List<@Nullable UUID> about = new ArrayList<>(ends.size());
    List<Integer> failures = new ArrayList<>(ends.size());
    for (End end : ends) {
      lanes.add(end.lane());
      ids.add(end.id());
      states.add(end.state());
      results.add(end.result());
      about.add(end.about());
      failures.add(end.failures());
    }
    int moved =
        tx.handle()
            .createUpdate(
                """
                with gone as (
                  delete from waiting_fact w
                  using unnest(:lanes::uuid[], :ids::uuid[], :states::text[], :results::text[],
                    :about::uuid[], :failures::int[])
                    as e (lane_id, id, state, result, about_tenant_id, failures)
                  where w.tenant_id = :tenant and w.lane_id = e.lane_id and w.id = e.id
                  returning w.tenant_id, w.id, w.lane_id, w.received_event_id, w.connection_id,
                    w.ordinal, w.kind, w.object, w.occurred_at, e.state, e.result,
                    e.about_tenant_id, e.failures
                )
                insert into fact (tenant_id, id, lane_id, received_event_id, connection_id, ordinal,
                  kind, object, occurred_at, state, result, about_tenant_id, failures, finished_at)
                select *, :now from gone
                """)
            .bind("tenant", tenant.uuid())
            .bindArray("lanes", UUID.class, lanes)
            .bindArray("ids", UUID.class, ids)
            .bindArray("states", String.class, states)
            .bindArray("results", String.class, results)
            .bindArray("about", UUID.class, about)
            .bindArray("failures", Integer.class, failures)
            .bind("now", now)
            .execute();
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

  /// Puts the facts of `lanes` that fitted no tenant back into the queue, ready.
  void replayUnassigned(EngineTx tx, TenantId tenant, Collection<UUID> lanes) {
    tx.handle()
        .createUpdate(
            """
            with back as (
              delete from fact
              where tenant_id = :tenant and lane_id = any(:lanes) and state = 'unassigned'
              returning tenant_id, lane_id, id, received_event_id, connection_id, ordinal, kind,
                object, occurred_at
            )
            insert into waiting_fact (tenant_id, lane_id, id, received_event_id, connection_id,
              ordinal, kind, object, occurred_at)
            select * from back
            """)
        .bind("tenant", tenant.uuid())
        .bindArray("lanes", UUID.class, lanes)
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
