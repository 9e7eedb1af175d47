package dev.tenon.inbox;

import dev.tenon.access.Scope;
import dev.tenon.connection.ConnectionId;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Replays;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/received-events` and `…/facts`: what providers sent, and what became of
/// it.
public final class ReceivedEventRoutes {
  /// How far back a search in facts goes when it doesn't say.
  private static final Duration SEARCHED = Duration.ofDays(7);

  private static final int KIND_CHARS_MAX = 200;

  private final Database database;
  private final Replays replays;
  private final InstantSource clock;
  private final ReceivedEventStore store = new ReceivedEventStore();

  private ReceivedEventRoutes(Database database, Replays replays, InstantSource clock) {
    this.database = database;
    this.replays = replays;
    this.clock = clock;
  }

  public static void declare(
      Routes routes, Database database, Replays replays, InstantSource clock) {
    var here = new ReceivedEventRoutes(database, replays, clock);
    String tenant = "/v1/tenants/{tenant}";
    String path = tenant + "/received-events";
    routes
        .list(
            path,
            Scope.WEBHOOKS_READ,
            ReceivedEventView.class,
            "List the received events",
            here::list)
        .query("connection", "Only those of this connection.")
        .query(
            "state",
            "Only those with a fact in this state: `waiting`, `held` (waiting for its next try),"
                + " `applied`, `ignored`, `unassigned` or `dead`.")
        .query(
            "kind",
            "Only those with a fact of this kind; `invoice.*` stands for all that begin so.")
        .query(
            "since",
            "Only those received from this time on, as RFC 3339. With `state` or `kind` it is seven"
                + " days ago where it is not given.")
        .query("until", "Only those received before this time, as RFC 3339.");
    routes.get(
        path + "/{received_event}",
        Scope.WEBHOOKS_READ,
        ReceivedEventView.class,
        "Get a received event",
        here::get);
    routes.act(
        path + "/{received_event}/replay",
        Scope.WEBHOOKS_WRITE,
        Replayed.class,
        "Replay a received event",
        here::replay);
    routes.get(
        tenant + "/facts/{fact}", Scope.WEBHOOKS_READ, FactView.class, "Get a fact", here::getFact);
    routes.act(
        tenant + "/facts/{fact}/replay",
        Scope.WEBHOOKS_WRITE,
        Replayed.class,
        "Replay a fact",
        here::replayFact);
  }

  /// A received event in the API.
  public record ReceivedEventView(
      String id,
      String connection,
      String provider,
      @About(
              "`webhook`, `reconciliation` (it never came, and was found in the provider's list), or"
                  + " `fetch` (what came was not enough, so the provider was asked).")
          ReceivedFrom origin,
      Instant receivedAt,
      int bodyBytes,
      List<FactView> facts) {}

  /// A fact in the API.
  public record FactView(
      String id,
      String receivedEvent,
      @About("The provider's word for what happened.") String kind,
      @About("The provider's id of what it is about.") String object,
      Instant occurredAt,
      @About("`waiting` until it is `applied`, `ignored`, `unassigned` or `dead`.") String state,
      @About("What changed or why nothing did; the last error while it waits.")
          @Nullable String result,
      @About("How many tries failed.") int failures,
      @About("When it is tried again, while it is held back after a failure.")
          @Nullable Instant nextTryAt,
      @About("When it got the state it has; null while it waits.") @Nullable Instant finishedAt) {}

  /// How many facts were put back into the queue.
  public record Replayed(int facts) {}

  private Page<ReceivedEventView> list(Request request) {
    Page.Ask ask = request.page();
    ReceivedEventFilter filter = filter(request);
    return database.asTenant(
        request.tenant(),
        tx -> {
          List<ReceivedEventStore.Event> events =
              store.list(tx, filter, ask.before().orElse(null), ask.rows());
          Map<UUID, List<ReceivedEventStore.Fact>> facts = store.facts(tx, events);
          return Page.of(
              ask,
              events,
              ReceivedEventStore.Event::id,
              event -> view(event, facts.getOrDefault(event.id(), List.of())));
        });
  }

  private ReceivedEventFilter filter(Request request) {
    @Nullable ConnectionId connection =
        request
            .query("connection")
            .map(
                text ->
                    ConnectionId.parse(text)
                        .orElseThrow(() -> wrong("connection", "`connection` is not an id.")))
            .orElse(null);
    ReceivedEventFilter.@Nullable State state =
        request.query("state").map(ReceivedEventRoutes::state).orElse(null);
    @Nullable String kind =
        request.query("kind").map(text -> checkedKind(text, "kind")).orElse(null);
    Instant until = request.queryTime("until").orElse(Request.LATEST);
    Instant usual = state != null || kind != null ? clock.instant().minus(SEARCHED) : Instant.EPOCH;
    return new ReceivedEventFilter(
        connection == null ? null : connection.uuid(),
        state,
        kind,
        request.queryTime("since").orElse(usual),
        until);
  }

  private static ReceivedEventFilter.State state(String text) {
    return Arrays.stream(ReceivedEventFilter.State.values())
        .filter(state -> word(state).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    "state",
                    "`state` is one of: %s."
                        .formatted(
                            Arrays.stream(ReceivedEventFilter.State.values())
                                .map(ReceivedEventRoutes::word)
                                .collect(Collectors.joining(", ")))));
  }

  private static String word(ReceivedEventFilter.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static String checkedKind(String text, String param) {
    if (text.isBlank() || text.length() > KIND_CHARS_MAX || text.indexOf('\0') >= 0) {
      throw wrong(param, "`%s` has 1 to %d characters.".formatted(param, KIND_CHARS_MAX));
    }
    return text;
  }

  private static ProblemException wrong(String param, String detail) {
    return new ProblemException(ProblemCode.REQUEST_INVALID_QUERY, detail, param);
  }

  private ReceivedEventView get(Request request) {
    UUID id = id(request);
    return database.asTenant(
        request.tenant(),
        tx -> {
          ReceivedEventStore.Event event =
              store.find(tx, id).orElseThrow(ProblemException::notFound);
          return view(event, store.facts(tx, List.of(event)).getOrDefault(id, List.of()));
        });
  }

  private Replayed replay(Request request) {
    UUID id = id(request);
    ReceivedEventStore.Event event =
        database
            .asTenant(request.tenant(), tx -> store.find(tx, id))
            .orElseThrow(ProblemException::notFound);
    int back = 0;
    for (UUID fact : event.facts()) {
      if (replays.replay(request.tenant(), fact, by(request))) {
        back++;
      }
    }
    return new Replayed(back);
  }

  private FactView getFact(Request request) {
    return view(fact(request));
  }

  private Replayed replayFact(Request request) {
    ReceivedEventStore.Fact fact = fact(request);
    boolean back = replays.replay(request.tenant(), fact.id(), by(request));
    return new Replayed(back ? 1 : 0);
  }

  private ReceivedEventStore.Fact fact(Request request) {
    UUID id = Ids.read(Prefix.FACT, request.path("fact")).orElseThrow(ProblemException::notFound);
    return database
        .asTenant(request.tenant(), tx -> store.findFact(tx, id))
        .orElseThrow(ProblemException::notFound);
  }

  private static UUID id(Request request) {
    return Ids.read(Prefix.RECEIVED_EVENT, request.path("received_event"))
        .orElseThrow(ProblemException::notFound);
  }

  private static String by(Request request) {
    return "key " + request.caller().key();
  }

  private static ReceivedEventView view(
      ReceivedEventStore.Event event, List<ReceivedEventStore.Fact> facts) {
    return new ReceivedEventView(
        Ids.write(Prefix.RECEIVED_EVENT, event.id()),
        Ids.write(Prefix.CONNECTION, event.connection()),
        event.provider(),
        event.origin(),
        event.receivedAt(),
        event.bodyBytes(),
        facts.stream().map(ReceivedEventRoutes::view).toList());
  }

  private static FactView view(ReceivedEventStore.Fact fact) {
    return new FactView(
        Ids.write(Prefix.FACT, fact.id()),
        Ids.write(Prefix.RECEIVED_EVENT, fact.receivedEvent()),
        fact.kind(),
        fact.object(),
        fact.occurredAt(),
        fact.state(),
        fact.result(),
        fact.failures(),
        fact.nextTryAt(),
        fact.finishedAt());
  }
}
