package dev.tenon.payment;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.util.Comparator;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection to Stripe that a tenant's calls go through, ready for use: its own, else the
/// platform's. One client a connection: nothing static, so no tenant's key can serve another.
///
/// A broken connection is still the tenant's: its calls are made, so that it is well again as soon
/// as Stripe takes its key, and never fall to the platform's account, where nobody wants them.
public final class StripeConnections {
  private static final Logger LOG = LoggerFactory.getLogger(StripeConnections.class);
  private static final int LOOKED_AT_MAX = 10;

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
  /// one, else the platform's; empty when there is none.
  Optional<Account> of(TenantId tenant) {
    Optional<Account> own = database.asTenant(tenant, this::newest);
    return own.isPresent() || tenant.equals(TenantId.PLATFORM)
        ? own
        : database.asTenant(TenantId.PLATFORM, this::newest);
  }

  /// A connection that an object of the tenant's was seen on, newest or not: the tenant's own or
  /// the platform's. Empty when it is neither, or is switched off.
  Optional<Account> of(TenantId tenant, ConnectionId connection) {
    Optional<Account> own = database.asTenant(tenant, tx -> one(tx, connection));
    return own.isPresent() || tenant.equals(TenantId.PLATFORM)
        ? own
        : database.asTenant(TenantId.PLATFORM, tx -> one(tx, connection));
  }

  private Optional<Account> one(TenantTx tx, ConnectionId id) {
    return connections
        .find(tx, id)
        .filter(connection -> connection.provider().equals("stripe"))
        .filter(connection -> connection.state() != Connection.State.DISABLED)
        .flatMap(connection -> account(tx, connection));
  }

  private Optional<Account> newest(TenantTx tx) {
    return connections.list(tx, Optional.of("stripe"), Optional.empty(), LOOKED_AT_MAX).stream()
        .filter(connection -> connection.state() != Connection.State.DISABLED)
        .min(Comparator.comparing(connection -> connection.state() == Connection.State.BROKEN))
        .flatMap(connection -> account(tx, connection));
  }

  private Optional<Account> account(TenantTx tx, Connection connection) {
    return connections
        .credentials(tx, connection.id())
        .flatMap(
            found ->
                found
                    .secret("secret_key")
                    .map(
                        key ->
                            new Account(
                                found.connection().id(),
                                tx.tenant(),
                                found.connection().state() == Connection.State.BROKEN,
                                isLive(key),
                                new StripeConnector(
                                    key,
                                    found
                                        .setting("base_url")
                                        .map(URI::create)
                                        .orElse(StripeConnector.API),
                                    http))));
  }

  /// Stripe's keys say what they are for: `sk_live_…`, `rk_live_…`.
  static boolean isLive(Secret key) {
    String text = key.reveal();
    return text.startsWith("sk_live_") || text.startsWith("rk_live_");
  }

  /// What to do about an answer of 401 or 403. A refused key is noted; one that only lacks a right
  /// does what else it may.
  String refusal(Account account, Outcome.Detail said) {
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
