package dev.tenon.delivery;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.EventType;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.replay.ReplayRange;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/delivery-replays`: many deliveries made anew.
public final class DeliveryReplayRoutes {
  private final Database database;
  private final Endpoints endpoints;
  private final Deliveries deliveries;
  private final InstantSource clock;

  private DeliveryReplayRoutes(
      Database database, Endpoints endpoints, Deliveries deliveries, InstantSource clock) {
    this.database = database;
    this.endpoints = endpoints;
    this.deliveries = deliveries;
    this.clock = clock;
  }

  public static void declare(
      Routes routes,
      Database database,
      Endpoints endpoints,
      Deliveries deliveries,
      InstantSource clock) {
    var here = new DeliveryReplayRoutes(database, endpoints, deliveries, clock);
    String path = "/v1/tenants/{tenant}/delivery-replays";
    Class<DeliveryReplayView> view = DeliveryReplayView.class;
    routes
        .post(
            path,
            Scope.WEBHOOKS_WRITE,
            CreateDeliveryReplay.class,
            view,
            "Replay many deliveries",
            here::create)
        .answers(202);
    routes.list(path, Scope.WEBHOOKS_READ, view, "List the replays of deliveries", here::list);
    routes.get(
        path + "/{replay}", Scope.WEBHOOKS_READ, view, "Get a replay of deliveries", here::get);
    routes.act(
        path + "/{replay}/cancel",
        Scope.WEBHOOKS_WRITE,
        view,
        "Cancel a replay of deliveries",
        here::cancel);
  }

  /// Which deliveries to make anew.
  public record CreateDeliveryReplay(
      @About(
              "`failed`, `cancelled`, `delivered`, or `missing`: events that the endpoint listens to"
                  + " and never had a delivery of.")
          DeliveryReplay.Which state,
      @About("Only those to this endpoint. Needed with `missing`.") @Nullable String endpoint,
      @About("Only those of events of this type.") @Nullable String type,
      @About("Only those of events told from then on. Needed with `delivered` and `missing`.")
          @Nullable Instant since,
      @About("Only those of events told before then; now where it is not given.")
          @Nullable Instant until,
      @About("How many at most, 1 to 100000; 10000 where it is not given.") @Nullable Integer limit,
      @About("Count only, change nothing.") @Nullable Boolean dryRun) {}

  /// A replay in the API.
  public record DeliveryReplayView(
      @About("Null for a dry run, which leaves nothing behind.") @Nullable String id,
      @About("`running`, `done`, `cancelled`, or `dry_run`.") String state,
      DeliveryReplay.Which deliveryState,
      @Nullable String endpoint,
      @Nullable String type,
      Instant since,
      Instant until,
      int limit,
      @About("How many fitted when it was asked for, up to `limit`.") int matched,
      @About("Whether more than `limit` fitted.") boolean more,
      @About("How many were put into the queue so far.") int replayed,
      Instant createdAt,
      @Nullable Instant finishedAt) {}

  private DeliveryReplayView create(Request request, CreateDeliveryReplay body) {
    Instant now = clock.instant();
    DeliveryReplay.Filter filter = filter(request, body, now);
    if (Boolean.TRUE.equals(body.dryRun())) {
      return view(
          new DeliveryReplay(
              new UUID(0, 0),
              "dry_run",
              filter,
              deliveries.count(request.tenant(), filter),
              0,
              "",
              now,
              now));
    }
    return deliveries
        .start(
            request.tenant(),
            request.effect().orElse(null),
            filter,
            "key " + request.caller().key())
        .map(DeliveryReplayRoutes::view)
        .orElseThrow(() -> ReplayRange.tooMany(Deliveries.RUNNING_MAX));
  }

  private DeliveryReplay.Filter filter(Request request, CreateDeliveryReplay body, Instant now) {
    boolean missing = body.state() == DeliveryReplay.Which.MISSING;
    boolean wide = missing || body.state() == DeliveryReplay.Which.DELIVERED;
    if (wide && body.since() == null) {
      throw new ProblemException(
          ProblemCode.REQUEST_MISSING_FIELD, "Say since when: these may be many.", "since");
    }
    if (missing && body.endpoint() == null) {
      throw new ProblemException(
          ProblemCode.REQUEST_MISSING_FIELD, "Say which endpoint misses them.", "endpoint");
    }
    if (body.type() != null && EventType.parse(body.type()).isEmpty()) {
      throw ProblemException.invalidField(
          "type", "`type` is one of those that /v1/event-types lists.");
    }
    ReplayRange range =
        ReplayRange.of(
            body.since(),
            body.until(),
            body.limit() == null ? DeliveryReplay.Filter.DELIVERIES_DEFAULT : body.limit(),
            DeliveryReplay.Filter.DELIVERIES_MAX,
            now);
    return new DeliveryReplay.Filter(
        body.state(),
        endpoint(request, body.endpoint()),
        body.type(),
        range.since(),
        range.until(),
        range.limit());
  }

  /// One of another tenant is not found, like one that never was.
  private @Nullable UUID endpoint(Request request, @Nullable String text) {
    if (text == null) {
      return null;
    }
    return Ids.read(Prefix.ENDPOINT, text)
        .flatMap(
            id ->
                database.<Optional<Endpoint>>asTenant(
                    request.tenant(), tx -> endpoints.find(tx, id)))
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemCode.REQUEST_NOT_FOUND, "This tenant has no such endpoint.", "endpoint"))
        .id();
  }

  private Page<DeliveryReplayView> list(Request request) {
    Page.Ask ask = request.page();
    List<DeliveryReplay> rows = deliveries.list(request.tenant(), ask.before(), ask.rows());
    return Page.of(ask, rows, DeliveryReplay::id, DeliveryReplayRoutes::view);
  }

  private DeliveryReplayView get(Request request) {
    return deliveries
        .find(request.tenant(), id(request))
        .map(DeliveryReplayRoutes::view)
        .orElseThrow(ProblemException::notFound);
  }

  private DeliveryReplayView cancel(Request request) {
    boolean _ = deliveries.cancel(request.tenant(), id(request));
    return get(request);
  }

  private static UUID id(Request request) {
    return Ids.read(Prefix.REPLAY, request.path("replay")).orElseThrow(ProblemException::notFound);
  }

  private static DeliveryReplayView view(DeliveryReplay replay) {
    DeliveryReplay.Filter filter = replay.filter();
    @Nullable UUID endpoint = filter.endpoint();
    return new DeliveryReplayView(
        replay.state().equals("dry_run") ? null : Ids.write(Prefix.REPLAY, replay.id()),
        replay.state(),
        filter.which(),
        endpoint == null ? null : Endpoint.write(endpoint),
        filter.type(),
        filter.since(),
        filter.until(),
        filter.deliveriesMax(),
        Math.min(replay.matched(), filter.deliveriesMax()),
        replay.matched() > filter.deliveriesMax(),
        replay.replayed(),
        replay.createdAt(),
        replay.finishedAt());
  }
}
