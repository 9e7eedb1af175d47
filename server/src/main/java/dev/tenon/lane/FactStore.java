package dev.tenon.lane;

import dev.tenon.db.EngineTx;
import dev.tenon.db.Parameters;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.FaultText;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of facts in the queue and after it.
final class FactStore {

  /// A fact, and with the first of each delivery that delivery as it is sealed.
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
    final @Nullable Instant wakeAt;
    final byte @Nullable [] sealed;

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
      java.time.@Nullable OffsetDateTime wakes =
          row.getObject("wake_at", java.time.OffsetDateTime.class);
      wakeAt = wakes == null ? null : wakes.toInstant();
      sealed = row.getBytes("sealed");
    }

    /// Whether its next try is after `now`.
    boolean isAsleep(Instant now) {
      return wakeAt != null && wakeAt.isAfter(now);
    }
  }

  // Locks the lanes that are still ours and reads the first facts of each, at once. A lane that was
  // taken over while we waited for its lock has another token by then, and is left out with all its
  // facts.
  // Limits stand in the text: the engine's plans are made without looking at parameters.
  // A lane's share is what makes a batch of all lanes alike, so one with a million facts costs no
  // more than that and leaves room for the others: of the shares go four facts of each lane, the
  // oldest lane first, then four more of each, until the batch is full by number or bytes. Facts
  // that are asleep and not due stop their lane: what came after them is not applied before them.
  // A delivery with many facts is counted and answered once, with the first of them: as the batch
  // is
  // cut off at its end, that one is in it whenever another is.
  private static String readyOfHeld(int facts, long bytes) {
    return """
      with held as materialized (
        select l.id from lane l
        join unnest(?::uuid[], ?::bigint[]) as c (lane_id, token)
          on l.id = c.lane_id and l.token = c.token
        where l.tenant_id = ? order by l.id for update of l
      ), share as materialized (
        select greatest(4, 2 * (%1$d / greatest(count(*), 1))) as facts
        from held
      )
      select b.id, b.lane_id, b.received_event_id, b.connection_id, b.provider, b.ordinal,
        b.kind, b.object, b.occurred_at, b.failures, b.wake_at,
        case when b.of_delivery = 1 then b.sealed end as sealed
      from (
        select w.*, e.provider, e.sealed,
          row_number() over (order by w.turn, w.first, w.id) as number,
          sum(case when w.of_delivery = 1 then e.body_bytes else 0 end)
            over (order by w.turn, w.first, w.id rows unbounded preceding) as bytes
        from (
          select c.*, row_number()
            over (partition by c.received_event_id order by c.turn, c.first, c.id) as of_delivery
          from (
            select f.*, (f.place - 1) / 4 as turn from held cross join lateral (
              select w.*, row_number() over lane as place, first_value(w.id) over lane as first,
                bool_or(w.wake_at > ?) over lane as stopped
              from waiting_fact w where w.tenant_id = ? and w.lane_id = held.id
              window lane as (order by w.id rows unbounded preceding)
              order by w.id limit (select facts from share)
            ) f
            where f.place = 1 or f.stopped is not true
            order by turn, f.first, f.id limit %1$d
          ) c
        ) w
        join received_event e on e.tenant_id = w.tenant_id and e.id = w.received_event_id
      ) b
      where b.number = 1 or b.bytes <= %2$d
      order by b.lane_id, b.id
      """
        .formatted(facts, bytes);
  }

  /// The first facts of those of `claims` that this node still holds, each lane in the order of
  /// arrival, at most `facts` of them and `bytes` of bodies, but always one. The lanes stay locked
  /// until the transaction ends.
  ///
  /// A lane whose first fact is asleep beyond `now` has that one among them and no other: see
  /// [Row#isAsleep].
  List<Row> readyOfHeld(
      EngineTx tx,
      TenantId tenant,
      List<LaneStore.Claim> claims,
      Instant now,
      int facts,
      long bytes) {
    return tx.plain(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(readyOfHeld(facts, bytes))) {
            var _ =
                Parameters.of(statement)
                    .uuids(claims, LaneStore.Claim::lane)
                    .longs(claims, LaneStore.Claim::token)
                    .uuid(tenant.uuid())
                    .time(now)
                    .uuid(tenant.uuid());
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

  /// How a fact left the queue.
  record End(UUID lane, UUID id, String state, String result, @Nullable UUID about, int failures) {

    End {
      result = FaultText.storable(result);
    }

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
        case Applied.NotNow _ -> throw new IllegalStateException("a fact that stays has no end");
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
  void noteFailure(EngineTx tx, TenantId tenant, UUID lane, UUID id, String error) {
    tx.handle()
        .createUpdate(
            """
            update waiting_fact set failures = failures + 1, last_error = :error
            where tenant_id = :tenant and lane_id = :lane and id = :id
            """)
        .bind("tenant", tenant.uuid())
        .bind("lane", lane)
        .bind("id", id)
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
