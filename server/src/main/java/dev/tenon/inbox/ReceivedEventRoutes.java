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
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/received-events`: what providers sent, and what became of it.
public final class ReceivedEventRoutes {
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

  private record Row(
      UUID id,
      UUID connection,
      String provider,
      Instant receivedAt,
      int bodyBytes,
      List<UUID> facts,
      List<UUID> lanes) {}

  private Page<ReceivedEventView> list(Request request) {
    Page.Ask ask = request.page();
    return database.asTenant(
        request.tenant(),
        tx -> {
          List<Row> rows =
              tx.handle()
                  .createQuery(
                      """
                      select id, connection_id, provider, received_at, body_bytes, fact_ids, lane_ids
                      from received_event
                      where tenant_id = :tenant and (:before::uuid is null or id < :before::uuid)
                      order by id desc limit :limit
                      """)
                  .bind("tenant", request.tenant().uuid())
                  .bind("before", ask.before().orElse(null))
                  .bind("limit", ask.rows())
                  .map((row, context) -> row(row))
                  .list();
          return Page.of(ask, rows, Row::id, row -> view(tx, row));
        });
  }

  private ReceivedEventView get(Request request) {
    UUID id = id(request);
    return database.asTenant(
        request.tenant(), tx -> view(tx, find(tx, id).orElseThrow(ProblemException::notFound)));
  }

  private Replayed replay(Request request) {
    UUID id = id(request);
    Row row =
        database
            .asTenant(request.tenant(), tx -> find(tx, id))
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

  private static java.util.Optional<Row> find(dev.tenon.db.TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            """
            select id, connection_id, provider, received_at, body_bytes, fact_ids, lane_ids
            from received_event where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, context) -> row(row))
        .findOne();
  }

  private static Row row(java.sql.ResultSet row) throws java.sql.SQLException {
    return new Row(
        row.getObject("id", UUID.class),
        row.getObject("connection_id", UUID.class),
        row.getString("provider"),
        row.getObject("received_at", OffsetDateTime.class).toInstant(),
        row.getInt("body_bytes"),
        Arrays.asList((UUID[]) row.getArray("fact_ids").getArray()),
        Arrays.asList((UUID[]) row.getArray("lane_ids").getArray()));
  }

  private static ReceivedEventView view(dev.tenon.db.TenantTx tx, Row row) {
    List<FactView> facts =
        new ArrayList<>(
            tx.handle()
                .createQuery(
                    """
                    select id, kind, object, occurred_at, 'waiting' as state, last_error as result,
                      failures
                    from waiting_fact
                    where tenant_id = :tenant and lane_id = any(:lanes) and id = any(:ids)
                    union all
                    select id, kind, object, occurred_at, state, result, failures
                    from fact where tenant_id = :tenant and id = any(:ids)
                    order by id
                    """)
                .bind("tenant", tx.tenant().uuid())
                .bindArray("ids", UUID.class, row.facts())
                .bindArray("lanes", UUID.class, row.lanes())
                .map(
                    (fact, context) ->
                        new FactView(
                            Ids.write(Prefix.FACT, fact.getObject("id", UUID.class)),
                            fact.getString("kind"),
                            fact.getString("object"),
                            fact.getObject("occurred_at", OffsetDateTime.class).toInstant(),
                            fact.getString("state"),
                            fact.getString("result"),
                            fact.getInt("failures")))
                .list());
    return new ReceivedEventView(
        Ids.write(Prefix.RECEIVED_EVENT, row.id()),
        Ids.write(Prefix.CONNECTION, row.connection()),
        row.provider(),
        row.receivedAt(),
        row.bodyBytes(),
        facts);
  }
}
