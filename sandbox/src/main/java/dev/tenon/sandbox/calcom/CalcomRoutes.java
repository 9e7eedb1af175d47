package dev.tenon.sandbox.calcom;

import dev.tenon.sandbox.Json;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The API v2, its control endpoints and pages.
///
/// A call without the `cal-api-version` of its resource finds nothing: the real one answers by an
/// older contract then, or with 404, and either is a mistake of the caller's.
final class CalcomRoutes {
  private static final String BOOKINGS = "2024-08-13";
  private static final String EVENT_TYPES = "2024-06-14";
  private static final String SLOTS = "2024-09-04";
  private static final int TAKE_MAX = 100;

  private final Account account;
  private final EventTypes types;
  private final Slots slots;
  private final Bookings bookings;
  private final Hooks hooks;

  CalcomRoutes(Account account, EventTypes types, Slots slots, Bookings bookings, Hooks hooks) {
    this.account = account;
    this.types = types;
    this.slots = slots;
    this.bookings = bookings;
    this.hooks = hooks;
  }

  /// A call of the API.
  private record Call(String id, Map<String, String> query, ObjectNode body) {}

  void declare(HttpRouting.Builder routing) {
    api(routing, Method.GET, "/v2/me", "", 200, _ -> data(me()));
    String one = "/v2/event-types/{id}";
    api(routing, Method.POST, "/v2/event-types", EVENT_TYPES, 201, c -> data(types.create(c.body)));
    api(
        routing,
        Method.GET,
        "/v2/event-types",
        EVENT_TYPES,
        200,
        _ -> data(list(Account.Kind.EVENT_TYPE)));
    api(
        routing,
        Method.GET,
        one,
        EVENT_TYPES,
        200,
        c -> data(account.get(Account.Kind.EVENT_TYPE, c.id)));
    api(routing, Method.PATCH, one, EVENT_TYPES, 200, c -> data(types.update(c.id, c.body)));
    api(routing, Method.DELETE, one, EVENT_TYPES, 200, c -> data(types.delete(c.id)));
    api(routing, Method.GET, "/v2/slots", SLOTS, 200, this::slots);
    String booking = "/v2/bookings/{id}";
    api(
        routing,
        Method.POST,
        "/v2/bookings",
        BOOKINGS,
        201,
        c -> data(shown(bookings.create(c.body))));
    api(routing, Method.GET, "/v2/bookings", BOOKINGS, 200, this::page);
    api(
        routing,
        Method.GET,
        booking,
        BOOKINGS,
        200,
        c -> data(shown(account.get(Account.Kind.BOOKING, c.id))));
    api(
        routing,
        Method.POST,
        booking + "/reschedule",
        BOOKINGS,
        201,
        c -> data(shown(bookings.reschedule(c.id, c.body))));
    api(
        routing,
        Method.POST,
        booking + "/cancel",
        BOOKINGS,
        200,
        c -> data(shown(bookings.cancel(c.id, c.body))));
    api(
        routing,
        Method.POST,
        booking + "/confirm",
        BOOKINGS,
        200,
        c -> data(shown(bookings.confirm(c.id))));
    api(
        routing,
        Method.POST,
        booking + "/decline",
        BOOKINGS,
        200,
        c -> data(shown(bookings.decline(c.id, c.body))));
    api(
        routing,
        Method.POST,
        booking + "/mark-absent",
        BOOKINGS,
        200,
        c -> data(shown(bookings.markAbsent(c.id, c.body))));
    String hook = "/v2/webhooks/{id}";
    api(routing, Method.POST, "/v2/webhooks", "", 201, c -> data(hooks.create(c.body)));
    api(routing, Method.GET, "/v2/webhooks", "", 200, _ -> data(list(Account.Kind.WEBHOOK)));
    api(routing, Method.GET, hook, "", 200, c -> data(account.get(Account.Kind.WEBHOOK, c.id)));
    api(routing, Method.PATCH, hook, "", 200, c -> data(hooks.update(c.id, c.body)));
    api(routing, Method.DELETE, hook, "", 200, c -> data(hooks.delete(c.id)));
    control(
        routing,
        "/_sandbox/bookings/{id}/no-show",
        c -> bookings.markAbsent(c.id, everybody(c.id)));
    control(
        routing, "/_sandbox/bookings/{id}/start", c -> bookings.meeting(c.id, "MEETING_STARTED"));
    control(routing, "/_sandbox/bookings/{id}/end", c -> bookings.meeting(c.id, "MEETING_ENDED"));
    control(routing, "/_sandbox/availability", this::availability);
    new BookingPage(account, types, slots, bookings).declare(routing);
  }

  private void api(
      HttpRouting.Builder routing,
      Method method,
      String path,
      String version,
      int status,
      Function<Call, ObjectNode> action) {
    routing.route(
        method,
        path,
        (request, response) ->
            answer(
                response,
                status,
                () -> {
                  String key = header(request, "Authorization");
                  if (!key.startsWith("Bearer cal_")) {
                    throw CalcomError.unauthorized();
                  }
                  if (!version.isEmpty() && !header(request, "cal-api-version").equals(version)) {
                    throw CalcomError.notFound("Cannot %s %s".formatted(method.text(), path));
                  }
                  return account.run(() -> action.apply(call(request)));
                }));
  }

  private void control(
      HttpRouting.Builder routing, String path, Function<Call, ObjectNode> action) {
    routing.post(
        path,
        (request, response) ->
            answer(response, 200, () -> account.run(() -> action.apply(call(request)))));
  }

