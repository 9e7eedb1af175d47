package dev.tenon.sandbox.calcom;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Page;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// The pages on which a person books, moves and cancels: plain forms, no script.
final class BookingPage {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEEE, d MMMM yyyy, HH:mm", Locale.ENGLISH);
  private static final int SHOWN = 40;
  private static final Duration AHEAD = Duration.ofDays(14);

  private final Account account;
  private final EventTypes types;
  private final Slots slots;
  private final Bookings bookings;

  BookingPage(Account account, EventTypes types, Slots slots, Bookings bookings) {
    this.account = account;
    this.types = types;
    this.slots = slots;
    this.bookings = bookings;
  }

  void declare(HttpRouting.Builder routing) {
    routing
        .get("/_sandbox/bookings", (_, response) -> send(response, this::overview))
        .get(
            "/" + Account.USERNAME + "/{slug}",
            (request, response) -> send(response, () -> toBook(slug(request), Map.of(), "")))
        .post("/" + Account.USERNAME + "/{slug}", this::book)
        .get(
            "/booking/{uid}",
            (request, response) -> send(response, () -> booking(uid(request), "")))
        .post("/booking/{uid}", this::change)
        .get(
            "/video/{uid}",
            (_, response) ->
                Page.send(
                    response,
                    200,
                    Page.narrow("Cal.com", "Video", "<h1>Nobody is in this meeting</h1>")));
  }

  private static String slug(ServerRequest request) {
    return request.path().pathParameters().get("slug");
  }

  private static String uid(ServerRequest request) {
    return request.path().pathParameters().get("uid");
  }

  private void send(ServerResponse response, Supplier<Page> page) {
    try {
      Page.send(response, 200, account.run(page));
    } catch (CalcomError e) {
      Page.send(
          response,
          e.status(),
          Page.narrow(
              "Cal.com",
              "Not found",
              "<h1>Not found</h1><p>%s</p>"
                  .formatted(Page.escape(String.valueOf(e.getMessage())))));
    }
  }

  private Page overview() {
    StringBuilder body = new StringBuilder("<h1>What can be booked</h1>\n<ul>\n");
    for (ObjectNode type : account.list(Account.Kind.EVENT_TYPE)) {
      body.append(
          "<li><a href=\"/%s/%s\">%s</a> %d minutes</li>\n"
              .formatted(
                  Account.USERNAME,
                  Page.escape(type.path("slug").asString()),
                  Page.escape(type.path("title").asString()),
                  type.path("lengthInMinutes").asInt()));
    }
    body.append(
        """
        </ul>
        <h1>What is booked</h1>
        <p class="quiet">Say that nobody came with
        <code>curl -X POST …/_sandbox/bookings/UID/no-show</code>; <code>start</code> and
        <code>end</code> begin and end the meeting.</p>
        <ul>
        """);
    account.list(Account.Kind.BOOKING).reversed().stream()
        .limit(100)
        .forEach(
            one ->
                body.append(
                    "<li><a class=\"mono\" href=\"/booking/%s\">%s</a> %s, %s, %s</li>\n"
                        .formatted(
                            Page.escape(one.path("uid").asString()),
                            Page.escape(one.path("uid").asString()),
                            Page.escape(one.path("title").asString()),
                            Page.escape(one.path("start").asString()),
                            Page.escape(one.path("status").asString()))));
    return Page.wide("Cal.com", "Bookings", body + "</ul>\n");
  }

