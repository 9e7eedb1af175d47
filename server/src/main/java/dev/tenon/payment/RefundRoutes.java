package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// `…/refunds`: what went back, as Stripe told of it.
final class RefundRoutes {
  private static final String REFUNDS = "/v1/tenants/{tenant}/refunds";

  private final Database database;
  private final RefundQueries refunds = new RefundQueries();

  private RefundRoutes(Database database) {
    this.database = database;
  }

  static void declare(Routes routes, Database database) {
    var here = new RefundRoutes(database);
    ListFilter.customers(
        routes.list(
            REFUNDS, Scope.PAYMENTS_READ, RefundView.class, "List the refunds", here::list));
    routes.get(
        REFUNDS + "/{refund}", Scope.PAYMENTS_READ, RefundView.class, "Get a refund", here::get);
  }

  /// What went back of one charge, in one part or several; the amount in minor units of `currency`.
  public record RefundView(
      String id,
      @About("The provider's id of the charge.") String chargeProviderId,
      @About("Our id of the payment; null while nobody has told what was charged for.")
          @Nullable String payment,
      @Nullable String invoiceProviderId,
      @Nullable String paymentIntent,
      @Nullable String customerProviderId,
      @About("All that went back of this charge so far.") long amountRefunded,
      String currency,
      @About("When it was last heard of.") Instant updatedAt,
      @About("The connection that it was seen on.") String connection,
      @About("What that connection is for: `development`, `staging` or `production`.")
          String environment) {}

  private Page<RefundView> list(Request request) {
    ListFilter filter = ListFilter.of(request);
    Page.Ask ask = request.page();
    return Page.of(
        ask,
        database.asTenant(request.tenant(), tx -> refunds.refunds(tx, ask, filter)),
        RefundQueries.Listed::id,
        RefundQueries.Listed::view);
  }

  private RefundView get(Request request) {
    return Ids.read(Prefix.REFUND, request.path("refund"))
        .flatMap(id -> database.asTenant(request.tenant(), tx -> refunds.refund(tx, id)))
        .orElseThrow(ProblemException::notFound);
  }
}