  private static void answer(
      ServerResponse response, int status, java.util.function.Supplier<ObjectNode> work) {
    ObjectNode body;
    int answered = status;
    try {
      body = work.get();
    } catch (CalcomError e) {
      body = e.json();
      answered = e.status();
    }
    Json.send(response, answered, body);
  }

  private static Call call(ServerRequest request) {
    Map<String, String> query = new HashMap<>();
    request.query().names().forEach(name -> query.put(name, request.query().get(name)));
    byte[] body = Json.body(request);
    try {
      return new Call(
          request.path().pathParameters().first("id").orElse(""),
          query,
          body.length == 0 ? Json.object() : Json.readObject(body));
    } catch (IllegalArgumentException e) {
      throw CalcomError.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static String header(ServerRequest request, String name) {
    return request.headers().first(HeaderNames.create(name)).orElse("");
  }

  private static ObjectNode data(JsonNode data) {
    ObjectNode answer = Json.object();
    answer.put("status", "success");
    answer.set("data", data);
    return answer;
  }

  private ArrayNode list(Account.Kind kind) {
    ArrayNode list = Json.array();
    account.list(kind).forEach(list::add);
    return list;
  }

  private ObjectNode me() {
    ObjectNode me = Json.object();
    me.put("id", 5).put("username", Account.USERNAME).put("email", Account.EMAIL);
    me.put("name", "Pro Host").put("timeZone", account.zone().getId());
    return me;
  }

  private ObjectNode slots(Call call) {
    ObjectNode type =
        account.get(Account.Kind.EVENT_TYPE, call.query.getOrDefault("eventTypeId", "none"));
    ZoneId zone = Bookings.zone(call.query.getOrDefault("timeZone", "UTC"));
    Instant from = Bookings.time(Json.object().stringNode(call.query.getOrDefault("start", "")));
    Instant to = Bookings.time(Json.object().stringNode(call.query.getOrDefault("end", "")));
    boolean range = call.query.getOrDefault("format", "time").equals("range");
    ObjectNode days = Json.object();
    for (Instant at :
        slots.free(type, from, to, call.query.getOrDefault("bookingUidToReschedule", ""))) {
      ObjectNode slot = days.withArray(at.atZone(zone).toLocalDate().toString()).addObject();
      slot.put("start", at.atZone(zone).toOffsetDateTime().toString());
      if (range) {
        Instant end = at.plus(Duration.ofMinutes(type.path("lengthInMinutes").asInt()));
        slot.put("end", end.atZone(zone).toOffsetDateTime().toString());
      }
    }
    return data(days);
  }

  private ObjectNode page(Call call) {
    List<ObjectNode> found = bookings.list(call.query);
    int take = Math.clamp(number(call.query.getOrDefault("take", "100")), 1, TAKE_MAX);
    int skip = Math.clamp(number(call.query.getOrDefault("skip", "0")), 0, found.size());
    ArrayNode shown = Json.array();
    found.stream().skip(skip).limit(take).map(CalcomRoutes::shown).forEach(shown::add);
    ObjectNode answer = data(shown);
    ObjectNode pages = answer.putObject("pagination");
    pages.put("totalItems", found.size());
    pages.put("returnedItems", shown.size());
    pages.put("remainingItems", found.size() - skip - shown.size());
    pages.put("hasNextPage", skip + shown.size() < found.size());
    pages.put("hasPreviousPage", skip > 0);
    return answer;
  }

  private static int number(String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw CalcomError.badRequest("take and skip are numbers");
    }
    return Integer.parseInt(text);
  }

  /// Without what is the sandbox's own.
  private static ObjectNode shown(ObjectNode booking) {
    ObjectNode shown = booking.deepCopy();
    shown.remove("sequence");
    return shown;
  }

  private ObjectNode everybody(String uid) {
    ObjectNode body = Json.object();
    ArrayNode attendees = body.putArray("attendees");
    for (JsonNode one : account.get(Account.Kind.BOOKING, uid).path("attendees")) {
      attendees.addObject().put("absent", true).set("email", one.path("email"));
    }
    return body;
  }

  private ObjectNode availability(Call call) {
    int from = call.body.path("from").asInt(9);
    int to = call.body.path("to").asInt(17);
    List<Integer> days =
        call.body.path("days").isArray()
            ? call.body.path("days").valueStream().map(day -> day.asInt(0)).toList()
            : List.of(1, 2, 3, 4, 5);
    if (from < 0 || to > 24 || from >= to || days.stream().anyMatch(day -> day < 1 || day > 7)) {
      throw CalcomError.badRequest("from and to are hours, days are 1 (Monday) to 7");
    }
    account.available(Bookings.zone(call.body.path("timeZone").asString("UTC")), from, to, days);
    return data(account.settings());
  }

  void register(URI url, String secret) {
    account.run(
        () -> {
          hooks.register(url, secret);
          return true;
        });
  }

  String eventType(String title, String slug) {
    return account.run(
        () -> {
          for (ObjectNode type : account.list(Account.Kind.EVENT_TYPE)) {
            if (type.path("slug").asString().equals(slug)) {
              return type.path("id").asString();
            }
          }
          ObjectNode body = Json.object();
          body.put("title", title).put("slug", slug).put("lengthInMinutes", 30);
          return types.create(body).path("id").asString();
        });
  }

  String book(String slug, String name, String email, String timeZone) {
    return account.run(
        () -> {
          ObjectNode type = types.bySlug(slug);
          Instant now = account.now();
          Instant start =
              slots.free(type, now, now.plus(Duration.ofDays(30)), "").stream()
                  .findFirst()
                  .orElseThrow(() -> CalcomError.badRequest("No time is free."));
          return bookings
              .create(BookingPage.wish(type, start, name, email, timeZone))
              .path("uid")
              .asString();
        });
  }
}
