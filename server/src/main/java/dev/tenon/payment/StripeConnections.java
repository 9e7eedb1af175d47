package dev.tenon.payment;

import dev.tenon.connection.ConnectedAccount;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connection.Credentials;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection to Stripe that a tenant's calls go through, ready for use: its own, and the
/// platform's only where it has none. One client a connection: nothing static, so no tenant's key
/// can serve another.
///
/// A connection with the setting `account` acts for an account that is connected to the platform's
/// own: each of its calls names that account, which has its own objects, events and idempotency
/// keys. Without a key of its own it borrows the platform's.
///
/// A broken connection is still the tenant's: its calls are made, so that it is well again as soon
/// as Stripe takes its key, and never fall to the platform's account, where nobody wants them.
public final class StripeConnections {
  private static final Logger LOG = LoggerFactory.getLogger(StripeConnections.class);
  private static final int LOOKED_AT_ONCE = 100;
  private static final String KEY = "secret_key";

  private final Database database;
  private final Connections connections;
  private final ProviderHttp http;

  public StripeConnections(Database database, Connections connections, ProviderHttp http) {
    this.database = database;
    this.connections = connections;
    this.http = http;
  }

  /// An account at Stripe.
  ///
  /// @param owner whose connection it is: the tenant, or the platform
  /// @param broken Stripe refused its key the last time
  /// @param live whether its key is for live mode
  record Account(
      ConnectionId connection,
      TenantId owner,
      boolean broken,
      boolean live,
      StripeConnector stripe) {

    /// It is the platform's and serves many tenants, so that an id named in a request may be
    /// another tenant's.
    boolean shared() {
      return owner.equals(TenantId.PLATFORM);
    }
  }

  /// The newest connection of the tenant that is not switched off, an active one before a broken
  /// one, and the platform's only where it has none; empty when there is none, and when the
  /// tenant's own [#lacks] something: nobody wants a tenant's sales on the platform's account by
  /// accident.
  Optional<Account> of(TenantId tenant) {
    Optional<Credentials> own = newest(tenant, true);
    return own.isPresent() || tenant.equals(TenantId.PLATFORM)
        ? own.flatMap(found -> account(tenant, found))
        : newest(TenantId.PLATFORM, false).flatMap(found -> account(TenantId.PLATFORM, found));
  }

  /// Why no calls can be made through the tenant's own connection, for people; empty where it has
  /// none, or one that can.
  Optional<String> lacks(TenantId tenant) {
    return newest(tenant, true)
        .filter(found -> account(tenant, found).isEmpty())
        .map(
            found ->
                found
                    .setting(ConnectedAccount.SETTING)
                    .map(
                        acting ->
                            ("The connection %s acts for the account %s with the platform's key, and"
                                    + " the platform has no connection with a `secret_key` of that"
                                    + " mode. Create or enable one there, or give this one a"
                                    + " `secret_key` of its own.")
                                .formatted(found.connection().id(), acting))
                    .orElseGet(
                        () ->
                            "The connection %s has no `secret_key`. Give it one, or disable it."
                                .formatted(found.connection().id())));
  }

  /// A connection that an object of the tenant's was seen on, newest or not: the tenant's own or
  /// the platform's. Empty when it is neither, or is switched off.
  Optional<Account> of(TenantId tenant, ConnectionId connection) {
    Optional<Account> own = one(tenant, connection).flatMap(found -> account(tenant, found));
    return own.isPresent() || tenant.equals(TenantId.PLATFORM)
        ? own
        : one(TenantId.PLATFORM, connection).flatMap(found -> account(TenantId.PLATFORM, found));
  }

  private Optional<Credentials> one(TenantId owner, ConnectionId id) {
    return connections
        .credentials(owner, id)
        .filter(found -> found.connection().provider().equals("stripe"))
        .filter(found -> found.connection().state() != Connection.State.DISABLED);
  }

  /// @param acting whether one that acts for a connected account counts
  private Optional<Credentials> newest(TenantId owner, boolean acting) {
    return database.asTenant(
        owner,
        tx ->
            usable(tx)
                .filter(one -> acting || !one.settings().containsKey(ConnectedAccount.SETTING))
                .min(
                    Comparator.comparing(
                        connection -> connection.state() == Connection.State.BROKEN))
                .flatMap(connection -> connections.credentials(tx, connection.id())));
  }

