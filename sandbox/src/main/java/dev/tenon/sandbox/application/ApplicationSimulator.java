package dev.tenon.sandbox.application;

import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Page;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.SimulatorContext;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Stands in for your application: takes signed events at `/hooks`, checks them with code of its
/// own, and shows what arrived at `/`. Its page makes it fail on purpose.
public final class ApplicationSimulator implements Simulator {
  /// Where events are sent.
  public static final String PATH = "/hooks";

  private static final String SECRET = "secret";
  private static final int ARRIVALS_MAX = 500;
  private static final int IDS_MAX = 10_000;
  private static final int BODY_CHARS_SHOWN = 20_000;

  private final Deque<Arrival> arrivals = new ArrayDeque<>();
  private final Map<String, Integer> tries = new HashMap<>();
  private String secret = "";
  private long count;
  private @Nullable Journal journal;

  @Override
  public String name() {
    return "application";
  }

  @Override
  public String title() {
    return "Your application";
  }

  @Override
  public boolean isProviderApi(String path) {
    return path.startsWith(PATH);
  }

  /// Sets the secret that events have to be signed with. It is remembered over a restart.
  public synchronized void expect(String secret) {
    this.secret = secret;
    if (journal != null) {
      journal.put(SECRET, Json.object().put(SECRET, secret));
    }
  }

  private synchronized void keepIn(Journal kept) {
    journal = kept;
    ObjectNode known = kept.take("").get(SECRET);
    if (known != null) {
      secret = known.path(SECRET).asString("");
    }
  }

  /// Where events are sent, once the port is open.
  public static URI hooks(URI address) {
    return URI.create(address + PATH);
  }

  @Override
  public void routing(HttpRouting.Builder routing, SimulatorContext context) {
    keepIn(context.journal());
    routing
        // The list takes the place of the index page that every other simulator shows.
        .addFilter(
            (chain, request, response) -> {
              if (request.path().path().equals("/")
                  && request.prologue().method().text().equals("GET")) {
                Page.send(
                    response,
                    200,
                    ApplicationPage.page(
                        list(), context.faults().list(), context.clock().instant()));
              } else {
                chain.proceed();
              }
            })
        .post(PATH, (request, response) -> receive(request, response, context))
        .get("/api/arrivals", (request, response) -> api(request, response))
        .put("/api/secret", this::setSecret)
        .post("/clear", (_, response) -> clear(response))
        .post("/answer/{how}", (request, response) -> answer(request, response, context));
  }

  private void receive(ServerRequest request, ServerResponse response, SimulatorContext context) {
    byte[] body = Json.body(request);
    String id = header(request, "webhook-id");
    SignatureCheck.Verdict verdict =
        SignatureCheck.check(
            expected(),
            id,
            header(request, "webhook-timestamp"),
            header(request, "webhook-signature"),
            body,
            context.clock().instant());
    String type = "";
    String about = "";
    try {
      JsonNode event = Json.read(body);
      type = event.path("type").asString("");
      about = event.path("data").path("id").asString("");
    } catch (IllegalArgumentException e) {
      verdict = SignatureCheck.Verdict.INCOMPLETE;
    }
    boolean good = verdict == SignatureCheck.Verdict.VERIFIED;
    keep(context, id, verdict, type, about, good ? 200 : 401, body);
    if (good) {
      ObjectNode answer = Json.object();
      answer.put("received", true);
      Json.send(response, 200, answer);
    } else {
      Json.sendError(response, 401, verdict.words());
    }
  }

  private synchronized void keep(
      SimulatorContext context,
      String id,
      SignatureCheck.Verdict verdict,
      String type,
      String about,
      int status,
      byte[] body) {
    if (tries.size() >= IDS_MAX) {
      tries.clear();
    }
    String text = new String(body, StandardCharsets.UTF_8);
    arrivals.addFirst(
        new Arrival(
            ++count,
            id,
            tries.merge(id, 1, Integer::sum),
            context.clock().instant(),
            verdict,
            type,
            about,
            status,
            text.substring(0, Math.min(text.length(), BODY_CHARS_SHOWN))));
    if (arrivals.size() > ARRIVALS_MAX) {
      arrivals.removeLast();
    }
  }

  private synchronized String expected() {
    return secret;
  }

  private synchronized List<Arrival> list() {
    return new ArrayList<>(arrivals);
  }

  private static String header(ServerRequest request, String name) {
    return request.headers().first(HeaderNames.create(name)).orElse("");
  }

  private void api(ServerRequest request, ServerResponse response) {
    String id = request.query().first("id").orElse("");
    ObjectNode answer = Json.object();
    ArrayNode data = answer.putArray("data");
    for (Arrival arrival : list()) {
      if (id.isEmpty() || arrival.id().equals(id)) {
        ObjectNode one = data.addObject();
        one.put("id", arrival.id());
        one.put("type", arrival.type());
        one.put("about", arrival.about());
        one.put("received_at", arrival.at().toString());
        one.put("verified", arrival.verdict() == SignatureCheck.Verdict.VERIFIED);
        one.put("verdict", arrival.verdict().words());
        one.put("tries", arrival.tries());
        one.put("body", arrival.body());
      }
    }
    Json.send(response, 200, answer);
  }

  private void setSecret(ServerRequest request, ServerResponse response) {
    try {
      expect(Json.readObject(Json.body(request)).path("secret").asString(""));
      response.status(204).send();
    } catch (IllegalArgumentException e) {
      Json.sendError(response, 400, String.valueOf(e.getMessage()));
    }
  }

  private synchronized void clear(ServerResponse response) {
    arrivals.clear();
    home(response);
  }

  private static void answer(
      ServerRequest request, ServerResponse response, SimulatorContext context) {
    switch (request.path().pathParameters().get("how")) {
      case "well" -> context.faults().clear();
      case "500" -> context.faults().set(List.of(Fault.status(500)));
      case "410" -> context.faults().set(List.of(Fault.status(410)));
      case "slow" -> context.faults().set(List.of(Fault.latency(Duration.ofSeconds(20))));
      default -> {
        Json.sendError(response, 404, "It answers well, 500, 410 or slow.");
        return;
      }
    }
    home(response);
  }

  private static void home(ServerResponse response) {
    response.status(303).header(HeaderNames.LOCATION, "/").send();
  }
}
