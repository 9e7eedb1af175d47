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
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The email connections as the database describes them, made ready and kept for a few seconds.
public final class ConfiguredEmail implements EmailConnections {
  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredEmail.class);
  private static final Duration REMEMBERED = Duration.ofSeconds(5);
  private static final int TENANTS_MAX = 1_000;

  private final Database database;
  private final Connections connections;
  private final ProviderHttp http;
  private final Predicate<InetAddress> allowed;
  private final InstantSource clock;
  private final RecentlyRead<TenantId, List<Ready>> known;

  /// @param allowed which addresses mail servers may have
  public ConfiguredEmail(
      Database database,
      Connections connections,
      ProviderHttp http,
      Predicate<InetAddress> allowed,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.http = http;
    this.allowed = allowed;
    this.clock = clock;
    this.known = new RecentlyRead<>(clock, REMEMBERED, TENANTS_MAX);
  }

  @Override
  public List<Ready> of(TenantId tenant) {
    return known.get(tenant, asked -> Optional.of(read(asked))).orElse(List.of());
  }

  private List<Ready> read(TenantId tenant) {
    List<EmailRouteStore.Route> routes = database.asTenant(tenant, EmailRouteStore::list);
    List<Ready> ready = new ArrayList<>();
    for (EmailRouteStore.Route route : routes) {
      connections
          .credentials(route.owner(), new ConnectionId(route.connection()))
          .filter(found -> found.connection().state() != Connection.State.DISABLED)
          .flatMap(this::provider)
          .ifPresent(provider -> ready.add(new Ready(route.connection(), provider)));
    }
    return ready;
  }

  private Optional<EmailProvider> provider(Credentials found) {
    Optional<Secret> key = found.secret("api_key");
    return switch (found.connection().provider()) {
      case "postmark" ->
          key.map(secret -> new PostmarkEmail(http, base(found, PostmarkEmail.BASE), secret));
      case "resend" ->
          key.map(secret -> new ResendEmail(http, base(found, ResendEmail.BASE), secret));
      case "smtp" -> smtp(found);
      default -> {
        LOG.warn(
            "connection {} to {} can't send mail",
            found.connection().id(),
            found.connection().provider());
        yield Optional.empty();
      }
    };
  }

  private Optional<EmailProvider> smtp(Credentials found) {
    SmtpSettings.Login login =
        found.setting("username").isPresent() && found.secret("password").isPresent()
            ? new SmtpSettings.Login.Password(
                found.setting("username").get(), found.secret("password").get())
            : new SmtpSettings.Login.None();
    try {
      return Optional.of(
          new SmtpEmail(
              SmtpSettings.of(
                  found.setting("host").orElse(""),
                  Integer.parseInt(found.setting("port").orElse("587")),
                  SmtpSettings.Security.valueOf(
                      found.setting("security").orElse("starttls").toUpperCase(Locale.ROOT)),
                  login),
              allowed,
              clock));
    } catch (IllegalArgumentException e) {
      LOG.error(
          "the SMTP connection {} can't be used: {}", found.connection().id(), e.getMessage());
      return Optional.empty();
    }
  }

  private static URI base(Credentials found, URI usual) {
    return found.setting("base_url").map(URI::create).orElse(usual);
  }
}
