package dev.tenon.inbox;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// The one statement that takes deliveries in. Plain JDBC, since every microsecond here is paid for
/// each webhook.
final class InboxStore {

  // Rows are inserted in the order of their key, so that overlapping batches of two writers wait
  // for
  // each other instead of deadlocking. A repeat leaves the fact_id of the first, so joining on it
  // keeps just the new facts; a delivery without any new fact leaves no row.
  private static final String TAKE_IN =
      """
      with f as (
        select * from unnest(
          ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::smallint[],
          ?::text[], ?::text[], ?::bigint[], ?::bigint[]
        ) as f (tenant_id, key, id, lane_id, received_event_id, connection_id, ordinal,
                kind, object, occurred_us, received_us)
      ), k as (
        insert into fact_key as k (tenant_id, key, fact_id, seen, last_seen_at)
        select tenant_id, key, id, 1, timestamptz 'epoch' + received_us * interval '1 microsecond'
        from f order by tenant_id, key
        on conflict (tenant_id, key) do update
          set seen = k.seen + 1, last_seen_at = excluded.last_seen_at
        returning fact_id
      ), fresh as (
        select f.* from f join k on k.fact_id = f.id
      ), e as (
        insert into received_event (tenant_id, id, connection_id, provider, origin, received_at,
          sealed, body_bytes, fact_ids, lane_ids)
        select e.tenant_id, e.id, e.connection_id, e.provider, e.origin,
          timestamptz 'epoch' + e.received_us * interval '1 microsecond', e.sealed, e.body_bytes,
          coalesce(own.fact_ids, '{}'), coalesce(own.lane_ids, '{}')
        from unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::bytea[],
            ?::int[], ?::boolean[])
          as e (tenant_id, id, connection_id, provider, origin, received_us, sealed, body_bytes,
            empty)
        left join (
          select received_event_id, array_agg(id order by ordinal) as fact_ids,
            array_agg(lane_id order by ordinal) as lane_ids
          from fresh group by received_event_id
        ) own on own.received_event_id = e.id
        where own.received_event_id is not null or e.empty
      )
      insert into waiting_fact (tenant_id, lane_id, id, received_event_id, connection_id, ordinal,
        kind, object, occurred_at)
      select tenant_id, lane_id, id, received_event_id, connection_id, ordinal, kind, object,
        timestamptz 'epoch' + occurred_us * interval '1 microsecond'
      from fresh
      returning received_event_id
      """;

  /// Stores a batch with one statement and answers which received events brought something new. On
  /// a connection that commits by itself it is durable then. No two facts of the batch may have the
  /// same key.
  Set<UUID> takeIn(Connection connection, List<Intake> batch) throws SQLException {
    int facts = 0;
    for (Intake intake : batch) {
      facts += intake.facts.size();
    }
    var columns = new FactColumns(facts);
    int events = batch.size();
    UUID[] tenants = new UUID[events];
    UUID[] ids = new UUID[events];
    UUID[] connections = new UUID[events];
    String[] providers = new String[events];
    String[] origins = new String[events];
    Long[] receivedAt = new Long[events];
    byte[][] sealed = new byte[events][];
    Integer[] bodyBytes = new Integer[events];
    Boolean[] empty = new Boolean[events];
    for (int i = 0; i < events; i++) {
      Intake intake = batch.get(i);
      tenants[i] = intake.tenant.uuid();
      ids[i] = intake.receivedEvent;
      connections[i] = intake.connection;
      providers[i] = intake.provider;
      origins[i] = intake.origin.text();
      receivedAt[i] = intake.receivedMicros;
      sealed[i] = intake.sealed;
      bodyBytes[i] = intake.bodyBytes;
      empty[i] = intake.facts.isEmpty();
      columns.add(intake);
    }
    try (PreparedStatement statement = connection.prepareStatement(TAKE_IN)) {
      int at = columns.bind(connection, statement, 1);
      at = bind(statement, at, connection.createArrayOf("uuid", tenants));
      at = bind(statement, at, connection.createArrayOf("uuid", ids));
      at = bind(statement, at, connection.createArrayOf("uuid", connections));
      at = bind(statement, at, connection.createArrayOf("text", providers));
      at = bind(statement, at, connection.createArrayOf("text", origins));
      at = bind(statement, at, connection.createArrayOf("int8", receivedAt));
      at = bind(statement, at, connection.createArrayOf("bytea", sealed));
      at = bind(statement, at, connection.createArrayOf("int4", bodyBytes));
      bind(statement, at, connection.createArrayOf("bool", empty));
      Set<UUID> fresh = new HashSet<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          fresh.add(rows.getObject(1, UUID.class));
        }
      }
      return fresh;
    }
  }

  private static int bind(PreparedStatement statement, int at, Array array) throws SQLException {
    statement.setArray(at, array);
    return at + 1;
  }

  /// The facts of a batch, column by column, as `unnest` wants them.
  private static final class FactColumns {
    private final UUID[] tenants;
    private final UUID[] keys;
    private final UUID[] ids;
    private final UUID[] lanes;
    private final UUID[] receivedEvents;
    private final UUID[] connections;
    private final Short[] ordinals;
    private final String[] kinds;
    private final String[] objects;
    private final Long[] occurredAt;
    private final Long[] receivedAt;
    private int filled;

    FactColumns(int size) {
      tenants = new UUID[size];
      keys = new UUID[size];
      ids = new UUID[size];
      lanes = new UUID[size];
      receivedEvents = new UUID[size];
      connections = new UUID[size];
      ordinals = new Short[size];
      kinds = new String[size];
      objects = new String[size];
      occurredAt = new Long[size];
      receivedAt = new Long[size];
    }

    void add(Intake intake) {
      short ordinal = 0;
      for (Intake.QueuedFact fact : intake.facts) {
        tenants[filled] = intake.tenant.uuid();
        keys[filled] = fact.key();
        ids[filled] = fact.id();
        lanes[filled] = fact.lane();
        receivedEvents[filled] = intake.receivedEvent;
        connections[filled] = intake.connection;
        ordinals[filled] = ordinal++;
        kinds[filled] = fact.kind();
        objects[filled] = fact.object();
        occurredAt[filled] = fact.occurredMicros();
        receivedAt[filled] = intake.receivedMicros;
        filled++;
      }
    }

    int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
      int at = first;
      at = InboxStore.bind(statement, at, connection.createArrayOf("uuid", tenants));
      at = InboxStore.bind(statement, at, connection.createArrayOf("uuid", keys));
      at = InboxStore.bind(statement, at, connection.createArrayOf("uuid", ids));
      at = InboxStore.bind(statement, at, connection.createArrayOf("uuid", lanes));
      at = InboxStore.bind(statement, at, connection.createArrayOf("uuid", receivedEvents));
      at = InboxStore.bind(statement, at, connection.createArrayOf("uuid", connections));
      at = InboxStore.bind(statement, at, connection.createArrayOf("int2", ordinals));
      at = InboxStore.bind(statement, at, connection.createArrayOf("text", kinds));
      at = InboxStore.bind(statement, at, connection.createArrayOf("text", objects));
      at = InboxStore.bind(statement, at, connection.createArrayOf("int8", occurredAt));
      return InboxStore.bind(statement, at, connection.createArrayOf("int8", receivedAt));
    }
  }
}
