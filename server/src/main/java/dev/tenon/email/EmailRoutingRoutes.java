package dev.tenon.email;

import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.util.HashMap;
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
  private static final Set<String> MAIL_PROVIDERS = Set.of("postmark", "resend", "smtp");
  private static final int CONNECTIONS_MAX = 20;
  private static final int STREAMS_MAX = 20;
  private static final Pattern STREAM = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");

  private final Database database;
  private final Connections connections;

  private EmailRoutingRoutes(Database database, Connections connections) {
    this.database = database;
    this.connections = connections;
  }

  public static void declare(Routes routes, Database database, Connections connections) {
    var here = new EmailRoutingRoutes(database, connections);
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
          @Nullable Map<String, List<String>> streams) {}

  /// The routing that holds.
  public record RoutingView(
      List<String> connections,
      Map<String, List<String>> streams,
      @About("Whether these are the platform's, since the tenant has none of its own.")
          boolean inherited) {}

  private RoutingView get(Request request) {
    return database.asTenant(request.tenant(), EmailRoutingRoutes::view);
  }

  private RoutingView replace(Request request, Routing body) {
    Map<String, List<String>> streams = body.streams() == null ? Map.of() : body.streams();
    if (streams.size() > STREAMS_MAX) {
      throw ProblemException.invalidField(
          "streams", "At most 20 streams have routes of their own.");
    }
    return database.asTenant(
        request.tenant(),
        tx -> {
          Map<String, List<UUID>> routes = new HashMap<>();
          routes.put(EmailRouting.GENERAL, checked(tx, "connections", body.connections()));
          new TreeMap<>(streams)
              .forEach(
                  (stream, ids) -> {
                    if (!STREAM.matcher(stream).matches()) {
                      throw ProblemException.invalidField(
                          "streams",
                          "A stream has lower-case letters, digits, '_' and '-', at most 40.");
                    }
                    routes.put(stream, checked(tx, "streams." + stream, ids));
                  });
          EmailRouteStore.replace(tx, routes);
          return view(tx);
        });
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
      if (!MAIL_PROVIDERS.contains(connection.provider())) {
        throw ProblemException.invalidField(
            param, "A connection to %s can't send mail.".formatted(connection.provider()));
      }
      if (!out.add(connection.id().uuid())) {
        throw ProblemException.invalidField(param, "The connection is twice in this route.");
      }
    }
    return List.copyOf(out);
  }

  private static RoutingView view(TenantTx tx) {
    List<EmailRouting.Step> steps = EmailRouteStore.inUse(tx);
    Map<String, List<String>> byStream = new TreeMap<>();
    EmailRouting.byStream(steps)
        .forEach(
            (stream, ids) ->
                byStream.put(
                    stream, ids.stream().map(id -> new ConnectionId(id).toString()).toList()));
    List<String> general = byStream.remove(EmailRouting.GENERAL);
    boolean inherited = steps.stream().anyMatch(step -> !step.owner().equals(tx.tenant()));
    return new RoutingView(general == null ? List.of() : general, byStream, inherited);
  }
}
