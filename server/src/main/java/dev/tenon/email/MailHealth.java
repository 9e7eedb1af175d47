package dev.tenon.email;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.email.BreakerState;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How the connections do that a tenant's mail goes through, for people.
public final class MailHealth {
  private final Database database;
  private final Connections connections;
  private final SharedBreakers breakers;

  public MailHealth(Database database, Connections connections, SharedBreakers breakers) {
    this.database = database;
    this.connections = connections;
    this.breakers = breakers;
  }

  /// How a connection does.
  public enum State {
    WELL,
    /// It fails or doesn't answer.
    FAILING,
    /// Its provider refuses it, until a person mends it.
    BROKEN,
    /// Its provider asked for a pause.
    LIMITED,
    /// Somebody switched it off.
    OFF,
    /// It is gone, or no mail can be sent by it.
    MISSING
  }

  /// A connection at its place of a route.
  ///
  /// @param stream whose route it is; empty for the general one
  /// @param place counted from 1; those that share mail have the same
  /// @param percent its share of the mails of its place
  /// @param shared whether it is the platform's, and not the tenant's own
  /// @param words what the provider said when it began to rest; empty while it is well
  /// @param failures in a row
  /// @param since when it began to rest; null while it is well
  /// @param until until when it rests; null while it is well
  /// @param lastSuccess when a mail of this tenant last went through it, as far as it was looked
  ///   back; null where none did
  public record Place(
      String stream,
      int place,
      int percent,
      String connection,
      String provider,
      String name,
      boolean shared,
      State state,
      String words,
      int failures,
      @Nullable Instant since,
      @Nullable Instant until,
      @Nullable Instant lastSuccess) {}

  /// All routes of a tenant's mail, the general one first.
  public List<Place> of(TenantId tenant) {
    EmailRouting.Routes routes = database.asTenant(tenant, EmailRouting::inUse);
    Map<UUID, SharedBreakers.Tripped> tripped = new HashMap<>();
    breakers.tripped().forEach(one -> tripped.put(one.connection(), one));
    List<EmailRouting.Step> all = new ArrayList<>(routes.general());
    routes.streams().forEach(stream -> all.addAll(routes.of(stream)));
    Map<UUID, Instant> successes =
        database.asTenant(
            tenant,
            tx ->
                AttemptStore.lastSuccesses(
                    tx, all.stream().map(EmailRouting.Step::connection).distinct().toList()));
    List<Place> places = new ArrayList<>();
    add(places, "", routes.general(), tenant, tripped, successes);
    routes
        .streams()
        .forEach(stream -> add(places, stream, routes.of(stream), tenant, tripped, successes));
    return places;
  }

  private void add(
      List<Place> places,
      String stream,
      List<EmailRouting.Step> route,
      TenantId tenant,
      Map<UUID, SharedBreakers.Tripped> tripped,
      Map<UUID, Instant> successes) {
    List<Integer> priorities = route.stream().map(EmailRouting.Step::priority).distinct().toList();
    for (EmailRouting.Step step : route) {
      int weights =
          route.stream()
              .filter(one -> one.priority() == step.priority())
              .mapToInt(EmailRouting.Step::weight)
              .sum();
      var id = new ConnectionId(step.connection());
      Optional<Connection> connection =
          database.asTenant(step.owner(), tx -> connections.find(tx, id));
      SharedBreakers.Tripped rest = tripped.get(step.connection());
      places.add(
          new Place(
              stream,
              priorities.indexOf(step.priority()) + 1,
              Math.round(100f * step.weight() / weights),
              id.toString(),
              connection.map(Connection::provider).orElse(""),
              connection.map(Connection::name).orElse(""),
              !step.owner().equals(tenant),
              state(connection, rest),
              rest == null ? "" : rest.state().words(),
              rest == null ? 0 : rest.state().failures(),
              rest == null ? null : rest.state().since(),
              rest == null ? null : rest.state().restUntil(),
              successes.get(step.connection())));
    }
  }

  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  private static State state(
      Optional<Connection> connection, SharedBreakers.@Nullable Tripped rest) {
    if (connection.isEmpty()) {
      return State.MISSING;
    }
    if (connection.get().state() == Connection.State.DISABLED) {
      return State.OFF;
    }
    if (rest == null) {
      return connection.get().state() == Connection.State.BROKEN ? State.BROKEN : State.WELL;
    }
    BreakerState.Why why = rest.state().why();
    return switch (why) {
      case FAILING -> State.FAILING;
      case BROKEN -> State.BROKEN;
      case LIMITED -> State.LIMITED;
    };
  }
}
