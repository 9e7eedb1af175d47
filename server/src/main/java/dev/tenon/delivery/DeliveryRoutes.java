package dev.tenon.delivery;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.event.EventType;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/deliveries`.
public final class DeliveryRoutes {
  private final Database database;
  private final Deliveries deliveries;

  private DeliveryRoutes(Database database, Deliveries deliveries) {
    this.database = database;
    this.deliveries = deliveries;
  }

  public static void declare(Routes routes, Database database, Deliveries deliveries) {
    var here = new DeliveryRoutes(database, deliveries);
    String path = "/v1/tenants/{tenant}/deliveries";
    routes
        .list(path, Scope.WEBHOOKS_READ, DeliveryView.class, "List the deliveries", here::list)
        .query("endpoint", "Only those to this endpoint.")
        .query(
            "state",
            "Only those in this state: `waiting`, `sending`, `retrying`, `held`, `delivered`,"
                + " `failed` or `cancelled`.")
        .query("event", "Only those of this event.")
        .query("type", "Only those of events of this type.")
        .query("since", "Only those of events told from this time on, as RFC 3339.")
        .query("until", "Only those of events told before this time, as RFC 3339.");
    routes.get(
        path + "/{delivery}",
        Scope.WEBHOOKS_READ,
        DeliveryView.class,
        "Get a delivery with its tries",
        here::get);
    routes.act(
        path + "/{delivery}/replay",
        Scope.WEBHOOKS_WRITE,
        DeliveryView.class,
        "Replay a delivery",
        here::replay);
  }

  /// A delivery in the API.
  public record DeliveryView(
      String id,
      String endpoint,
      String event,
      @About("Whose event it is; another tenant only at an endpoint of the platform.")
          String eventTenant,
      String type,
      @About("The id of the object that the event is about.") String about,
      @About(
              "`waiting`, `sending`, `retrying` or `held` until it is `delivered`, `failed` or"
                  + " `cancelled`.")
          String state,
      @About("How many calls were made.") int attempts,
      @About("Of the last answer.") @Nullable Integer lastStatus,
      @About("What came of the last call, or why it was given up; empty when all is well.")
          String reason,
      @About("When the event was told.") Instant createdAt,
      @Nullable Instant nextTryAt,
      @Nullable Instant finishedAt,
      @About("The calls, the first one first; in a list null.") @Nullable List<TryView> tries) {}

  /// One call to an endpoint.
  public record TryView(
      int number,
      @About(
              "`delivered` (2xx), `refused` (any other answer), `unreachable` (nothing was sent) or"
                  + " `no_answer` (the receiver may have acted).")
          String outcome,
      @Nullable Integer status,
      @About("The few of the answer that help to find the receiver's own log.")
          Map<String, String> headers,
      @About("The first 1 KB of the answer.") String body,
      @About("What went wrong, in words.") String error,
      String url,
      int durationMs,
      Instant startedAt,
      @About("When it was to be tried again.") @Nullable Instant nextAt) {}

  private Page<DeliveryView> list(Request request) {
    Page.Ask ask = request.page();
    var filter =
        new DeliveryFilter(
            request
                .query("endpoint")
                .map(text -> id(Prefix.ENDPOINT, "endpoint", text))
                .orElse(null),
            request.query("state").map(DeliveryRoutes::state).orElse(null),
            request.query("event").map(text -> id(Prefix.EVENT, "event", text)).orElse(null),
            request.query("type").map(DeliveryRoutes::type).orElse(null),
            request.queryTime("since").orElse(Instant.EPOCH),
            request.queryTime("until").orElse(Request.LATEST));
    List<Delivery> rows =
        database.asTenant(
            request.tenant(), tx -> DeliveryQueries.list(tx, filter, ask.before(), ask.rows()));
    return Page.of(ask, rows, Delivery::id, delivery -> view(delivery, null));
  }

  private static UUID id(Prefix prefix, String param, String text) {
    return Ids.read(prefix, text)
        .orElseThrow(() -> wrong(param, "`%s` is not an id.".formatted(param)));
  }

  private static Delivery.State state(String text) {
    return Arrays.stream(Delivery.State.values())
        .filter(state -> state.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    "state",
                    "`state` is one of: %s."
                        .formatted(
                            Arrays.stream(Delivery.State.values())
                                .map(Delivery.State::text)
                                .collect(Collectors.joining(", ")))));
  }

  private static String type(String text) {
    return EventType.parse(text)
        .map(EventType::text)
        .orElseThrow(() -> wrong("type", "`type` is one of those that /v1/event-types lists."));
  }

  private static ProblemException wrong(String param, String detail) {
    return new ProblemException(ProblemCode.REQUEST_INVALID_QUERY, detail, param);
  }

  private DeliveryView get(Request request) {
    UUID id =
        Ids.read(Prefix.DELIVERY, request.path("delivery")).orElseThrow(ProblemException::notFound);
    return database.asTenant(
        request.tenant(),
        tx ->
            view(
                DeliveryQueries.find(tx, id).orElseThrow(ProblemException::notFound),
                DeliveryQueries.tries(tx, id)));
  }

  private DeliveryView replay(Request request) {
    DeliveryView there = get(request);
    UUID id = Ids.read(Prefix.DELIVERY, there.id()).orElseThrow(ProblemException::notFound);
    // Of a run that was cut off it may be under way already.
    if (!deliveries.replay(request.tenant(), id, "key " + request.caller().key())
        && !request.isTakenUp()) {
      throw new ProblemException(
          ProblemCode.REQUEST_CONFLICT, "A call is under way; look again when it has ended.");
    }
    return get(request);
  }

  private static DeliveryView view(Delivery delivery, @Nullable List<DeliveryTry> tries) {
    return new DeliveryView(
        Ids.write(Prefix.DELIVERY, delivery.id()),
        Endpoint.write(delivery.endpoint()),
        Ids.write(Prefix.EVENT, delivery.event()),
        new TenantId(delivery.eventTenant()).toString(),
        delivery.type(),
        delivery.about(),
        delivery.state().text(),
        delivery.attempts(),
        delivery.lastStatus(),
        delivery.reason(),
        delivery.createdAt(),
        delivery.nextTryAt(),
        delivery.finishedAt(),
        tries == null ? null : tries.stream().map(DeliveryRoutes::view).toList());
  }

  private static TryView view(DeliveryTry one) {
    return new TryView(
        one.number(),
        one.outcome(),
        one.status(),
        one.headers(),
        one.body(),
        one.error(),
        one.url(),
        one.durationMillis(),
        one.startedAt(),
        one.nextAt());
  }
}
