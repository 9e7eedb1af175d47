package dev.tenon.delivery;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of how endpoints fare. A healthy endpoint costs one look, and no write.
final class HealthStore {

  /// An endpoint and how it fares, its row locked.
  ///
  /// @param restsUntil what its breaker says: a success closes that
  /// @param throttledUntil what the receiver asked for: only a call that began later ends that
  record Health(
      TenantId tenant,
      UUID endpoint,
      int failures,
      @Nullable Instant failingSince,
      @Nullable Instant warnedAt,
      @Nullable Instant restsUntil,
      @Nullable Instant throttledUntil) {}

  /// Locks the rows of endpoints, in one order for all, whose calls failed; and of those whose
  /// calls succeeded only such as were not well.
  List<Health> lock(EngineTx tx, List<UUID> tenants, List<UUID> endpoints, List<Boolean> failed) {
    return tx.handle()
        .createQuery(
            """
            select h.tenant_id, h.endpoint_id, h.failures, h.failing_since, h.warned_at, h.probe_at,
              h.throttled_until
            from unnest(:tenants::uuid[], :endpoints::uuid[], :failed::boolean[])
              as t (tenant_id, endpoint_id, failed)
            join endpoint_health h on h.tenant_id = t.tenant_id and h.endpoint_id = t.endpoint_id
            where t.failed or h.failures > 0 or h.probe_at is not null
              or h.throttled_until is not null
            order by h.tenant_id, h.endpoint_id
            for update of h
            """)
        .bindArray("tenants", UUID.class, tenants)
        .bindArray("endpoints", UUID.class, endpoints)
        .bindArray("failed", Boolean.class, failed)
        .map((row, _) -> health(row))
        .list();
  }

  private static Health health(ResultSet row) throws SQLException {
    return new Health(
        new TenantId(row.getObject("tenant_id", UUID.class)),
        row.getObject("endpoint_id", UUID.class),
        row.getInt("failures"),
        time(row, "failing_since"),
        time(row, "warned_at"),
        time(row, "probe_at"),
        time(row, "throttled_until"));
  }

  /// Writes a row that [#lock] locked.
  void save(EngineTx tx, Health health, String lastError) {
    tx.handle()
        .createUpdate(
            """
            update endpoint_health set failures = :failures, failing_since = :since,
              warned_at = :warned, probe_at = :probe, throttled_until = :throttled,
              last_error = :error
            where tenant_id = :tenant and endpoint_id = :endpoint
            """)
        .bind("tenant", health.tenant().uuid())
        .bind("endpoint", health.endpoint())
        .bind("failures", health.failures())
        .bindByType("since", offset(health.failingSince()), OffsetDateTime.class)
        .bindByType("warned", offset(health.warnedAt()), OffsetDateTime.class)
        .bindByType("probe", offset(health.restsUntil()), OffsetDateTime.class)
        .bindByType("throttled", offset(health.throttledUntil()), OffsetDateTime.class)
        .bind("error", lastError)
        .execute();
  }

  /// Disables an endpoint and answers its URL; empty when it is not enabled.
  Optional<String> disable(
      EngineTx tx, TenantId tenant, UUID endpoint, String reason, Instant now) {
    return tx.handle()
        .createQuery(
            """
            update endpoint set state = 'disabled', disabled_reason = :reason, disabled_at = :now,
              version = version + 1, updated_at = :now
            where tenant_id = :tenant and id = :endpoint and state = 'enabled'
            returning url
            """)
        .bind("tenant", tenant.uuid())
        .bind("endpoint", endpoint)
        .bind("reason", reason)
        .bind("now", now)
        .mapTo(String.class)
        .findOne();
  }

  /// The URL of an endpoint.
  Optional<String> url(EngineTx tx, TenantId tenant, UUID endpoint) {
    return tx.handle()
        .createQuery("select url from endpoint where tenant_id = :tenant and id = :endpoint")
        .bind("tenant", tenant.uuid())
        .bind("endpoint", endpoint)
        .mapTo(String.class)
        .findOne();
  }

  /// Lets a resting endpoint be tried at once.
  void tryNow(EngineTx tx, TenantId tenant, UUID endpoint, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update endpoint_health set probe_at = :now, throttled_until = null
            where tenant_id = :tenant and endpoint_id = :endpoint
              and greatest(probe_at, throttled_until) > :now
            """)
        .bind("tenant", tenant.uuid())
        .bind("endpoint", endpoint)
        .bind("now", now)
        .execute();
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static @Nullable OffsetDateTime offset(@Nullable Instant time) {
    return time == null ? null : time.atOffset(ZoneOffset.UTC);
  }
}
