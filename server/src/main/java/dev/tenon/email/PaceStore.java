package dev.tenon.email;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/// The SQL of the pace that all nodes share. The engine's: a connection of the platform carries the
/// mails of all tenants.
final class PaceStore {
  private static final Duration WINDOW = Duration.ofSeconds(1);

  private PaceStore() {}

  /// A node's share of a second.
  ///
  /// @param mails how many it may send; 0 when the second's are gone
  /// @param until when the second is over
  record Share(int mails, Instant until) {}

  private record Window(Instant at, int used) {}

  /// Takes up to `wanted` of the `rate` mails that a connection may be given in this second. A
  /// second begins with the first that is taken after the one before is over.
  static Share take(
      EngineTx tx, TenantId owner, UUID connection, int rate, int wanted, Instant now) {
    Window window =
        locked(tx, owner, connection, now)
            // One that lies ahead was begun by a clock that has been set back.
            .filter(
                one -> one.at().plus(WINDOW).isAfter(now) && !one.at().isAfter(now.plus(WINDOW)))
            .orElse(new Window(now, 0));
    int mails = Math.clamp((long) rate - window.used(), 0, wanted);
    if (mails > 0) {
      tx.handle()
          .createUpdate(
              """
              update email_pace set window_at = :at, used = :used
              where tenant_id = :tenant and connection_id = :connection
              """)
          .bind("at", window.at())
          .bind("used", window.used() + mails)
          .bind("tenant", owner.uuid())
          .bind("connection", connection)
          .execute();
    }
    return new Share(mails, window.at().plus(WINDOW));
  }

  /// The row's lock orders the nodes.
  private static Optional<Window> locked(
      EngineTx tx, TenantId owner, UUID connection, Instant now) {
    tx.handle()
        .createUpdate(
            """
            insert into email_pace (tenant_id, connection_id, window_at, used)
            values (:tenant, :connection, :now, 0)
            on conflict do nothing
            """)
        .bind("tenant", owner.uuid())
        .bind("connection", connection)
        .bind("now", now)
        .execute();
    return tx.handle()
        .createQuery(
            """
            select window_at, used from email_pace
            where tenant_id = :tenant and connection_id = :connection for update
            """)
        .bind("tenant", owner.uuid())
        .bind("connection", connection)
        .map(
            (row, _) ->
                new Window(
                    row.getObject("window_at", OffsetDateTime.class).toInstant(),
                    row.getInt("used")))
        .findOne();
  }
}
