package dev.tenon.inbox;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// What the API reads of received events and their facts.
final class ReceivedEventStore {

  /// A received event with the places of its facts.
  record Event(
      UUID id,
      UUID connection,
      String provider,
      ReceivedFrom origin,
      Instant receivedAt,
      int bodyBytes,
      List<UUID> facts,
      List<UUID> lanes) {

    Event {
      facts = List.copyOf(facts);
      lanes = List.copyOf(lanes);
    }
  }

  /// A fact, in the queue or after it.
  ///
  /// @param state `waiting` until it has an end
  /// @param result what became of it, or the last error while it waits
  /// @param nextTryAt null when it is not held back
  /// @param finishedAt null while it waits
  record Fact(
      UUID id,
      UUID receivedEvent,
      UUID connection,
      String kind,
      String object,
      Instant occurredAt,
      String state,
      @Nullable String result,
      int failures,
      @Nullable Instant nextTryAt,
      @Nullable Instant finishedAt) {}

  private static final String COLUMNS =
      "e.id, e.connection_id, e.provider, e.origin, e.received_at, e.body_bytes, e.fact_ids,"
          + " e.lane_ids";

  // Few facts are stopped or waiting at any time, and both have an index, so these start there.
  // The others are found by going through the events of the window, the newest first.
  private static String holding(ReceivedEventFilter filter) {
    String kind = filter.kind() == null ? "" : "and f.kind like :kind";
    ReceivedEventFilter.State state = filter.state();
    return switch (state) {
      case WAITING ->
          """
          and e.id in (
            select f.received_event_id from waiting_fact f where f.tenant_id = :tenant %s)
          """
              .formatted(kind);
      case HELD ->
          """
          and e.id in (
            select f.received_event_id from waiting_fact f
            where f.tenant_id = :tenant and f.wake_at is not null %s)
          """
              .formatted(kind);
      case DEAD, UNASSIGNED ->
          """
          and e.id in (
            select f.received_event_id from fact f
            where f.tenant_id = :tenant and f.state = '%s' %s)
          """
              .formatted(state.name().toLowerCase(java.util.Locale.ROOT), kind);
      case APPLIED, IGNORED ->
          """
          and exists (
            select from fact f
            where f.tenant_id = e.tenant_id and f.id = any(e.fact_ids) and f.state = '%s' %s)
          """
              .formatted(state.name().toLowerCase(java.util.Locale.ROOT), kind);
      case null ->
          filter.kind() == null
              ? ""
              : """
                and (exists (
                    select from fact f
                    where f.tenant_id = e.tenant_id and f.id = any(e.fact_ids) and f.kind like :kind)
                  or exists (
                    select from waiting_fact f
                    where f.tenant_id = e.tenant_id and f.lane_id = any(e.lane_ids)
                      and f.id = any(e.fact_ids) and f.kind like :kind))
                """;
    };
  }

  /// The newest first.
  List<Event> list(TenantTx tx, ReceivedEventFilter filter, @Nullable UUID before, int rows) {
    Query query =
        tx.handle()
            .createQuery(
                """
                select %s from received_event e
                where e.tenant_id = :tenant and (:before::uuid is null or e.id < :before::uuid)
                  and e.id >= id_at(:since) and e.id < id_at(:until)
                  and (:connection::uuid is null or e.connection_id = :connection::uuid)
                  %s
                order by e.id desc limit :limit
                """
                    .formatted(COLUMNS, holding(filter)))
            .bind("tenant", tx.tenant().uuid())
            .bind("before", before)
            .bind("since", filter.since())
            .bind("until", filter.until())
            .bind("connection", filter.connection())
            .bind("limit", rows);
    if (filter.kind() != null) {
      query.bind("kind", pattern(filter.kind()));
    }
    return query.map((row, _) -> event(row)).list();
  }

  private static String pattern(String kind) {
    boolean open = kind.endsWith("*");
    String exact = open ? kind.substring(0, kind.length() - 1) : kind;
    return exact.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + (open ? "%" : "");
  }

  Optional<Event> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            "select %s from received_event e where e.tenant_id = :tenant and e.id = :id"
                .formatted(COLUMNS))
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> event(row))
        .findOne();
  }

  private static final String FACTS =
      """
      select f.id, f.received_event_id, f.connection_id, f.kind, f.object, f.occurred_at, f.state,
        f.result, f.failures, null::timestamptz as wake_at, f.finished_at
      from fact f where f.tenant_id = :tenant and %s
      union all
      select w.id, w.received_event_id, w.connection_id, w.kind, w.object, w.occurred_at, 'waiting',
        w.last_error, w.failures, w.wake_at, null
      from waiting_fact w where w.tenant_id = :tenant and %s
      """;

  private static final String FACTS_OF_EVENTS =
      FACTS.formatted(
              "f.id = any(:ids) and f.id >= :first and f.id <= :last",
              "w.lane_id = any(:lanes) and w.id = any(:ids)")
          + "order by id";

  private static final String ONE_FACT = FACTS.formatted("f.id = :id", "w.id = :id") + "limit 1";

  /// The facts of `events` by event, each in the order of its body.
  Map<UUID, List<Fact>> facts(TenantTx tx, List<Event> events) {
    List<UUID> ids = events.stream().flatMap(event -> event.facts().stream()).toList();
    if (ids.isEmpty()) {
      return Map.of();
    }
    List<UUID> lanes = events.stream().flatMap(event -> event.lanes().stream()).distinct().toList();
    // The bounds let the database leave out the partitions of other weeks.
    List<String> sorted = ids.stream().map(UUID::toString).sorted().toList();
    Map<UUID, List<Fact>> byEvent = new HashMap<>();
    tx.handle()
        .createQuery(FACTS_OF_EVENTS)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, ids)
        .bind("first", UUID.fromString(sorted.getFirst()))
        .bind("last", UUID.fromString(sorted.getLast()))
        .bindArray("lanes", UUID.class, lanes)
        .map((row, _) -> fact(row))
        .forEach(
            fact ->
                byEvent.computeIfAbsent(fact.receivedEvent(), _ -> new ArrayList<>()).add(fact));
    return byEvent;
  }

  Optional<Fact> findFact(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(ONE_FACT)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> fact(row))
        .findOne();
  }

  private static Event event(ResultSet row) throws SQLException {
    return new Event(
        row.getObject("id", UUID.class),
        row.getObject("connection_id", UUID.class),
        row.getString("provider"),
        ReceivedFrom.of(row.getString("origin")),
        row.getObject("received_at", OffsetDateTime.class).toInstant(),
        row.getInt("body_bytes"),
        Arrays.asList((UUID[]) row.getArray("fact_ids").getArray()),
        Arrays.asList((UUID[]) row.getArray("lane_ids").getArray()));
  }

  private static Fact fact(ResultSet row) throws SQLException {
    return new Fact(
        row.getObject("id", UUID.class),
        row.getObject("received_event_id", UUID.class),
        row.getObject("connection_id", UUID.class),
        row.getString("kind"),
        row.getString("object"),
        row.getObject("occurred_at", OffsetDateTime.class).toInstant(),
        row.getString("state"),
        row.getString("result"),
        row.getInt("failures"),
        instant(row, "wake_at"),
        instant(row, "finished_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
