package dev.tenon.email;

import dev.tenon.cache.RecentlyRead;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connection.ProviderKind;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.VaultException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final EmailProviders making;
  private final OpenProviders providers;
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
    this.making = new EmailProviders(http, allowed, callMax, clock);
    this.providers = new OpenProviders(making::make);
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
    Map<Place, EmailRouting.Step> places = new LinkedHashMap<>();
    steps.forEach(step -> places.putIfAbsent(new Place(step.owner(), step.connection()), step));
    List<Ready> ready = new ArrayList<>();
    places.forEach(
        (place, step) ->
            found
                .get(place, one -> Optional.of(read(one)))
                .orElseThrow()
                .ready()
                .ifPresent(one -> ready.add(one.at(step.priority(), step.weight()))));
    return List.copyOf(ready);
  }

  /// A connection whose credentials don't open is left out as one that is not there: it must not
  /// keep the mail from the others of its route.
  private Found read(Place place) {
    var id = new ConnectionId(place.connection());
    try {
      return opened(place, id);
    } catch (VaultException e) {
      LOG.error("connection {} sends no mail, its credentials don't open: {}", id, e.getMessage());
      return new Found(Optional.empty());
    }
  }

  private Found opened(Place place, ConnectionId id) {
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
                                    connection.changedAt(),
                                    rate(connection)))));
  }

  /// Checked when it was given.
  private static int rate(Connection connection) {
    String rate = connection.settings().getOrDefault(ProviderKind.RATE, "0");
    return Integer.parseInt(rate);
  }

  /// Call it when nothing sends any more.
  @Override
  public void close() {
    providers.close();
    making.close();
  }
}
