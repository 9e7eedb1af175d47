package dev.tenon.email;

import dev.tenon.connector.email.BreakerState;
import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// The SQL of the breakers that all nodes share. The engine's: it decides for the mails of all
/// tenants, and of a connection it sees no more here than that it rests and why.
final class BreakerStore {
  private static final int ROWS_MAX = 10_000;
  private static final int WORDS_CHARS_MAX = 700;
  private static final String COLUMNS =
      "tenant_id, connection_id, provider, failures, why, words, since, rest_until, changed_at,"
          + " try_until";

  private BreakerStore() {}

  /// A connection that is not well.
  ///
  /// @param tryUntil until when the one try that is allowed may take; [Instant#EPOCH] for none
  record Row(
      TenantId owner, UUID connection, String provider, BreakerState state, Instant tryUntil) {}

  /// All that are not well: few, or the mail of an installation is down.
  static List<Row> list(EngineTx tx) {
    return tx.handle()
        .createQuery("select " + COLUMNS + " from email_breaker limit :limit")
        .bind("limit", ROWS_MAX)
        .map((row, _) -> row(row))
        .list();
  }

  static Optional<Row> find(EngineTx tx, TenantId owner, UUID connection) {
    return tx.handle()
        .createQuery(
            "select "
                + COLUMNS
                + " from email_breaker where tenant_id = :tenant and connection_id = :connection")
        .bind("tenant", owner.uuid())
        .bind("connection", connection)
        .map((row, _) -> row(row))
        .findOne();
  }

  /// Writes that a connection is not well, unless a newer outcome was written. Ends the try that
  /// was under way.
  static void put(EngineTx tx, Row row) {
    BreakerState state = row.state();
    tx.handle()
        .createUpdate(
            """
            insert into email_breaker (tenant_id, connection_id, provider, failures, why, words,
              since, rest_until, changed_at)
            values (:tenant, :connection, :provider, :failures, :why, :words, :since, :rest_until,
              :changed_at)
            on conflict (tenant_id, connection_id) do update
              set provider = excluded.provider, failures = excluded.failures, why = excluded.why,
                words = excluded.words, rest_until = excluded.rest_until,
                changed_at = excluded.changed_at, try_until = null
              where email_breaker.changed_at <= excluded.changed_at
            """)
        .bind("tenant", row.owner().uuid())
        .bind("connection", row.connection())
        .bind("provider", row.provider())
        .bind("failures", state.failures())
        .bind("why", state.why().name().toLowerCase(Locale.ROOT))
        .bind("words", words(state))
        .bind("since", state.since())
        .bind("rest_until", state.restUntil())
        .bind("changed_at", state.changedAt())
        .execute();
  }

  private static String words(BreakerState state) {
    String words = state.words().replace('\0', ' ');
    return words.substring(0, Math.min(words.length(), WORDS_CHARS_MAX));
  }

  /// Writes that a connection is well, as of `at`.
  static void remove(EngineTx tx, TenantId owner, UUID connection, Instant at) {
    tx.handle()
        .createUpdate(
            """
            delete from email_breaker
            where tenant_id = :tenant and connection_id = :connection and changed_at <= :at
            """)
        .bind("tenant", owner.uuid())
        .bind("connection", connection)
        .bind("at", at)
        .execute();
  }

  /// Takes the one try that is allowed after the rest; false when it still rests, another has the
  /// try, or there is no row.
  static boolean tryNow(
      EngineTx tx, TenantId owner, UUID connection, Instant changedAt, Instant now, Instant until) {
    return tx.handle()
            .createUpdate(
                """
                update email_breaker set try_until = :until
                where tenant_id = :tenant and connection_id = :connection
                  and (try_until is null or try_until <= :now)
                  and (rest_until <= :now or why = 'broken' and changed_at < :connection_changed_at)
                """)
            .bind("tenant", owner.uuid())
            .bind("connection", connection)
            .bind("connection_changed_at", changedAt)
            .bind("now", now)
            .bind("until", until)
            .execute()
        == 1;
  }

  private static Row row(ResultSet row) throws SQLException {
    OffsetDateTime tryUntil = row.getObject("try_until", OffsetDateTime.class);
    return new Row(
        new TenantId(row.getObject("tenant_id", UUID.class)),
        row.getObject("connection_id", UUID.class),
        row.getString("provider"),
        new BreakerState(
            row.getInt("failures"),
            instant(row, "since"),
            instant(row, "rest_until"),
            instant(row, "changed_at"),
            BreakerState.Why.valueOf(row.getString("why").toUpperCase(Locale.ROOT)),
            row.getString("words")),
        tryUntil == null ? Instant.EPOCH : tryUntil.toInstant());
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