  private Page toBook(String slug, Map<String, String> given, String problem) {
    ObjectNode type = types.bySlug(slug);
    String zone = given.getOrDefault("timeZone", account.zone().getId());
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Page.escape(type.path("title").asString())));
    body.append(
        "<p class=\"quiet\">%d minutes with Pro Host</p>\n"
            .formatted(type.path("lengthInMinutes").asInt()));
    body.append(problem(problem));
    body.append("<form method=\"post\">\n").append(times(type, ""));
    body.append(
        """
        <label for="name">Your name</label>
        <input id="name" name="name" autocomplete="name" required value="%s">
        <label for="email">Email</label>
        <input id="email" name="email" type="email" autocomplete="email" required value="%s">
        <label for="timeZone">Your time zone</label>
        <input id="timeZone" name="timeZone" required value="%s">
        <label for="notes">Notes</label>
        <textarea id="notes" name="notes" rows="2">%s</textarea>
        <button class="primary wide" id="book">Book</button>
        </form>
        """
            .formatted(
                Page.escape(given.getOrDefault("name", "")),
                Page.escape(given.getOrDefault("email", "")),
                Page.escape(zone),
                Page.escape(given.getOrDefault("notes", ""))));
    return Page.narrow("Cal.com", "Book", body.toString());
  }

  private static String problem(String problem) {
    return problem.isEmpty()
        ? ""
        : "<p class=\"bad\" role=\"alert\">" + Page.escape(problem) + "</p>\n";
  }

  private String times(ObjectNode type, String moving) {
    Instant now = account.now();
    List<Instant> free = slots.free(type, now, now.plus(AHEAD), moving);
    StringBuilder select =
        new StringBuilder(
            "<label for=\"start\">Time (%s)</label>\n<select id=\"start\" name=\"start\" required>\n"
                .formatted(Page.escape(account.zone().getId())));
    free.stream()
        .limit(SHOWN)
        .forEach(
            at ->
                select.append(
                    "<option value=\"%s\">%s</option>\n"
                        .formatted(at, Page.escape(TIME.format(at.atZone(account.zone()))))));
    return select + "</select>\n";
  }

  private void book(ServerRequest request, ServerResponse response) {
    Map<String, String> form = form(request);
    String slug = slug(request);
    try {
      String uid =
          account.run(
              () -> {
                ObjectNode wish =
                    wish(
                        types.bySlug(slug),
                        Bookings.time(Json.object().stringNode(form.getOrDefault("start", ""))),
                        form.getOrDefault("name", ""),
                        form.getOrDefault("email", ""),
                        form.getOrDefault("timeZone", ""));
                if (!form.getOrDefault("notes", "").isBlank()) {
                  wish.putObject("bookingFieldsResponses").put("notes", form.get("notes"));
                }
                return bookings.create(wish).path("uid").asString();
              });
      goTo(response, "/booking/" + uid);
    } catch (CalcomError e) {
      send(response, () -> toBook(slug, form, String.valueOf(e.getMessage())));
    }
  }

  private Page booking(String uid, String problem) {
    ObjectNode booking = account.get(Account.Kind.BOOKING, uid);
    String status = booking.path("status").asString();
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Page.escape(booking.path("title").asString())));
    body.append(problem(problem));
    body.append(
        "<p id=\"status\" data-status=\"%s\">%s</p>\n"
            .formatted(Page.escape(status), Page.escape(inWords(booking, status))));
    body.append("<p>%s</p>\n".formatted(Page.escape(when(booking))));
    if (booking.has("rescheduledToUid")) {
      String to = Page.escape(booking.path("rescheduledToUid").asString());
      body.append("<p><a href=\"/booking/%s\">Where it was moved to</a></p>\n".formatted(to));
    }
    if (status.equals("accepted") || status.equals("pending")) {
      ObjectNode type =
          account.get(Account.Kind.EVENT_TYPE, booking.path("eventType").path("id").asString());
      body.append(
          """
          <form method="post" class="panel">
          <h2>Move it</h2>
          %s
          <button class="wide" id="move" name="action" value="move">Move</button>
          </form>
          <form method="post" class="panel">
          <h2>Cancel it</h2>
          <label for="reason">Why</label>
          <input id="reason" name="reason">
          <button class="wide" id="cancel" name="action" value="cancel">Cancel the booking</button>
          </form>
          """
              .formatted(times(type, uid)));
    }
    return Page.narrow("Cal.com", "Booking", body.toString());
  }

  private static String inWords(ObjectNode booking, String status) {
    return switch (status) {
      case "accepted" -> "It is booked.";
      case "pending" -> "It waits for the host to confirm it.";
      case "rejected" -> "The host declined it.";
      default -> booking.has("rescheduledToUid") ? "It was moved." : "It is cancelled.";
    };
  }

  private static String when(ObjectNode booking) {
    String zone = booking.path("attendees").path(0).path("timeZone").asString("UTC");
    Instant start = Instant.parse(booking.path("start").asString());
    try {
      return TIME.format(start.atZone(ZoneId.of(zone))) + " (" + zone + ")";
    } catch (DateTimeException _) {
      return start.toString();
    }
  }

  private void change(ServerRequest request, ServerResponse response) {
    Map<String, String> form = form(request);
    String uid = uid(request);
    try {
      String next =
          account.run(
              () -> {
                String guest =
                    account
                        .get(Account.Kind.BOOKING, uid)
                        .path("attendees")
                        .path(0)
                        .path("email")
                        .asString("");
                ObjectNode body = Json.object();
                if (form.getOrDefault("action", "").equals("move")) {
                  body.put("start", form.getOrDefault("start", "")).put("rescheduledBy", guest);
                  return bookings.reschedule(uid, body).path("uid").asString();
                }
                body.put("cancellationReason", form.getOrDefault("reason", ""));
                body.put("cancelledBy", guest);
                return bookings.cancel(uid, body).path("uid").asString();
              });
      goTo(response, "/booking/" + next);
    } catch (CalcomError e) {
      send(response, () -> booking(uid, String.valueOf(e.getMessage())));
    }
  }

  private static void goTo(ServerResponse response, String path) {
    response.status(303).header(HeaderNames.LOCATION, path).send();
  }

  /// A booking as the API takes it.
  static ObjectNode wish(
      ObjectNode type, Instant start, String name, String email, String timeZone) {
    ObjectNode body = Json.object();
    body.set("eventTypeId", type.path("id"));
    body.put("start", start.toString());
    body.putObject("attendee").put("name", name).put("email", email).put("timeZone", timeZone);
    return body;
  }

  private static Map<String, String> form(ServerRequest request) {
    Map<String, String> form = new HashMap<>();
    String body = new String(Json.body(request), StandardCharsets.UTF_8);
    for (String pair : body.split("&", 50)) {
      int at = pair.indexOf('=');
      try {
        if (at > 0) {
          form.put(decode(pair.substring(0, at)), decode(pair.substring(at + 1)).strip());
        }
      } catch (IllegalArgumentException _) {
        // What can't be decoded was not filled in.
      }
    }
    return form;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
