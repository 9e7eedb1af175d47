package dev.tenon.email;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.email.RouteOrder;
import dev.tenon.email.EmailRoutingRoutes.RoutePlace;
import dev.tenon.http.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Priorities and weights that a routing asks for, checked against its routes.
final class RoutePlaces {
  private static final int PRIORITY_MAX = 19;

  private final Map<String, RoutePlace> asked;

  private RoutePlaces(Map<String, RoutePlace> asked) {
    this.asked = asked;
  }

  /// Throws [ProblemException] with the place that names no connection of its route, is there twice
  /// or out of bounds.
  static RoutePlaces of(
      @Nullable List<RoutePlace> places, List<String> general, Map<String, List<String>> streams) {
    Map<String, RoutePlace> asked = new HashMap<>();
    List<RoutePlace> given = places == null ? List.of() : places;
    for (int i = 0; i < given.size(); i++) {
      RoutePlace place = given.get(i);
      String param = "places[%d]".formatted(i);
      List<String> route =
          place.stream() == null ? general : streams.getOrDefault(place.stream(), List.of());
      if (!route.contains(place.connection())) {
        throw ProblemException.invalidField(
            param + ".connection", "The connection is not on that route.");
      }
      if (place.priority() < 0 || place.priority() > PRIORITY_MAX) {
        throw ProblemException.invalidField(param + ".priority", "A priority is 0 to 19.");
      }
      if (weight(place) < 1 || weight(place) > RouteOrder.WEIGHT_MAX) {
        throw ProblemException.invalidField(param + ".weight", "A weight is 1 to 1000.");
      }
      if (asked.put(key(stream(place), place.connection()), place) != null) {
        throw ProblemException.invalidField(param, "The connection has a place on it already.");
      }
    }
    return new RoutePlaces(asked);
  }

  /// The places of one route, whose connections were checked.
  List<EmailRouting.Place> on(String stream, List<UUID> connections) {
    List<EmailRouting.Place> places = new ArrayList<>();
    for (int i = 0; i < connections.size(); i++) {
      UUID connection = connections.get(i);
      RoutePlace place = asked.get(key(stream, new ConnectionId(connection).toString()));
      places.add(
          place == null
              ? new EmailRouting.Place(connection, i, 1)
              : new EmailRouting.Place(connection, place.priority(), weight(place)));
    }
    return places;
  }

  /// What holds, where any connections share mail.
  static List<RoutePlace> shown(EmailRouting.Routes routes) {
    List<RoutePlace> shown = new ArrayList<>();
    add(shown, null, routes.general());
    routes.streams().forEach(stream -> add(shown, stream, routes.of(stream)));
    return shown;
  }

  private static void add(
      List<RoutePlace> shown, @Nullable String stream, List<EmailRouting.Step> route) {
    if (route.stream().map(EmailRouting.Step::priority).distinct().count() < route.size()) {
      route.forEach(
          step ->
              shown.add(
                  new RoutePlace(
                      new ConnectionId(step.connection()).toString(),
                      stream,
                      step.priority(),
                      step.weight())));
    }
  }

  private static int weight(RoutePlace place) {
    return Objects.requireNonNullElse(place.weight(), 1);
  }

  private static String stream(RoutePlace place) {
    return Objects.requireNonNullElse(place.stream(), EmailRouting.GENERAL);
  }

  private static String key(String stream, String connection) {
    return stream + "\n" + connection;
  }
}
