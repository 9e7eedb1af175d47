package dev.tenon.registration;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Registrations in the database.
final class RegistrationStore {

  /// False when another one is being made.
  boolean insert(TenantTx tx, Registration made) {
    return tx.handle()
            .createUpdate(
                """
                insert into webhook_registration (tenant_id, id, connection_id, state, asked,
                  busy_until, created_at, updated_at)
                values (:tenant, :id, :connection, 'creating', :asked, :busy, :now, :now)
                on conflict do nothing
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", made.id())
            .bind("connection", made.connection())
            .bind("asked", made.asked())
            .bind("busy", made.busyUntil())
            .bind("now", made.createdAt())
            .execute()
        == 1;
  }

  Optional<Registration> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery("select * from webhook_registration where tenant_id = :tenant and id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row(row))
        .findOne();
  }

  /// Those of a connection that are in a state, the newest first. Locked, so that one of two
  /// requests sees what the other did.
  List<Registration> in(TenantTx tx, UUID connection, Registration.State state) {
    return tx.handle()
        .createQuery(
            """
            select * from webhook_registration
            where tenant_id = :tenant and connection_id = :connection and state = :state
            order by id desc limit 100 for update
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("state", state.text())
        .map((row, _) -> row(row))
        .list();
  }

  /// Takes one that is being made, where nobody else has it; false otherwise.
  boolean take(TenantTx tx, UUID id, Instant now, Instant busyUntil) {
    return tx.handle()
            .createUpdate(
                """
                update webhook_registration set busy_until = :busy, updated_at = :now
                where tenant_id = :tenant and id = :id and state = 'creating'
                  and busy_until <= :now
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id)
            .bind("now", now)
            .bind("busy", busyUntil)
            .execute()
        == 1;
  }

  /// Lets others work on it.
  void release(TenantTx tx, UUID id, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update webhook_registration set busy_until = :now, updated_at = :now
            where tenant_id = :tenant and id = :id and state = 'creating'
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .bind("now", now)
        .execute();
  }

  /// Forgets one that was never made.
  void drop(TenantTx tx, UUID id) {
    tx.handle()
        .createUpdate(
            """
            delete from webhook_registration
            where tenant_id = :tenant and id = :id and state = 'creating'
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .execute();
  }

  /// False when it is not being made any more: another request has finished it.
  boolean registered(TenantTx tx, UUID id, String endpoint, int ordinal, Instant now) {
    return tx.handle()
            .createUpdate(
                """
                update webhook_registration set state = 'registered', endpoint = :endpoint,
                  secret_ordinal = :ordinal, updated_at = :now
                where tenant_id = :tenant and id = :id and state = 'creating'
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id)
            .bind("endpoint", endpoint)
            .bind("ordinal", ordinal)
            .bind("now", now)
            .execute()
        == 1;
  }

  /// Moves one from one state to another; false when it is not in the first any more.
  boolean move(
      TenantTx tx,
      UUID id,
      Registration.State from,
      Registration.State to,
      @Nullable Instant retireAt,
      Instant now) {
    return tx.handle()
            .createUpdate(
                """
            update webhook_registration set state = :to, retire_at = :retire, updated_at = :now
            where tenant_id = :tenant and id = :id and state = :from
            """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id)
            .bind("from", from.text())
            .bind("to", to.text())
            .bind("retire", retireAt)
            .bind("now", now)
            .execute()
        == 1;
  }

  /// Forgets what is over since `before`.
  void forget(TenantTx tx, UUID connection, Instant before) {
    tx.handle()
        .createUpdate(
            """
            delete from webhook_registration
            where tenant_id = :tenant and connection_id = :connection
              and state in ('retired', 'gone') and updated_at < :before
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("before", before)
        .execute();
  }

  private static Registration row(ResultSet row) throws SQLException {
    @Nullable OffsetDateTime retireAt = row.getObject("retire_at", OffsetDateTime.class);
    return new Registration(
        row.getObject("id", UUID.class),
        row.getObject("connection_id", UUID.class),
        Registration.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getString("asked"),
        row.getObject("busy_until", OffsetDateTime.class).toInstant(),
        row.getString("endpoint"),
        row.getInt("secret_ordinal"),
        retireAt == null ? null : retireAt.toInstant(),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }
}
