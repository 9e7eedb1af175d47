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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
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
  private final RecentlyRead<TenantId, Configured> known;

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

  /// A tenant's routes and the connections on them that can be used.
  private record Configured(List<EmailRouting.Step> routes, Map<UUID, Ready> ready) {}

  @Override
  public List<Ready> of(TenantId tenant, String stream, @Nullable UUID named) {
    Configured configured = configured(tenant);
    if (named != null) {
      return Optional.ofNullable(configured.ready().get(named)).map(List::of).orElse(List.of());
    }
    boolean own = configured.routes().stream().anyMatch(step -> step.stream().equals(stream));
    return configured.routes().stream()
        .filter(step -> step.stream().equals(own ? stream : EmailRouting.GENERAL))
        .map(step -> configured.ready().get(step.connection()))
        .filter(Objects::nonNull)
        .toList();
  }

  /// All that the tenant may name in a message, in the order of its routes.
  List<Ready> all(TenantId tenant) {
    return List.copyOf(configured(tenant).ready().values());
  }

  private Configured configured(TenantId tenant) {
    return known.get(tenant, asked -> Optional.of(read(asked))).orElseThrow();
  }

  private Configured read(TenantId tenant) {
    List<EmailRouting.Step> routes = database.asTenant(tenant, EmailRouteStore::inUse);
    Map<UUID, Ready> ready = new LinkedHashMap<>();
    for (EmailRouting.Step step : routes) {
      if (!ready.containsKey(step.connection())) {
        connections
            .credentials(step.owner(), new ConnectionId(step.connection()))
            .filter(found -> found.connection().state() != Connection.State.DISABLED)
            .flatMap(this::provider)
            .ifPresent(p -> ready.put(step.connection(), new Ready(step.connection(), p)));
      }
    }
    return new Configured(routes, ready);
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
