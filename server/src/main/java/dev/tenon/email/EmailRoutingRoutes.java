package dev.tenon.email;

import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.email.BreakerState;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/email-routing`.
public final class EmailRoutingRoutes {
  private static final int CONNECTIONS_MAX = 20;
  private static final int STREAMS_MAX = 20;
  private static final Pattern STREAM = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");

  private final Database database;
  private final Connections connections;
  private final SharedBreakers breakers;

  private EmailRoutingRoutes(Database database, Connections connections, SharedBreakers breakers) {
    this.database = database;
    this.connections = connections;
    this.breakers = breakers;
  }

  public static void declare(
      Routes routes, Database database, Connections connections, SharedBreakers breakers) {
    var here = new EmailRoutingRoutes(database, connections, breakers);
    String path = "/v1/tenants/{tenant}/email-routing";
    routes.get(path, Scope.EMAIL_READ, RoutingView.class, "Get the email routing", here::get);
    routes.put(
        path,
        Scope.EMAIL_WRITE,
        Routing.class,
        RoutingView.class,
        "Replace the email routing",
        here::replace);
  }

  /// The routing that is to hold from now on. It takes up to five seconds until all nodes use it.
  public record Routing(
      @About("Ids of the tenant's email connections: the default, then the fallbacks by priority.")
          List<String> connections,
      @About("Routes of single streams, where they differ.")
          @Nullable Map<String, List<String>> streams,
      @About(
              "Where connections share mail: those of one priority get it by their weights. One that"
                  + " isn't named here has its place in the list as priority, and weight 1.")
          @Nullable List<RoutePlace> places) {}

  /// A connection's priority and weight on a route.
  public record RoutePlace(
      @About("One of that route.") String connection,
      @About("The route's stream; null for `connections`.") @Nullable String stream,
      @About("0 to 19; the lowest is tried first.") int priority,
      @About("1 to 1,000: its share among those of its priority. 1 where it is left out.")
          @Nullable Integer weight) {}

  /// The routing that holds.
  public record RoutingView(
      List<String> connections,
      Map<String, List<String>> streams,
      @About("Priority and weight of each; empty where no connections share mail.")
          List<RoutePlace> places,
      @About("Whether `connections` are the platform's, since the tenant has none of its own.")
          boolean inherited,
      @About("Connections of these routes that are skipped for now; empty when all are well.")
          List<RestingView> resting) {}

  /// Why a connection rests.
  public enum Why {
    FAILING,
    BROKEN,
    LIMITED
  }

  /// A connection that is skipped for now, as all nodes know it.
  public record RestingView(
      String connection,
      @About(
              "`failing`; `broken`: its provider refuses it; `limited`: its provider asked for a pause.")
          Why why,
      @About("What its provider said.") String reason,
      @About("Failures in a row, counted up to 5.") int failures,
      Instant since,
      @About("From then on one message at a time tries it, until one succeeds.") Instant until) {}

  private RoutingView get(Request request) {
    return view(database.asTenant(request.tenant(), EmailRouting::inUse));
  }

  private RoutingView replace(Request request, Routing body) {
    Map<String, List<String>> streams = body.streams() == null ? Map.of() : body.streams();
    if (streams.size() > STREAMS_MAX) {
      throw ProblemException.invalidField(
          "streams", "At most 20 streams have routes of their own.");
    }
    return view(
        database.asTenant(
            request.tenant(),
            tx -> {
              Map<String, List<EmailRouting.Place>> routes = new HashMap<>();
              var places = RoutePlaces.of(body.places(), body.connections(), streams);
              routes.put(
                  EmailRouting.GENERAL,
                  places.on(EmailRouting.GENERAL, checked(tx, "connections", body.connections())));
              new TreeMap<>(streams)
                  .forEach(
                      (stream, ids) -> {
                        if (!STREAM.matcher(stream).matches()) {
                          throw ProblemException.invalidField(
                              "streams",
                              "A stream has lower-case letters, digits, '_' and '-', at most 40.");
                        }
                        routes.put(
                            stream, places.on(stream, checked(tx, "streams." + stream, ids)));
                      });
              EmailRouteStore.replace(tx, routes);
              return EmailRouting.inUse(tx);
            }));
  }

  private List<UUID> checked(TenantTx tx, String field, List<String> ids) {
    if (ids.size() > CONNECTIONS_MAX) {
      throw ProblemException.invalidField(field, "A route has at most 20 connections.");
    }
    Set<UUID> out = new LinkedHashSet<>();
    for (int i = 0; i < ids.size(); i++) {
      String param = "%s[%d]".formatted(field, i);
      Connection connection =
          ConnectionId.parse(ids.get(i))
              .flatMap(id -> connections.find(tx, id))
              .orElseThrow(
                  () ->
                      new ProblemException(
                          ProblemCode.EMAIL_UNKNOWN_CONNECTION,
                          "The tenant has no connection of this id.",
                          param));
      if (!EmailProviders.NAMES.contains(connection.provider())) {
        throw ProblemException.invalidField(
            param, "A connection to %s can't send mail.".formatted(connection.provider()));
      }
      if (!out.add(connection.id().uuid())) {
        throw ProblemException.invalidField(param, "The connection is twice in this route.");
      }
    }
    return List.copyOf(out);
  }

  private RoutingView view(EmailRouting.Routes routes) {
    Map<String, List<String>> byStream = new TreeMap<>();
    Set<UUID> all = new HashSet<>();
    routes.streams().forEach(stream -> byStream.put(stream, ids(routes.of(stream), all)));
    List<String> general = ids(routes.general(), all);
    return new RoutingView(
        general,
        byStream,
        RoutePlaces.shown(routes),
        routes.inherited() && !general.isEmpty(),
        breakers.tripped().stream()
            .filter(one -> all.contains(one.connection()))
            .map(EmailRoutingRoutes::resting)
            .sorted(Comparator.comparing(RestingView::connection))
            .toList());
  }

  private static List<String> ids(List<EmailRouting.Step> steps, Set<UUID> all) {
    steps.forEach(step -> all.add(step.connection()));
    return steps.stream().map(step -> new ConnectionId(step.connection()).toString()).toList();
  }

  private static RestingView resting(SharedBreakers.Tripped one) {
    BreakerState state = one.state();
    return new RestingView(
        new ConnectionId(one.connection()).toString(),
        switch (state.why()) {
          case FAILING -> Why.FAILING;
          case BROKEN -> Why.BROKEN;
          case LIMITED -> Why.LIMITED;
        },
        state.words(),
        state.failures(),
        state.since(),
        state.restUntil());
  }
}
