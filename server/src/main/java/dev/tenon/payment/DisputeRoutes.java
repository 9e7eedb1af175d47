package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `…/disputes`: what customers dispute at their bank, as Stripe told of it.
final class DisputeRoutes {
  private static final String DISPUTES = "/v1/tenants/{tenant}/disputes";

  private static final Set<String> STATES = Set.of("open", "won", "lost", "closed");

  private final Database database;
  private final DisputeQueries disputes = new DisputeQueries();

  private DisputeRoutes(Database database) {
    this.database = database;
  }

  static void declare(Routes routes, Database database) {
    var here = new DisputeRoutes(database);
    ListFilter.worlds(
            routes.list(
                DISPUTES, Scope.PAYMENTS_READ, DisputeView.class, "List the disputes", here::list))
        .query("state", "Only those in this state: `open`, `won`, `lost` or `closed`.");
    routes.get(
        DISPUTES + "/{dispute}",
        Scope.PAYMENTS_READ,
        DisputeView.class,
        "Get a dispute",
        here::get);
  }

  /// A dispute in the API; the amount in minor units of `currency`.
  public record DisputeView(
      String id,
      @About("The provider's id.") String providerId,
      @About("Our id of the payment; null while nobody has told what was charged for.")
          @Nullable String payment,
      @Nullable String chargeProviderId,
      @Nullable String paymentIntent,
      long amount,
      String currency,
      @About("The bank's word for why.") @Nullable String reason,
      @About("`open`, `won`, `lost` or `closed` (an inquiry that came to nothing).") String state,
      @About("Stripe's word for how it stands.") String providerStatus,
      @About("Until when evidence is taken, at Stripe.") @Nullable Instant respondBy,
      @About("Whether the money was taken from the account.") boolean fundsWithdrawn,
      @About("Whether it was given back.") boolean fundsReinstated,
      @About("When it was last heard of.") Instant updatedAt,
      @About("The connection that it was seen on.") String connection,
      @About("What that connection is for: `development`, `staging` or `production`.")
          String environment) {}

  private Page<DisputeView> list(Request request) {
    @Nullable String state = request.query("state").orElse(null);
    if (state != null && !STATES.contains(state)) {
      throw new ProblemException(
          ProblemCode.REQUEST_INVALID_QUERY, "`state` is open, won, lost or closed.", "state");
    }
    ListFilter filter = ListFilter.worlds(request);
    Page.Ask ask = request.page();
    return Page.of(
        ask,
        database.asTenant(request.tenant(), tx -> disputes.disputes(tx, ask, state, filter)),
        DisputeQueries.Listed::id,
        DisputeQueries.Listed::view);
  }

  private DisputeView get(Request request) {
    return Ids.read(Prefix.DISPUTE, request.path("dispute"))
        .flatMap(id -> database.asTenant(request.tenant(), tx -> disputes.dispute(tx, id)))
        .orElseThrow(ProblemException::notFound);
  }
}
