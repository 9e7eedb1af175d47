package dev.tenon.console;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// The SQL of log-ins and sessions. Tokens come here hashed.
final class ConsoleSessionStore {

  /// What is known of a live session.
  record Row(TenantId scope, String madeBy, Instant lastSeenAt) {}

  void createLogin(
      EngineTx tx, TenantId scope, byte[] tokenHash, String madeBy, Instant now, Instant expires) {
    int _ =
        tx.handle()
            .createUpdate(
                """
                insert into console_login (tenant_id, token_hash, made_by, created_at, expires_at)
                values (:tenant, :hash, :madeBy, :now, :expires)
                """)
            .bind("tenant", scope.uuid())
            .bind("hash", tokenHash)
            .bind("madeBy", madeBy)
            .bind("now", now)
            .bind("expires", expires)
            .execute();
  }

  /// Uses a log-in up. Empty when there is none, it is over, or it has been used: the row is locked
  /// by the update, so of two who come at once one finds nothing.
  Optional<Row> useLogin(EngineTx tx, byte[] tokenHash, Instant now) {
    return tx.handle()
        .createQuery(
            """
            update console_login set used_at = :now
            where token_hash = :hash and used_at is null and expires_at > :now
            returning tenant_id, made_by
            """)
        .bind("hash", tokenHash)
        .bind("now", now)
        .map(
            (row, _) ->
                new Row(
                    new TenantId(row.getObject("tenant_id", UUID.class)),
                    row.getString("made_by"),
                    now))
        .findOne();
  }

  void createSession(
      EngineTx tx, TenantId scope, byte[] tokenHash, String madeBy, Instant now, Instant ends) {
    int _ =
        tx.handle()
            .createUpdate(
                """
                insert into console_session
                  (tenant_id, token_hash, made_by, created_at, last_seen_at, ends_at)
                values (:tenant, :hash, :madeBy, :now, :now, :ends)
                """)
            .bind("tenant", scope.uuid())
            .bind("hash", tokenHash)
            .bind("madeBy", madeBy)
            .bind("now", now)
            .bind("ends", ends)
            .execute();
  }

  Optional<Row> findSession(EngineTx tx, byte[] tokenHash, Instant now, Instant idleSince) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, made_by, last_seen_at from console_session
            where token_hash = :hash and ends_at > :now and last_seen_at > :idleSince
            """)
        .bind("hash", tokenHash)
        .bind("now", now)
        .bind("idleSince", idleSince)
        .map(
            (row, _) ->
                new Row(
                    new TenantId(row.getObject("tenant_id", UUID.class)),
                    row.getString("made_by"),
                    row.getObject("last_seen_at", java.time.OffsetDateTime.class).toInstant()))
        .findOne();
  }

  void touch(EngineTx tx, byte[] tokenHash, Instant now) {
    int _ =
        tx.handle()
            .createUpdate("update console_session set last_seen_at = :now where token_hash = :hash")
            .bind("hash", tokenHash)
            .bind("now", now)
            .execute();
  }

  void endSession(EngineTx tx, byte[] tokenHash) {
    int _ =
        tx.handle()
            .createUpdate("delete from console_session where token_hash = :hash")
            .bind("hash", tokenHash)
            .execute();
  }

  /// Removes what is over, at most `limit` rows of each, and answers how many went.
  int sweep(EngineTx tx, Instant now, Instant idleSince, int limit) {
    int sessions =
        tx.handle()
            .createUpdate(
                """
                delete from console_session where token_hash in (
                  select token_hash from console_session
                  where ends_at <= :now or last_seen_at <= :idleSince limit :limit)
                """)
            .bind("now", now)
            .bind("idleSince", idleSince)
            .bind("limit", limit)
            .execute();
    int logins =
        tx.handle()
            .createUpdate(
                """
                delete from console_login where token_hash in (
                  select token_hash from console_login where expires_at <= :now limit :limit)
                """)
            .bind("now", now)
            .bind("limit", limit)
            .execute();
    return sessions + logins;
  }
}
