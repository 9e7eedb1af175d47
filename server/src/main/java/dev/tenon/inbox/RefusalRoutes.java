package dev.tenon.inbox;

import dev.tenon.access.Scope;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// `/v1/tenants/{tenant}/connections/{connection}/refusals`: why webhooks were not accepted.
public final class RefusalRoutes {
  private static final List<Refusal.Reason> REASONS = List.of(Refusal.Reason.values());

  private final Database database;
  private final Connections connections;
  private final Refusals refusals;

  private RefusalRoutes(Database database, Connections connections, Refusals refusals) {
    this.database = database;
    this.connections = connections;
    this.refusals = refusals;
  }

  public static void declare(
      Routes routes, Database database, Connections connections, Refusals refusals) {
    var here = new RefusalRoutes(database, connections, refusals);
    routes.list(
        "/v1/tenants/{tenant}/connections/{connection}/refusals",
        Scope.WEBHOOKS_READ,
        RefusalView.class,
        "List the refused webhooks of a connection",
        here::list);
  }

  /// Refused webhooks in the API: one entry an hour and reason.
  public record RefusalView(
      @About("The first moment of the hour.") Instant hour,
      @About("Such as `signature_mismatch`, `too_old`, `no_secret`, `too_large` or `too_slow`.")
          String reason,
      @About("What the sender was answered.") int status,
      @About("How many in this hour.") long count,
      @About("What was wrong with the last one; nothing of its headers or body.") String detail,
      Instant firstAt,
      Instant lastAt) {}

  private Page<RefusalView> list(Request request) {
    ConnectionId id =
        ConnectionId.parse(request.path("connection")).orElseThrow(ProblemException::notFound);
    Page.Ask ask = request.page();
    Optional<Refusals.Place> after = ask.before().map(RefusalRoutes::place);
    List<Refusal> rows =
        database.asTenant(
            request.tenant(),
            tx -> {
              if (connections.find(tx, id).isEmpty()) {
                throw ProblemException.notFound();
              }
              return refusals.list(tx, id.uuid(), after, ask.rows());
            });
    return Page.of(ask, rows, RefusalRoutes::cursor, RefusalRoutes::view);
  }

  /// A place in the list in the form that cursors have.
  private static UUID cursor(Refusal refusal) {
    return new UUID(refusal.hour().getEpochSecond(), REASONS.indexOf(refusal.reason()));
  }

  private static Refusals.Place place(UUID cursor) {
    long reason = cursor.getLeastSignificantBits();
    long hour = cursor.getMostSignificantBits();
    if (reason < 0 || reason >= REASONS.size() || hour < 0 || hour > 1_000_000_000_000L) {
      throw new ProblemException(
          ProblemCode.REQUEST_INVALID_QUERY,
          "`cursor` is not a `next_cursor` of this list.",
          "cursor");
    }
    return new Refusals.Place(Instant.ofEpochSecond(hour), REASONS.get((int) reason));
  }

  private static RefusalView view(Refusal refusal) {
    return new RefusalView(
        refusal.hour(),
        refusal.reason().text(),
        refusal.status(),
        refusal.count(),
        refusal.detail(),
        refusal.firstAt(),
        refusal.lastAt());
  }
}
