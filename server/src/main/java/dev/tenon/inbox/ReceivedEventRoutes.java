package dev.tenon.inbox;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Replays;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/received-events`: what providers sent, and what became of it.
public final class ReceivedEventRoutes {
  private final ReceivedEventStore store = new ReceivedEventStore();
  private final Database database;
  private final Replays replays;

  private ReceivedEventRoutes(Database database, Replays replays) {
    this.database = database;
    this.replays = replays;
  }

  public static void declare(Routes routes, Database database, Replays replays) {
    var here = new ReceivedEventRoutes(database, replays);
    String path = "/v1/tenants/{tenant}/received-events";
    routes.list(
        path, Scope.WEBHOOKS_READ, ReceivedEventView.class, "List the received events", here::list);
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
  }

  /// A received event in the API.
  public record ReceivedEventView(
      String id,
      String connection,
      String provider,
      Instant receivedAt,
      int bodyBytes,
      List<FactView> facts) {}

  /// A fact in the API. `state` is `waiting` until it has an end.
  public record FactView(
      String id,
      String kind,
      String object,
      Instant occurredAt,
      String state,
      @Nullable String result,
      int failures) {}

  /// How many facts were put back into the queue.
  public record Replayed(int facts) {}

  private Page<ReceivedEventView> list(Request request) {
    Page.Ask ask = request.page();
    return database.asTenant(
        request.tenant(),
        tx ->
            Page.of(
                ask,
                store.list(tx, ask.before(), ask.rows()),
                ReceivedEventStore.Row::id,
                row -> view(row, store.facts(tx, row))));
  }

  private ReceivedEventView get(Request request) {
    UUID id = id(request);
    return database.asTenant(
        request.tenant(),
        tx -> {
          ReceivedEventStore.Row row = store.find(tx, id).orElseThrow(ProblemException::notFound);
          return view(row, store.facts(tx, row));
        });
  }

  private Replayed replay(Request request) {
    UUID id = id(request);
    ReceivedEventStore.Row row =
        database
            .asTenant(request.tenant(), tx -> store.find(tx, id))
            .orElseThrow(ProblemException::notFound);
    int back = 0;
    for (UUID fact : row.facts()) {
      if (replays.replay(request.tenant(), fact, "key " + request.caller().key())) {
        back++;
      }
    }
    return new Replayed(back);
  }

  private static UUID id(Request request) {
    return Ids.read(Prefix.RECEIVED_EVENT, request.path("received_event"))
        .orElseThrow(ProblemException::notFound);
  }

  private static ReceivedEventView view(
      ReceivedEventStore.Row row, List<ReceivedEventStore.FactRow> facts) {
    return new ReceivedEventView(
        Ids.write(Prefix.RECEIVED_EVENT, row.id()),
        Ids.write(Prefix.CONNECTION, row.connection()),
        row.provider(),
        row.receivedAt(),
        row.bodyBytes(),
        facts.stream().map(ReceivedEventRoutes::view).toList());
  }

  private static FactView view(ReceivedEventStore.FactRow fact) {
    return new FactView(
        Ids.write(Prefix.FACT, fact.id()),
        fact.kind(),
        fact.object(),
        fact.occurredAt(),
        fact.state(),
        fact.result(),
        fact.failures());
  }
}
