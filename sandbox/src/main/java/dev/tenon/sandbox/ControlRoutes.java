package dev.tenon.sandbox;

import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What every simulator answers besides its provider's API: the index page, `/_sandbox/faults`,
/// `/_sandbox/deliveries`, and at `/_sandbox/simulators` where all of this sandbox are.
final class ControlRoutes {
  private final Simulator simulator;
  private final SimulatorContext context;
  private final Supplier<Map<String, URI>> all;

  private ControlRoutes(
      Simulator simulator, SimulatorContext context, Supplier<Map<String, URI>> all) {
    this.simulator = simulator;
    this.context = context;
    this.all = all;
  }

  /// @param all the URL of every simulator that is open when it is asked
  static void add(
      HttpRouting.Builder routing,
      Simulator simulator,
      SimulatorContext context,
      Supplier<Map<String, URI>> all) {
    ControlRoutes routes = new ControlRoutes(simulator, context, all);
    routing
        .get("/", routes::index)
        .get("/_sandbox/simulators", routes::simulators)
        .get("/_sandbox/faults", routes::faults)
        .put("/_sandbox/faults", routes::setFaults)
        .delete("/_sandbox/faults", routes::clearFaults)
        .get("/_sandbox/deliveries", routes::deliveries)
        .post("/_sandbox/deliveries/{id}/resend", routes::resend);
  }

  private void index(ServerRequest request, ServerResponse response) {
    Page.send(response, 200, IndexPage.page(simulator, context));
  }

  private void simulators(ServerRequest request, ServerResponse response) {
    ObjectNode answer = Json.object();
    answer.put("simulator", simulator.name());
    ObjectNode urls = answer.putObject("simulators");
    all.get().forEach((name, url) -> urls.put(name, url.toString()));
    Json.send(response, 200, answer);
  }

  private void faults(ServerRequest request, ServerResponse response) {
    Json.send(response, 200, faultsJson());
  }

  private void setFaults(ServerRequest request, ServerResponse response) {
    try {
      JsonNode body = Json.read(Json.body(request));
      JsonNode list = body.isObject() && body.has("faults") ? body.get("faults") : body;
      List<Fault> faults = new ArrayList<>();
      if (list instanceof ArrayNode array) {
        array.forEach(node -> faults.add(fault(node)));
      } else {
        faults.add(fault(list));
      }
      context.faults().set(faults);
      Json.send(response, 200, faultsJson());
    } catch (IllegalArgumentException e) {
      Json.sendError(response, 400, String.valueOf(e.getMessage()));
    }
  }

  private void clearFaults(ServerRequest request, ServerResponse response) {
    context.faults().clear();
    Json.send(response, 200, faultsJson());
  }

  private ObjectNode faultsJson() {
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("faults");
    for (Fault fault : context.faults().list()) {
      ObjectNode node = list.addObject();
      node.put("kind", fault.kind().word());
      if (fault.status() > 0) {
        node.put("status", fault.status());
      }
      node.put("duration_ms", fault.duration().toMillis());
      node.put("path", fault.path());
      node.put("count", fault.count());
    }
    return answer;
  }

  private static Fault fault(JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      throw new IllegalArgumentException("Each fault is an object with a kind.");
    }
    for (String name : object.propertyNames()) {
      if (!List.of("kind", "status", "duration_ms", "path", "count").contains(name)) {
        throw new IllegalArgumentException(
            "Unknown field " + name + ": a fault has kind, status, duration_ms, path and count.");
      }
    }
    Fault.Kind kind = kind(object.path("kind").asString(""));
    Fault made = kind == Fault.Kind.TIME_OUT_AFTER_ACCEPTING ? Fault.timeOutAfterAccepting() : null;
    long duration =
        object.path("duration_ms").asLong(made == null ? 0 : made.duration().toMillis());
    return new Fault(
        kind,
        object.path("status").asInt(kind == Fault.Kind.STATUS ? 500 : 0),
        Duration.ofMillis(duration),
        object.path("path").asString(""),
        object.path("count").asInt(0));
  }

  private static Fault.Kind kind(String word) {
    for (Fault.Kind kind : Fault.Kind.values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "Unknown kind \"%s\": use status, latency, time_out_after_accepting, reset, duplicate_webhooks, reorder_webhooks or lose_webhooks."
            .formatted(word));
  }

  private void deliveries(ServerRequest request, ServerResponse response) {
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("deliveries");
    String limit = request.query().first("limit").orElse("");
    if (!limit.matches("[0-9]{0,6}")) {
      Json.sendError(response, 400, "limit is a number.");
      return;
    }
    context.webhooks().list().stream()
        .limit(limit.isEmpty() ? Webhooks.LOG_MAX : Long.parseLong(limit))
        .forEach(delivery -> list.add(json(delivery)));
    Json.send(response, 200, answer);
  }

  private void resend(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    context
        .webhooks()
        .resend(id)
        .ifPresentOrElse(
            delivery -> Json.send(response, 202, json(delivery)),
            () -> Json.sendError(response, 404, "The log has no delivery " + id + "."));
  }

  private static ObjectNode json(Delivery delivery) {
    ObjectNode node = Json.object();
    node.put("id", delivery.id());
    node.put("event_id", delivery.eventId());
    node.put("event_type", delivery.eventType());
    node.put("url", delivery.url().toString());
    node.put("tries", delivery.tries());
    node.put("state", delivery.state().name().toLowerCase(Locale.ROOT));
    node.put("status", delivery.status());
    node.put("response", delivery.response());
    node.put("at", delivery.at().toString());
    return node;
  }
}
