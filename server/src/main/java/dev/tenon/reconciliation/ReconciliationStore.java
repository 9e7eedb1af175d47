package dev.tenon.reconciliation;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reconciliations, what they found, and up to when each connection is known to be whole.
final class ReconciliationStore {
  private static final String ROWS =
      """
      select r.*, (select count(*) from reconciliation_event e
        where e.tenant_id = r.tenant_id and e.reconciliation_id = r.id) as missing
      from reconciliation r
      """;

  /// An event that was missing.
  ///
  /// @param id the received event that it became
  record Missing(UUID id, String event, String kind, String object, Instant occurredAt) {}

  /// A connection whose turn it is.
  record Due(UUID tenant, UUID connection) {}

  /// False when one runs for the connection already.
  boolean insert(TenantTx tx, Reconciliation made) {
    return tx.handle()
            .createUpdate(
                """
                insert into reconciliation (tenant_id, id, connection_id, state, cause,
                  requested_by, since, until, gap_since, part, cursor_event, cursor_at, created_at)
                values (:tenant, :id, :connection, 'running', :cause, :by, :since, :until,
                  :gap, :part, :event, :at, :now)
                on conflict do nothing
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", made.id())
            .bind("connection", made.connection())
            .bind("cause", made.cause().text())
            .bind("by", made.requestedBy())
            .bind("since", made.since())
            .bind("until", made.until())
            .bind("gap", made.gapSince())
            .bind("part", made.position().part())
            .bind("event", made.position().event())
            .bind("at", made.position().at())
            .bind("now", made.createdAt())
            .execute()
        == 1;
  }

  /// Forgets those that ended before `before`, with what they found.
  void forget(TenantTx tx, Instant before) {
    tx.handle()
        .createUpdate(
            "delete from reconciliation where tenant_id = :tenant and finished_at < :before")
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .execute();
  }

  Optional<Reconciliation> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(ROWS + "where r.tenant_id = :tenant and r.id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row(row))
        .findOne();
  }

  Optional<UUID> running(TenantTx tx, UUID connection) {
    return tx.handle()
        .createQuery(
            """
            select id from reconciliation
            where tenant_id = :tenant and connection_id = :connection and state = 'running'
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .mapTo(UUID.class)
        .findOne();
  }

  /// The newest first; of one connection where that is given.
  List<Reconciliation> list(
      TenantTx tx, @Nullable UUID connection, @Nullable UUID before, int rows) {
    return tx.handle()
        .createQuery(
            ROWS
                + """
                where r.tenant_id = :tenant
                  and (:connection::uuid is null or r.connection_id = :connection::uuid)
                  and (:before::uuid is null or r.id < :before::uuid)
                order by r.id desc limit :rows
                """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("before", before)
        .bind("rows", rows)
        .map((row, _) -> row(row))
        .list();
  }

  /// Those of `keys` that intake has seen.
  Set<UUID> seen(TenantTx tx, Collection<UUID> keys) {
    return new HashSet<>(
        tx.handle()
            .createQuery("select key from fact_key where tenant_id = :tenant and key = any(:keys)")
            .bind("tenant", tx.tenant().uuid())
            .bindArray("keys", UUID.class, keys)
            .mapTo(UUID.class)
            .list());
  }

  /// Notes what is missing, and under which id it is received. What an interrupted step noted
  /// before gets a new one: an id tells when it was made, and is to be of now.
  void note(TenantTx tx, UUID reconciliation, Missing missing) {
    tx.handle()
        .createUpdate(
            """
            insert into reconciliation_event (tenant_id, reconciliation_id, id, event, kind, object,
              occurred_at)
            values (:tenant, :reconciliation, :id, :event, :kind, :object, :at)
            on conflict (tenant_id, reconciliation_id, event) do update set id = excluded.id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("reconciliation", reconciliation)
        .bind("id", missing.id())
        .bind("event", missing.event())
        .bind("kind", missing.kind())
        .bind("object", missing.object())
        .bind("at", missing.occurredAt())
        .execute();
  }

  /// The received event in which a reconciliation took one of these in; empty where it came by
  /// itself.
  Optional<UUID> takenAs(TenantTx tx, Collection<UUID> keys) {
    return tx.handle()
        .createQuery(
            """
            select e.id from fact_key k
            join lateral (
              select w.received_event_id from waiting_fact w
              where w.tenant_id = k.tenant_id and w.id = k.fact_id
              union all
              select f.received_event_id from fact f
              where f.tenant_id = k.tenant_id and f.id = k.fact_id
            ) own on true
            join received_event e on e.tenant_id = k.tenant_id and e.id = own.received_event_id
            where k.tenant_id = :tenant and k.key = any(:keys) and e.origin = 'reconciliation'
            limit 1
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("keys", UUID.class, keys)
        .mapTo(UUID.class)
        .findOne();
  }

  /// Says under which id it was received after all.
  void renote(TenantTx tx, UUID reconciliation, UUID id, UUID received) {
    tx.handle()
        .createUpdate(
            """
            update reconciliation_event set id = :received
            where tenant_id = :tenant and reconciliation_id = :reconciliation and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("reconciliation", reconciliation)
        .bind("id", id)
        .bind("received", received)
        .execute();
  }

  /// Takes back what came by itself in the meantime.
  void unnote(TenantTx tx, UUID reconciliation, UUID id) {
    tx.handle()
        .createUpdate(
            """
            delete from reconciliation_event
            where tenant_id = :tenant and reconciliation_id = :reconciliation and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("reconciliation", reconciliation)
        .bind("id", id)
        .execute();
  }

  /// Goes on from `from` to `to`. False when it does not stand at `from` any more: another worker
  /// has it.
  boolean advance(
      TenantTx tx, UUID id, Reconciliation.Position from, Reconciliation.Position to, int listed) {
    return tx.handle()
            .createUpdate(
                """
                update reconciliation set part = :part, cursor_event = :event, cursor_at = :at,
                  listed = listed + :listed, trouble = ''
                where tenant_id = :tenant and id = :id and state = 'running'
                  and part = :part_before and cursor_event = :event_before
                  and cursor_at = :at_before
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id)
            .bind("part", to.part())
            .bind("event", to.event())
            .bind("at", to.at())
            .bind("part_before", from.part())
            .bind("event_before", from.event())
            .bind("at_before", from.at())
            .bind("listed", listed)
            .execute()
        == 1;
  }

  /// Says what holds it up.
  void trouble(TenantTx tx, UUID id, String trouble) {
    tx.handle()
        .createUpdate(
            """
            update reconciliation set trouble = :trouble
            where tenant_id = :tenant and id = :id and state = 'running'
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .bind("trouble", trouble)
        .execute();
  }

  /// Ends it; false when it had ended.
  boolean end(
      TenantTx tx, UUID id, Reconciliation.State state, String trouble, Instant finishedAt) {
    return tx.handle()
            .createUpdate(
                """
                update reconciliation set state = :state, trouble = :trouble, finished_at = :now
                where tenant_id = :tenant and id = :id and state = 'running'
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id)
            .bind("state", state.text())
            .bind("trouble", trouble)
            .bind("now", finishedAt)
            .execute()
        == 1;
  }

  /// Up to when the events of a connection are known to be here.
  Optional<Instant> reconciledUntil(TenantTx tx, UUID connection) {
    return tx.handle()
        .createQuery(
            """
            select until from reconciled
            where tenant_id = :tenant and connection_id = :connection
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .map((row, _) -> instant(row, "until"))
        .findOne();
  }

  void reconciled(TenantTx tx, UUID connection, Instant until, int missing, Instant now) {
    tx.handle()
        .createUpdate(
            """
            insert into reconciled (tenant_id, connection_id, until, finished_at, missing)
            values (:tenant, :connection, :until, :now, :missing)
            on conflict (tenant_id, connection_id) do update
              set until = greatest(reconciled.until, excluded.until),
                finished_at = excluded.finished_at, missing = excluded.missing
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("until", until)
        .bind("now", now)
        .bind("missing", missing)
        .execute();
  }

  /// How many were missing, by kind.
  Map<String, Integer> kinds(TenantTx tx, UUID reconciliation) {
    Map<String, Integer> kinds = new TreeMap<>();
    tx.handle()
        .createQuery(
            """
            select kind, count(*) as events from reconciliation_event
            where tenant_id = :tenant and reconciliation_id = :reconciliation group by kind
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("reconciliation", reconciliation)
        .map((row, _) -> Map.entry(row.getString("kind"), row.getInt("events")))
        .forEach(entry -> kinds.put(entry.getKey(), entry.getValue()));
    return kinds;
  }

  /// What was missing, the last found first.
  List<Missing> missing(TenantTx tx, UUID reconciliation, @Nullable UUID before, int rows) {
    return tx.handle()
        .createQuery(
            """
            select id, event, kind, object, occurred_at from reconciliation_event
            where tenant_id = :tenant and reconciliation_id = :reconciliation
              and (:before::uuid is null or id < :before::uuid)
            order by id desc limit :rows
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("reconciliation", reconciliation)
        .bind("before", before)
        .bind("rows", rows)
        .map(
            (row, _) ->
                new Missing(
                    row.getObject("id", UUID.class),
                    row.getString("event"),
                    row.getString("kind"),
                    row.getString("object"),
                    instant(row, "occurred_at")))
        .list();
  }

  /// Connections that are not switched off, can be asked and were not reconciled since `before`, by
  /// their ids.
  ///
  /// @param keys by provider, the credential that asking takes
  List<Due> due(
      EngineTx tx, Map<String, String> keys, Instant before, @Nullable UUID after, int rows) {
    return tx.handle()
        .createQuery(
            """
            select c.tenant_id, c.id from connection c
            join unnest(:providers::text[], :fields::text[]) as k (provider, field)
              on k.provider = c.provider
            left join reconciled r on r.tenant_id = c.tenant_id and r.connection_id = c.id
            where c.state <> 'disabled' and has_credential(c.tenant_id, c.id, k.field)
              and coalesce(r.finished_at, c.created_at) <= :before
              and (:after::uuid is null or c.id > :after::uuid)
            order by c.id limit :rows
            """)
        .bindArray("providers", String.class, keys.keySet().stream().toList())
        .bindArray("fields", String.class, keys.values().stream().toList())
        .bind("before", before)
        .bind("after", after)
        .bind("rows", rows)
        .map(
            (row, _) ->
                new Due(row.getObject("tenant_id", UUID.class), row.getObject("id", UUID.class)))
        .list();
  }

  /// When the clock work of that name ended well the last time, on whatever node.
  Optional<Instant> lastRun(EngineTx tx, String name) {
    return tx.handle()
        .createQuery("select max(last_success) as at from clock_work where task_name = :name")
        .bind("name", name)
        .map((row, _) -> Optional.ofNullable(instantOrNull(row, "at")))
        .one();
  }

  /// By provider, when the connection that was reconciled longest ago was; what never was counts
  /// from when it was made. Those that can't be asked are left out: they would hide all others.
  Map<String, Instant> oldest(EngineTx tx, Map<String, String> keys) {
    Map<String, Instant> oldest = new TreeMap<>();
    tx.handle()
        .createQuery(
            """
            select c.provider, min(coalesce(r.finished_at, c.created_at)) as at from connection c
            join unnest(:providers::text[], :fields::text[]) as k (provider, field)
              on k.provider = c.provider
            left join reconciled r on r.tenant_id = c.tenant_id and r.connection_id = c.id
            where c.state <> 'disabled' and has_credential(c.tenant_id, c.id, k.field)
            group by c.provider
            """)
        .bindArray("providers", String.class, keys.keySet().stream().toList())
        .bindArray("fields", String.class, keys.values().stream().toList())
        .map((row, _) -> Map.entry(row.getString("provider"), instant(row, "at")))
        .forEach(entry -> oldest.put(entry.getKey(), entry.getValue()));
    return oldest;
  }

  private static Reconciliation row(ResultSet row) throws SQLException {
    return new Reconciliation(
        row.getObject("id", UUID.class),
        row.getObject("connection_id", UUID.class),
        Reconciliation.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        Reconciliation.Cause.valueOf(row.getString("cause").toUpperCase(Locale.ROOT)),
        row.getString("requested_by"),
        instant(row, "since"),
        instant(row, "until"),
        instantOrNull(row, "gap_since"),
        new Reconciliation.Position(
            row.getInt("part"), row.getString("cursor_event"), instant(row, "cursor_at")),
        row.getInt("listed"),
        row.getInt("missing"),
        row.getString("trouble"),
        instant(row, "created_at"),
        instantOrNull(row, "finished_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
