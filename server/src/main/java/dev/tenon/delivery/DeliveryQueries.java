package dev.tenon.delivery;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Reads a tenant's deliveries, those that wait and those that are over, as one list.
final class DeliveryQueries {
  private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

  // The queue and the history, each by its key; a row is in one of them.
  private static final String BOTH =
      """
      select * from (
        (select w.id, w.endpoint_id, w.event_tenant_id, w.event_id, w.type, w.about,
          case when w.token is not null then 'sending'
            when w.held or e.state = 'disabled' then 'held'
            when w.failures > 0 then 'retrying' else 'waiting' end as state,
          w.attempts, w.last_status, coalesce(w.last_error, '') as reason, w.created_at,
          case when w.token is null and w.failures > 0 then w.wake_at end as next_at,
          null::timestamptz as finished_at
        from waiting_delivery w
        left join endpoint e on e.tenant_id = w.tenant_id and e.id = w.endpoint_id
        where w.tenant_id = :tenant and <w> <waiting> order by w.id desc <limit>)
        union all
        (select w.id, w.endpoint_id, w.event_tenant_id, w.event_id, w.type, w.about, w.state,
          w.attempts, w.last_status, w.reason, w.created_at, null, w.finished_at
        from delivery w
        where w.tenant_id = :tenant and <w> <over> order by w.id desc <limit>)
      ) d
      """;

  private static final String FILTER =
      """
      w.id >= id_at(:since) and w.id < id_at(:until)
          and (:before::uuid is null or w.id < :before::uuid)
          and (:endpoint::uuid is null or w.endpoint_id = :endpoint::uuid)
          and (:type::text is null or w.type = :type::text)
          and (:event::uuid is null
            or (w.event_id = :event::uuid and w.id between event_low(:event) and event_high(:event)))
      """;

  private DeliveryQueries() {}

  /// Newest first.
  static List<Delivery> list(TenantTx tx, DeliveryFilter filter, Optional<UUID> before, int rows) {
    Delivery.@Nullable State state = filter.state();
    // The state decides before the limit does: a page that is short is the last one.
    String sql =
        BOTH.replace("<w>", FILTER)
            .replace("<waiting>", state == null ? "" : waiting(state))
            .replace("<over>", state == null ? "" : over(state))
            .replace("<limit>", "limit :rows");
    return tx.handle()
        .createQuery(sql + " order by d.id desc limit :rows")
        .bind("tenant", tx.tenant().uuid())
        .bind("since", filter.since())
        .bind("until", filter.until())
        .bind("before", before.orElse(null))
        .bind("endpoint", filter.endpoint())
        .bind("type", filter.type())
        .bind("event", filter.event())
        .bind("rows", rows)
        .map((row, _) -> delivery(row))
        .list();
  }

  /// What a state means in the queue, where it is no column.
  private static String waiting(Delivery.State state) {
    String held = "(w.held or e.state is not distinct from 'disabled')";
    return switch (state) {
      case SENDING -> "and w.token is not null";
      case HELD -> "and w.token is null and " + held;
      case RETRYING -> "and w.token is null and not %s and w.failures > 0".formatted(held);
      case WAITING -> "and w.token is null and not %s and w.failures = 0".formatted(held);
      case DELIVERED, FAILED, CANCELLED -> "and false";
    };
  }

  /// What a state means in the history.
  private static String over(Delivery.State state) {
    return switch (state) {
      case DELIVERED, FAILED, CANCELLED -> "and w.state = '" + state.text() + "'";
      case WAITING, SENDING, RETRYING, HELD -> "and false";
    };
  }

  static Optional<Delivery> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            BOTH.replace("<w>", "w.id = :id")
                .replace("<waiting>", "")
                .replace("<over>", "")
                .replace("<limit>", ""))
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> delivery(row))
        .findOne();
  }

  private static Delivery delivery(ResultSet row) throws SQLException {
    return new Delivery(
        row.getObject("id", UUID.class),
        row.getObject("endpoint_id", UUID.class),
        row.getObject("event_tenant_id", UUID.class),
        row.getObject("event_id", UUID.class),
        row.getString("type"),
        row.getString("about"),
        Delivery.State.of(row.getString("state")),
        row.getInt("attempts"),
        number(row, "last_status"),
        row.getString("reason"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        time(row, "next_at"),
        time(row, "finished_at"));
  }

  /// The calls of a delivery, the first one first.
  static List<DeliveryTry> tries(TenantTx tx, UUID delivery) {
    return tx.handle()
        .createQuery(
            """
            select number, outcome, status, headers::text as headers, body, error, url, duration_ms,
              started_at, next_at
            from delivery_attempt where tenant_id = :tenant and delivery_id = :delivery
            order by number
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("delivery", delivery)
        .map(
            (row, _) ->
                new DeliveryTry(
                    row.getInt("number"),
                    row.getString("outcome"),
                    number(row, "status"),
                    JsonMapper.shared().readValue(row.getString("headers"), HEADERS),
                    row.getString("body"),
                    row.getString("error"),
                    row.getString("url"),
                    row.getInt("duration_ms"),
                    row.getObject("started_at", OffsetDateTime.class).toInstant(),
                    time(row, "next_at")))
        .list();
  }

  private static @Nullable Integer number(ResultSet row, String column) throws SQLException {
    int number = row.getInt(column);
    return row.wasNull() ? null : number;
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
