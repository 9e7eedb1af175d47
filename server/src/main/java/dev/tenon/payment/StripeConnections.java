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
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
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
  private static final String PROVIDER = "stripe";
  private static final String KEY = "secret_key";
  private static final Set<Connection.Environment> ALL =
      EnumSet.allOf(Connection.Environment.class);
  private static final Set<Connection.Environment> TEST =
      Set.of(Connection.Environment.DEVELOPMENT, Connection.Environment.STAGING);

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
      Connection.Environment environment,
      boolean broken,
      boolean live,
      StripeConnector stripe) {

    Place place() {
      return new Place(connection.uuid(), environment);
    }

    /// It is the platform's and serves many tenants, so that an id named in a request may be
    /// another tenant's.
    boolean shared() {
      return owner.equals(TenantId.PLATFORM);
    }
  }

  /// What a request says of where it is to be done; nothing for the default.
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  record Wish(Optional<ConnectionId> connection, Optional<Connection.Environment> environment) {
    static final Wish ANY = new Wish(Optional.empty(), Optional.empty());

    private Set<Connection.Environment> environments() {
      return environment.map(Set::of).orElse(ALL);
    }
  }

  /// What there is for a wish.
  sealed interface Choice {
    record Ready(Account account) implements Choice {}

    /// There is a connection, and it can't make calls: what is missing, for people.
    record Lacking(String what) implements Choice {}

    record Disabled() implements Choice {}

    record None() implements Choice {}
  }

  /// The account that new things of a tenant's are made with. Its own production connection where
  /// it has one, else the newest of its own that can make calls, an active one before a broken one;
  /// the platform's only where it has no connection of its own that isn't switched off. A
  /// connection of its own that can't make calls is said, and never stood in for: nobody wants a
  /// tenant's sales on the platform's account by accident.
  Choice choose(TenantId tenant, Wish wish) {
    if (wish.connection().isPresent()) {
      return named(tenant, wish.connection().get(), wish.environments());
    }
    Optional<Credentials> own = foremost(tenant, wish.environments(), true);
    if (own.isPresent()) {
      return ready(tenant, own.get());
    }
    if (ownsAny(tenant)) {
      return new Choice.Lacking(
          "This tenant has no connection to Stripe for that `environment`; create one, or leave"
              + " `environment` out.");
    }
    return foremost(TenantId.PLATFORM, wish.environments(), false)
        .map(found -> ready(TenantId.PLATFORM, found))
        .orElseGet(Choice.None::new);
  }

  private Choice named(TenantId tenant, ConnectionId id, Set<Connection.Environment> environments) {
    TenantId owner = one(tenant, id).isPresent() || ownsAny(tenant) ? tenant : TenantId.PLATFORM;
    return one(owner, id)
        .filter(found -> environments.contains(found.connection().environment()))
        .map(found -> ready(owner, found))
        .orElseGet(Choice.None::new);
  }

  private boolean ownsAny(TenantId tenant) {
    return database
        .asTenant(tenant, tx -> connections.foremost(tx, PROVIDER, KEY, ALL, true))
        .isPresent();
  }

  /// A connection that an object of the tenant's was seen on, newest or not: the tenant's own or
  /// the platform's.
  Choice find(TenantId tenant, ConnectionId connection) {
    Optional<Credentials> own = one(tenant, connection);
    if (own.isPresent() || tenant.equals(TenantId.PLATFORM)) {
      return own.map(found -> ready(tenant, found)).orElseGet(Choice.None::new);
    }
    return one(TenantId.PLATFORM, connection)
        .map(found -> ready(TenantId.PLATFORM, found))
        .orElseGet(Choice.None::new);
  }

  /// The same; empty when calls can't be made through it.
  Optional<Account> of(TenantId tenant, ConnectionId connection) {
    return find(tenant, connection) instanceof Choice.Ready(Account account)
        ? Optional.of(account)
        : Optional.empty();
  }

  private Optional<Credentials> one(TenantId owner, ConnectionId id) {
    return connections
        .credentials(owner, id)
        .filter(found -> found.connection().provider().equals(PROVIDER));
  }

  private Optional<Credentials> foremost(
      TenantId owner, Set<Connection.Environment> environments, boolean acting) {
    return database.asTenant(
        owner,
        tx ->
            connections
                .foremost(tx, PROVIDER, KEY, environments, acting)
                .flatMap(connection -> connections.credentials(tx, connection.id())));
  }

  private Choice ready(TenantId owner, Credentials found) {
    if (found.connection().state() == Connection.State.DISABLED) {
      return new Choice.Disabled();
    }
    return account(owner, found)
        .<Choice>map(Choice.Ready::new)
        .orElseGet(() -> new Choice.Lacking(missing(owner, found)));
  }

  private static String missing(TenantId owner, Credentials found) {
    // Tenants are not told which connection of the platform's it is.
    String which =
        owner.equals(TenantId.PLATFORM)
            ? "The platform's connection"
            : "The connection " + found.connection().id();
    return found
        .setting(ConnectedAccount.SETTING)
        .map(
            account ->
                ("%s acts for the account %s with the platform's key, and the platform has no"
                        + " connection with a `secret_key` for %s mode that is not disabled. Create"
                        + " or enable one there, or give this one a `secret_key` of its own.")
                    .formatted(which, account, isLive(found.connection()) ? "live" : "test"))
        .orElseGet(() -> which + " has no `secret_key`. Give it one, or disable it.");
  }

  private static boolean isLive(Connection connection) {
    return connection.environment() == Connection.Environment.PRODUCTION;
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
                            found.connection().environment(),
                            found.connection().state() == Connection.State.BROKEN,
                            isLive(key),
                            methods(found, stripe(credentials, key, acting)))));
  }

  /// What the tenant's own connection says, also where it borrows the platform's key.
  private static StripeConnector methods(Credentials found, StripeConnector stripe) {
    return found.setting("payment_methods").filter("card"::equals).isPresent()
        ? stripe.cardsAlone()
        : stripe;
  }

  private StripeConnector stripe(Credentials credentials, Secret key, String acting) {
    URI base = credentials.setting("base_url").map(URI::create).orElse(StripeConnector.API);
    return acting.isEmpty()
        ? new StripeConnector(key, base, http)
        : StripeConnector.onBehalfOf(acting, key, base, http);
  }

  private Optional<Credentials> platformKey(Connection.Environment environment) {
    return foremost(
        TenantId.PLATFORM,
        environment == Connection.Environment.PRODUCTION ? Set.of(environment) : TEST,
        false);
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
