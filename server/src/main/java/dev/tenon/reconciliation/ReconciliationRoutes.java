package dev.tenon.reconciliation;

import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/reconciliations`: what providers never sent.
public final class ReconciliationRoutes {
  private final Database database;
  private final Connections connections;
  private final Reconciliations reconciliations;
  private final InstantSource clock;

  private ReconciliationRoutes(
      Database database,
      Connections connections,
      Reconciliations reconciliations,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.reconciliations = reconciliations;
    this.clock = clock;
  }

  public static void declare(
      Routes routes,
      Database database,
      Connections connections,
      Reconciliations reconciliations,
      InstantSource clock) {
    var here = new ReconciliationRoutes(database, connections, reconciliations, clock);
    String path = "/v1/tenants/{tenant}/reconciliations";
    routes
        .post(
            path,
            Scope.WEBHOOKS_WRITE,
            CreateReconciliation.class,
            ReconciliationView.class,
            "Look for events that a provider never sent",
            here::create)
        .answers(202);
    routes
        .list(
            path,
            Scope.WEBHOOKS_READ,
            ReconciliationView.class,
            "List the reconciliations",
            here::list)
        .query("connection", "Only those of this connection.");
    routes.get(
        path + "/{reconciliation}",
        Scope.WEBHOOKS_READ,
        ReconciliationReport.class,
        "Get a reconciliation with what was missing by kind",
        here::get);
    routes.list(
        path + "/{reconciliation}/events",
        Scope.WEBHOOKS_READ,
        MissingView.class,
        "List what a reconciliation found missing",
        here::events);
  }

  /// What to look through.
  public record CreateReconciliation(
      @About("A connection to a provider that lists its events, such as `stripe`.")
          String connection,
      @About(
              "From when on; where it is not given, from where the last one ended, or from when the"
                  + " connection was made. What the provider has forgotten (Stripe: 30 days) is told"
                  + " as `gap_since`.")
          @Nullable Instant since,
      @About(
              "Up to when. Where it is not given, some minutes ago (`reconciliation.grace-minutes`):"
                  + " what is younger may be on its way as a webhook.")
          @Nullable Instant until) {}

  /// A reconciliation in the API.
  public record ReconciliationView(
      String id,
      String connection,
      Reconciliation.State state,
      Reconciliation.Cause cause,
      Instant since,
      Instant until,
      @About(
              "Since when events may be missing that the provider has forgotten; null where there is"
                  + " no such time.")
          @Nullable Instant gapSince,
      @About("How many events the provider listed so far.") int listed,
      @About("How many of these had never come, and are received now.") int missing,
      @About("What holds it up or why it failed; empty otherwise.") String trouble,
      Instant createdAt,
      @Nullable Instant finishedAt) {}

  /// The same with what was missing.
  public record ReconciliationReport(
      String id,
      String connection,
      Reconciliation.State state,
      Reconciliation.Cause cause,
      Instant since,
      Instant until,
      @About(
              "Since when events may be missing that the provider has forgotten; null where there is"
                  + " no such time.")
          @Nullable Instant gapSince,
      @About("How many events the provider listed so far.") int listed,
      @About("How many of these had never come, and are received now.") int missing,
      @About("The same by the provider's word for what happened.")
          Map<String, Integer> missingByKind,
      @About("What holds it up or why it failed; empty otherwise.") String trouble,
      Instant createdAt,
      @Nullable Instant finishedAt) {}

  /// An event that was missing.
  public record MissingView(
      @About("The provider's id of the event.") String event,
      String kind,
      @About("The provider's id of what it is about.") String object,
      Instant occurredAt,
      @About("What it became; its facts tell what came of it.") String receivedEvent) {}

  private ReconciliationView create(Request request, CreateReconciliation body) {
    Instant now = clock.instant();
    Instant until = body.until();
    if (until != null && until.isAfter(now)) {
      throw ProblemException.invalidField("until", "`until` is not in the future.");
    }
    if (body.since() != null && !body.since().isBefore(until == null ? now : until)) {
      throw ProblemException.invalidField("since", "`since` is before `until`, and in the past.");
    }
    Reconciliation made = database.asTenant(request.tenant(), tx -> start(tx, request, body));
    reconciliations.announce();
    return view(made);
  }

  private Reconciliation start(TenantTx tx, Request request, CreateReconciliation body) {
    Connection connection =
        ConnectionId.parse(body.connection())
            .flatMap(id -> connections.find(tx, id))
            .orElseThrow(
                () ->
                    new ProblemException(
                        ProblemCode.REQUEST_NOT_FOUND,
                        "This tenant has no such connection.",
                        "connection"));
    if (connection.state() == Connection.State.DISABLED) {
      throw new ProblemException(
          ProblemCode.REQUEST_CONFLICT, "The connection is disabled; enable it first.");
    }
    return switch (reconciliations.start(
        tx,
        connection,
        body.since(),
        body.until(),
        request.effect().orElse(null),
        "key " + request.caller().key())) {
      case Reconciliations.Started.Yes yes -> yes.reconciliation();
      case Reconciliations.Started.Running running ->
          throw new ProblemException(
              ProblemCode.REQUEST_CONFLICT,
              "%s runs for this connection; wait for its end."
                  .formatted(Ids.write(Prefix.RECONCILIATION, running.id())));
      case Reconciliations.Started.NoSource _ ->
          throw ProblemException.invalidField(
              "connection", "This provider doesn't list its events.");
      case Reconciliations.Started.Nothing _ ->
          throw ProblemException.invalidField(
              "since",
              "Nothing lies between `since` and `until`, as far as the provider tells of it.");
    };
  }

  private Page<ReconciliationView> list(Request request) {
    Page.Ask ask = request.page();
    @Nullable UUID connection =
        request
            .query("connection")
            .map(
                text ->
                    ConnectionId.parse(text)
                        .orElseThrow(
                            () ->
                                new ProblemException(
                                    ProblemCode.REQUEST_INVALID_QUERY,
                                    "`connection` is not an id.",
                                    "connection"))
                        .uuid())
            .orElse(null);
    List<Reconciliation> rows =
        database.asTenant(
            request.tenant(),
            tx -> reconciliations.list(tx, connection, ask.before().orElse(null), ask.rows()));
    return Page.of(ask, rows, Reconciliation::id, ReconciliationRoutes::view);
  }

  private ReconciliationReport get(Request request) {
    UUID id = id(request);
    return database.asTenant(
        request.tenant(),
        tx ->
            report(
                reconciliations.find(tx, id).orElseThrow(ProblemException::notFound),
                reconciliations.kinds(tx, id)));
  }

  private Page<MissingView> events(Request request) {
    UUID id = id(request);
    Page.Ask ask = request.page();
    List<ReconciliationStore.Missing> rows =
        database.asTenant(
            request.tenant(),
            tx -> {
              Reconciliation _ =
                  reconciliations.find(tx, id).orElseThrow(ProblemException::notFound);
              return reconciliations.missing(tx, id, ask.before().orElse(null), ask.rows());
            });
    return Page.of(
        ask,
        rows,
        ReconciliationStore.Missing::id,
        missing ->
            new MissingView(
                missing.event(),
                missing.kind(),
                missing.object(),
                missing.occurredAt(),
                Ids.write(Prefix.RECEIVED_EVENT, missing.id())));
  }

  private static UUID id(Request request) {
    return Ids.read(Prefix.RECONCILIATION, request.path("reconciliation"))
        .orElseThrow(ProblemException::notFound);
  }

  private static ReconciliationView view(Reconciliation one) {
    return new ReconciliationView(
        Ids.write(Prefix.RECONCILIATION, one.id()),
        Ids.write(Prefix.CONNECTION, one.connection()),
        one.state(),
        one.cause(),
        one.since(),
        one.until(),
        one.gapSince(),
        one.listed(),
        one.missing(),
        one.trouble(),
        one.createdAt(),
        one.finishedAt());
  }

  private static ReconciliationReport report(Reconciliation one, Map<String, Integer> kinds) {
    return new ReconciliationReport(
        Ids.write(Prefix.RECONCILIATION, one.id()),
        Ids.write(Prefix.CONNECTION, one.connection()),
        one.state(),
        one.cause(),
        one.since(),
        one.until(),
        one.gapSince(),
        one.listed(),
        one.missing(),
        kinds,
        one.trouble(),
        one.createdAt(),
        one.finishedAt());
  }
}
