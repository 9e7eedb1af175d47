package dev.tenon.event;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `/v1/event-types` and `/v1/tenants/{tenant}/events`.
public final class EventRoutes {
  private static final int ABOUT_CHARS_MAX = 100;

  private final Database database;

  private EventRoutes(Database database) {
    this.database = database;
  }

  public static void declare(Routes routes, Database database) {
    var here = new EventRoutes(database);
    routes.listAll(
        "/v1/event-types",
        Scope.WEBHOOKS_READ,
        EventTypeView.class,
        "List the event types",
        Arrays.stream(EventType.values()).map(EventRoutes::view).toList());
    String path = "/v1/tenants/{tenant}/events";
    routes
        .list(path, Scope.WEBHOOKS_READ, EventView.class, "List the events", here::list)
        .query("type", "Only those of this type.")
        .query("about", "Only those about the object with this id.")
        .query("cause", "Only those that followed from the fact with this id.")
        .query("since", "Only those told from this time on, as RFC 3339.")
        .query("until", "Only those told before this time, as RFC 3339.");
    routes.get(path + "/{event}", Scope.WEBHOOKS_READ, EventView.class, "Get an event", here::get);
  }

  /// An event type in the API.
  public record EventTypeView(
      String type,
      @About("The kind of thing it is about, as `data.object` says it.") String object,
      int version,
      String description,
      @About("The JSON Schema (2020-12) of the payload.") Map<String, Object> schema,
      @About("A payload as it may be.") Map<String, Object> example) {}

  /// An event in the API.
  public record EventView(
      @About("Also `webhook-id` of its deliveries.") String id,
      String type,
      @About("The id of the object it is about.") String about,
      @About("The payload as an endpoint with `payload: full` gets it.") JsonNode payload,
      @About("The fact that it followed from.") @Nullable String cause,
      Instant createdAt) {}

  private static EventTypeView view(EventType type) {
    return new EventTypeView(
        type.text(), type.object(), type.version(), type.about(), type.schema(), type.example());
  }

  private Page<EventView> list(Request request) {
    Page.Ask ask = request.page();
    var filter =
        new EventStore.Filter(
            request.query("type").map(EventRoutes::type).orElse(null),
            request.query("about").map(EventRoutes::about).orElse(null),
            request.query("cause").map(EventRoutes::cause).orElse(null),
            request.queryTime("since").orElse(Instant.EPOCH),
            request.queryTime("until").orElse(Request.LATEST));
    List<StoredEvent> rows =
        database.asTenant(
            request.tenant(), tx -> EventStore.list(tx, filter, ask.before(), ask.rows()));
    return Page.of(ask, rows, StoredEvent::id, event -> view(request, event));
  }

  private static String type(String text) {
    return EventType.parse(text)
        .map(EventType::text)
        .orElseThrow(() -> wrong("type", "`type` is one of those that /v1/event-types lists."));
  }

  private static String about(String text) {
    if (text.isBlank() || text.length() > ABOUT_CHARS_MAX || text.indexOf('\0') >= 0) {
      throw wrong("about", "`about` is the id of an object.");
    }
    return text;
  }

  private static UUID cause(String text) {
    return Ids.read(Prefix.FACT, text)
        .orElseThrow(() -> wrong("cause", "`cause` is the id of a fact."));
  }

  private static ProblemException wrong(String param, String detail) {
    return new ProblemException(ProblemCode.REQUEST_INVALID_QUERY, detail, param);
  }

  private EventView get(Request request) {
    UUID id = Ids.read(Prefix.EVENT, request.path("event")).orElseThrow(ProblemException::notFound);
    return database
        .asTenant(request.tenant(), tx -> EventStore.find(tx, id))
        .map(event -> view(request, event))
        .orElseThrow(ProblemException::notFound);
  }

  private static EventView view(Request request, StoredEvent event) {
    byte[] payload =
        EventPayload.full(
            request.tenant(),
            event.id(),
            event.type(),
            event.about(),
            event.createdAt(),
            event.payload());
    @Nullable UUID cause = event.cause();
    return new EventView(
        Ids.write(Prefix.EVENT, event.id()),
        event.type(),
        event.about(),
        JsonMapper.shared().readTree(new String(payload, StandardCharsets.UTF_8)),
        cause == null ? null : Ids.write(Prefix.FACT, cause),
        event.createdAt());
  }
}
