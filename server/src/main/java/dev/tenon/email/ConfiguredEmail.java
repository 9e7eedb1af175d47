package dev.tenon.email;

import dev.tenon.cache.RecentlyRead;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connection.Credentials;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.postmark.PostmarkEmail;
import dev.tenon.connector.email.resend.ResendEmail;
import dev.tenon.connector.email.smtp.SmtpEmail;
import dev.tenon.connector.email.smtp.SmtpSettings;
import dev.tenon.connector.email.smtp.SmtpTimer;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The email connections as the database describes them: what is read is remembered for a few
/// seconds, and what is made from it ([OpenProviders]) until it changes.
public final class ConfiguredEmail implements EmailConnections, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredEmail.class);
  private static final Duration REMEMBERED = Duration.ofSeconds(5);
  private static final int TENANTS_MAX = 5_000;
  private static final int CONNECTIONS_MAX = 5_000;

  private final Database database;
  private final Connections connections;
  private final ProviderHttp http;
  private final Predicate<InetAddress> allowed;
  private final InstantSource clock;
  private final Duration callMax;
  private final SmtpTimer timer = new SmtpTimer();
  private final OpenProviders providers = new OpenProviders(this::provider);
  private final RecentlyRead<TenantId, EmailRouting.Routes> routes;
  private final RecentlyRead<Place, Found> found;

  /// @param allowed which addresses mail servers may have
  /// @param callMax how long one message may take at a mail server; shorter than a job's lease
  public ConfiguredEmail(
      Database database,
      Connections connections,
      ProviderHttp http,
      Predicate<InetAddress> allowed,
      Duration callMax,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.http = http;
    this.allowed = allowed;
    this.callMax = callMax;
    this.clock = clock;
    this.routes = new RecentlyRead<>(clock, REMEMBERED, TENANTS_MAX);
    this.found = new RecentlyRead<>(clock, REMEMBERED, CONNECTIONS_MAX);
  }

  private record Place(TenantId owner, UUID connection) {}

  /// A connection that was read; empty when it can't be used.
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  private record Found(Optional<Ready> ready) {}

  @Override
  public List<Ready> of(TenantId tenant, String stream, @Nullable UUID named) {
    EmailRouting.Routes known = routes(tenant);
    return ready(
        named == null
            ? known.of(stream)
            : known.usable().stream()
                .filter(step -> step.connection().equals(named))
                .limit(1)
                .toList());
  }

  /// All that the tenant may name in a message, in the order of its routes.
  List<Ready> all(TenantId tenant) {
    return ready(routes(tenant).usable());
  }

  private EmailRouting.Routes routes(TenantId tenant) {
    return routes
        .get(tenant, asked -> Optional.of(database.asTenant(asked, EmailRouting::inUse)))
        .orElseThrow();
  }

  private List<Ready> ready(List<EmailRouting.Step> steps) {
    return steps.stream()
        .map(step -> new Place(step.owner(), step.connection()))
        .distinct()
        .flatMap(
            place -> found.get(place, one -> Optional.of(read(one))).orElseThrow().ready().stream())
        .toList();
  }

  private Found read(Place place) {
    var id = new ConnectionId(place.connection());
    return new Found(
        database
            .asTenant(place.owner(), tx -> connections.find(tx, id))
            .filter(connection -> connection.state() != Connection.State.DISABLED)
            .flatMap(
                connection ->
                    providers
                        .get(connection, () -> connections.credentials(place.owner(), id))
                        .map(
                            provider ->
                                new Ready(
                                    place.owner(),
                                    place.connection(),
                                    provider,
                                    connection.state() == Connection.State.BROKEN,
                                    connection.changedAt()))));
  }

  private Optional<EmailProvider> provider(Credentials read) {
    try {
      Optional<Secret> key = read.secret("api_key");
      return switch (read.connection().provider()) {
        case "postmark" ->
            key.map(secret -> new PostmarkEmail(http, base(read, PostmarkEmail.BASE), secret));
        case "resend" ->
            key.map(secret -> new ResendEmail(http, base(read, ResendEmail.BASE), secret));
        case "smtp" -> Optional.of(smtp(read));
        default -> {
          LOG.warn(
              "connection {} to {} can't send mail",
              read.connection().id(),
              read.connection().provider());
          yield Optional.empty();
        }
      };
    } catch (IllegalArgumentException e) {
      LOG.error(
          "the email connection {} can't be used: {}", read.connection().id(), e.getMessage());
      return Optional.empty();
    }
  }

  private EmailProvider smtp(Credentials read) {
    Optional<String> user = read.setting("username");
    Optional<Secret> password = read.secret("password");
    SmtpSettings.Login login =
        user.isPresent() && password.isPresent()
            ? new SmtpSettings.Login.Password(user.get(), password.get())
            : new SmtpSettings.Login.None();
    return new SmtpEmail(
        SmtpSettings.of(
                read.setting("host").orElse(""),
                Integer.parseInt(read.setting("port").orElse("587")),
                SmtpSettings.Security.valueOf(
                    read.setting("security").orElse("starttls").toUpperCase(Locale.ROOT)),
                login)
            .within(callMax),
        allowed,
        clock,
        timer);
  }

  private static URI base(Credentials read, URI usual) {
    return read.setting("base_url").map(URI::create).orElse(usual);
  }

  /// Call it when nothing sends any more.
  @Override
  public void close() {
    providers.close();
    timer.close();
  }
}
