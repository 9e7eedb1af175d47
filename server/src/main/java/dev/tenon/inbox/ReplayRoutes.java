package dev.tenon.inbox;

import dev.tenon.access.Scope;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Replay;
import dev.tenon.lane.ReplayFilter;
import dev.tenon.lane.Replays;
import dev.tenon.replay.ReplayRange;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/replays`: many facts applied anew.
public final class ReplayRoutes {
  private static final int KIND_CHARS_MAX = 200;

  private final Database database;
  private final Connections connections;
  private final Replays replays;
  private final InstantSource clock;

  private ReplayRoutes(
      Database database, Connections connections, Replays replays, InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.replays = replays;
    this.clock = clock;
  }

  public static void declare(
      Routes routes,
      Database database,
      Connections connections,
      Replays replays,
      InstantSource clock) {
    var here = new ReplayRoutes(database, connections, replays, clock);
    String path = "/v1/tenants/{tenant}/replays";
    routes
        .post(
            path,
            Scope.WEBHOOKS_WRITE,
            CreateReplay.class,
            ReplayView.class,
            "Replay many facts",
            here::create)
        .answers(202);
    routes.list(path, Scope.WEBHOOKS_READ, ReplayView.class, "List the replays", here::list);
    routes.get(
        path + "/{replay}", Scope.WEBHOOKS_READ, ReplayView.class, "Get a replay", here::get);
    routes.act(
        path + "/{replay}/cancel",
        Scope.WEBHOOKS_WRITE,
        ReplayView.class,
        "Cancel a replay",
        here::cancel);
  }

  /// Which facts to apply anew.
  public record CreateReplay(
      @About(
              "`dead`, `unassigned`, `held` (tried now instead of at its time), `ignored` or"
                  + " `applied`.")
          ReplayFilter.State state,
      @About("Only those of this connection.") @Nullable String connection,
      @About("Only those of this kind; `invoice.*` stands for all that begin so.")
          @Nullable String kind,
      @About("Only those received from then on. Needed with `ignored` and `applied`.")
          @Nullable Instant since,
      @About("Only those received before then; now where it is not given.") @Nullable Instant until,
      @About("How many at most, 1 to 100000; 10000 where it is not given.") @Nullable Integer limit,
      @About("Count only, change nothing.") @Nullable Boolean dryRun) {}

  /// A replay in the API.
  public record ReplayView(
      @About("Null for a dry run, which leaves nothing behind.") @Nullable String id,
      @About("`running`, `done`, `cancelled`, or `dry_run`.") String state,
      ReplayFilter.State factState,
      @Nullable String connection,
      @Nullable String kind,
      Instant since,
      Instant until,
      int limit,
      @About("How many facts fitted when it was asked for, up to `limit`.") int matched,
      @About("Whether more than `limit` fitted.") boolean more,
      @About("How many were put back so far.") int replayed,
      Instant createdAt,
      @Nullable Instant finishedAt) {}

  private ReplayView create(Request request, CreateReplay body) {
    Instant now = clock.instant();
    ReplayView made = database.asTenant(request.tenant(), tx -> create(tx, request, body, now));
    replays.announce();
    return made;
  }

  private ReplayView create(TenantTx tx, Request request, CreateReplay body, Instant now) {
    ReplayFilter filter = filter(tx, body, now);
    if (Boolean.TRUE.equals(body.dryRun())) {
      return view(
          new Replay(
              new UUID(0, 0), "dry_run", filter, replays.count(tx, filter), 0, "", now, now));
    }
    return view(
        replays
            .start(tx, request.effect().orElse(null), filter, "key " + request.caller().key())
            .orElseThrow(() -> ReplayRange.tooMany(Replays.RUNNING_MAX)));
  }

  private ReplayFilter filter(TenantTx tx, CreateReplay body, Instant now) {
    boolean wide =
        body.state() == ReplayFilter.State.APPLIED || body.state() == ReplayFilter.State.IGNORED;
    if (wide && body.since() == null) {
      throw new ProblemException(
          ProblemCode.REQUEST_MISSING_FIELD,
          "Most facts end as `%s`, so say since when.".formatted(body.state().text()),
          "since");
    }
    @Nullable String kind = body.kind();
    if (kind != null
        && (kind.isBlank() || kind.length() > KIND_CHARS_MAX || kind.indexOf('\0') >= 0)) {
      throw ProblemException.invalidField("kind", "`kind` has 1 to 200 characters.");
    }
    ReplayRange range =
        ReplayRange.of(
            body.since(),
            body.until(),
            body.limit() == null ? ReplayFilter.FACTS_DEFAULT : body.limit(),
            ReplayFilter.FACTS_MAX,
            now);
    return new ReplayFilter(
        body.state(),
        connection(tx, body.connection()),
        kind,
        range.since(),
        range.until(),
        range.limit());
  }

  /// A connection of another tenant is not found, like one that never was.
  private @Nullable UUID connection(TenantTx tx, @Nullable String text) {
    if (text == null) {
      return null;
    }
    return ConnectionId.parse(text)
        .flatMap(id -> connections.find(tx, id))
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemCode.REQUEST_NOT_FOUND,
                    "This tenant has no such connection.",
                    "connection"))
        .id()
        .uuid();
  }

  private Page<ReplayView> list(Request request) {
    Page.Ask ask = request.page();
    List<Replay> rows =
        database.asTenant(
            request.tenant(), tx -> replays.list(tx, ask.before().orElse(null), ask.rows()));
    return Page.of(ask, rows, Replay::id, ReplayRoutes::view);
  }

  private ReplayView get(Request request) {
    UUID id = id(request);
    return view(
        database
            .asTenant(request.tenant(), tx -> replays.find(tx, id))
            .orElseThrow(ProblemException::notFound));
  }

  private ReplayView cancel(Request request) {
    UUID id = id(request);
    boolean _ = replays.cancel(request.tenant(), id);
    return get(request);
  }

  private static UUID id(Request request) {
    return Ids.read(Prefix.REPLAY, request.path("replay")).orElseThrow(ProblemException::notFound);
  }

  private static ReplayView view(Replay replay) {
    ReplayFilter filter = replay.filter();
    boolean dryRun = replay.state().equals("dry_run");
    @Nullable UUID connection = filter.connection();
    return new ReplayView(
        dryRun ? null : Ids.write(Prefix.REPLAY, replay.id()),
        replay.state(),
        filter.state(),
        connection == null ? null : Ids.write(Prefix.CONNECTION, connection),
        filter.kind(),
        filter.since(),
        filter.until(),
        filter.factsMax(),
        Math.min(replay.matched(), filter.factsMax()),
        replay.matched() > filter.factsMax(),
        replay.replayed(),
        replay.createdAt(),
        replay.finishedAt());
  }
}
