package dev.tenon.console;

import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/// Log-ins by a one-time address, and the sessions they open.
///
/// Tokens are 32 random bytes; the database holds their SHA-256 only. A session ends when nobody
/// used it for a while, and after a fixed time whether used or not.
public final class ConsoleSessions {
  private static final int TOKEN_BYTES = 32;
  private static final int TOKEN_TEXT_MAX = 64;
  private static final int SWEEP_ROWS_MAX = 1_000;
  private static final Duration TOUCH_EVERY = Duration.ofMinutes(1);

  private final Database database;
  private final InstantSource clock;
  private final Limits limits;
  private final ConsoleSessionStore store = new ConsoleSessionStore();
  private final SecureRandom random = new SecureRandom();

  /// How long things last.
  ///
  /// @param login from making a one-time address to its end
  /// @param idle a session nobody uses
  /// @param session any session, however much it is used
  public record Limits(Duration login, Duration idle, Duration session) {
    public static final Limits DEFAULT =
        new Limits(Duration.ofMinutes(15), Duration.ofHours(8), Duration.ofDays(7));

    /// The usual ones, but a session lasts `session`, used or not.
    public static Limits lasting(Duration session) {
      Duration idle = session.compareTo(DEFAULT.idle()) < 0 ? session : DEFAULT.idle();
      return new Limits(DEFAULT.login(), idle, session);
    }
  }

  /// A one-time log-in. The address is `/console/login?token=` and the token.
  ///
  /// @param expiresAt from when on it is worth nothing
  public record Login(Secret token, Instant expiresAt) {}

  /// What a browser gets for a log-in: the cookie's value and who it stands for.
  record Opened(Secret cookie, ConsoleSession session) {}

  public ConsoleSessions(Database database, InstantSource clock, Limits limits) {
    this.database = database;
    this.clock = clock;
    this.limits = limits;
  }

  /// How long a session lasts at most.
  Duration longest() {
    return limits.session();
  }

  /// Makes a log-in that works once and not for long.
  ///
  /// @param scope the tenant that can be seen; the platform for all
  /// @param madeBy who asked for it, in words for the audit
  public Login createLogin(TenantId scope, String madeBy) {
    String token = newToken();
    Instant now = clock.instant();
    Instant expires = now.plus(limits.login());
    database.useEngine(
        tx -> {
          int _ = store.sweep(tx, now, now.minus(limits.idle()), SWEEP_ROWS_MAX);
          store.createLogin(tx, scope, hash(token), madeBy, now, expires);
        });
    return new Login(Secret.of(token), expires);
  }

  /// Turns a log-in into a session. Empty when the token is unknown, over or used: which of them is
  /// nobody's business.
  Optional<Opened> open(String token) {
    if (token.length() > TOKEN_TEXT_MAX) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    String cookie = newToken();
    return database.directory(
        tx ->
            store
                .useLogin(tx, hash(token), now)
                .map(
                    row -> {
                      store.createSession(
                          tx,
                          row.scope(),
                          hash(cookie),
                          row.madeBy(),
                          now,
                          now.plus(limits.session()));
                      return new Opened(
                          Secret.of(cookie),
                          new ConsoleSession(row.scope(), row.madeBy(), formToken(cookie)));
                    }));
  }

  /// The session of a cookie, if it still lasts.
  ///
  /// @param used whether a person is using it now, which puts its end off. A page that refreshes
  ///   itself is nobody using it: else a forgotten window would stay logged in for days.
  Optional<ConsoleSession> find(String cookie, boolean used) {
    if (cookie.isEmpty() || cookie.length() > TOKEN_TEXT_MAX) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    return database.directory(
        tx ->
            store
                .findSession(tx, hash(cookie), now, now.minus(limits.idle()))
                .map(
                    row -> {
                      if (used && row.lastSeenAt().plus(TOUCH_EVERY).isBefore(now)) {
                        store.touch(tx, hash(cookie), now);
                      }
                      return new ConsoleSession(row.scope(), row.madeBy(), formToken(cookie));
                    }));
  }

  /// Ends the session of a cookie; nothing happens when there is none.
  void end(String cookie) {
    database.useEngine(tx -> store.endSession(tx, hash(cookie)));
  }

  private String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// Derived from the cookie, so that it needs no column: who doesn't have the one can't make the
  /// other, and pages that show it don't show the cookie.
  private static String formToken(String cookie) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(hash("form:" + cookie));
  }

  private static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