  /// All that are not switched off, however many that are stand before them.
  private Stream<Connection> usable(TenantTx tx) {
    List<Connection> usable = new ArrayList<>();
    Optional<UUID> before = Optional.empty();
    List<Connection> page;
    do {
      page = connections.list(tx, Optional.of("stripe"), before, LOOKED_AT_ONCE);
      page.stream()
          .filter(connection -> connection.state() != Connection.State.DISABLED)
          .forEach(usable::add);
      before = page.isEmpty() ? before : Optional.of(page.getLast().id().uuid());
    } while (page.size() == LOOKED_AT_ONCE);
    return usable.stream();
  }

  /// Stripe through a connection: with its own key, or, where it acts for a connected account and
  /// has none, with the platform's key of the same mode.
  private Optional<Account> account(TenantId owner, Credentials found) {
    String acting = found.setting(ConnectedAccount.SETTING).orElse("");
    boolean lent = found.secret(KEY).isEmpty() && !acting.isEmpty();
    // The platform's key goes to the platform's address only, whatever the tenant's settings say.
    Optional<Credentials> with =
        lent ? platformKey(found.connection().environment()) : Optional.of(found);
    return with.flatMap(
        credentials ->
            credentials
                .secret(KEY)
                .map(
                    key ->
                        new Account(
                            found.connection().id(),
                            owner,
                            found.connection().state() == Connection.State.BROKEN,
                            isLive(key),
                            stripe(credentials, key, acting))));
  }

  private StripeConnector stripe(Credentials credentials, Secret key, String acting) {
    URI base = credentials.setting("base_url").map(URI::create).orElse(StripeConnector.API);
    return acting.isEmpty()
        ? new StripeConnector(key, base, http)
        : StripeConnector.onBehalfOf(acting, key, base, http);
  }

  private Optional<Credentials> platformKey(Connection.Environment environment) {
    boolean live = environment == Connection.Environment.PRODUCTION;
    return database.asTenant(
        TenantId.PLATFORM,
        tx ->
            usable(tx)
                .filter(one -> !one.settings().containsKey(ConnectedAccount.SETTING))
                .filter(one -> (one.environment() == Connection.Environment.PRODUCTION) == live)
                .min(Comparator.comparing(one -> one.state() == Connection.State.BROKEN))
                .flatMap(one -> connections.credentials(tx, one.id())));
  }

  /// Stripe's keys say what they are for: `sk_live_…`, `rk_live_…`.
  static boolean isLive(Secret key) {
    String text = key.reveal();
    return text.startsWith("sk_live_") || text.startsWith("rk_live_");
  }

  /// What to do about an answer of 401 or 403. A refused key is noted; one that only lacks a right
  /// does what else it may.
  String refusal(Account account, Outcome.Detail said) {
    if (StripeProblems.isLostAccount(said)) {
      refused(account, StripeProblems.LOST_ACCOUNT + said.message());
      return StripeProblems.LOST_ACCOUNT + said.message();
    }
    if (said.status() == 403) {
      String right = StripeProblems.right(said);
      return "The key lacks the right%s. Give it at Stripe. Stripe says: %s"
          .formatted(right == null ? "" : " " + right, said.message());
    }
    refused(account, "Stripe refused the key: " + said.message());
    return "Stripe refuses the key. Give the connection a working one. Stripe says: "
        + said.message();
  }

  /// Notes that Stripe refused an account's key.
  void refused(Account account, String reason) {
    database.useTenant(
        account.owner(),
        tx -> {
          if (connections.markBroken(tx, account.connection(), reason)) {
            LOG.warn("connection {} is broken: {}", account.connection(), reason);
          }
        });
  }

  /// Notes that Stripe took the key of an account that counted as broken.
  void works(Account account) {
    database.useTenant(
        account.owner(),
        tx -> {
          if (connections.markWorking(tx, account.connection())) {
            LOG.info("connection {} works again", account.connection());
          }
        });
  }
}
