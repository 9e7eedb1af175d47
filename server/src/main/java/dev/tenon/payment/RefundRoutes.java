package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connector.stripe.NewRefund;
import dev.tenon.connector.stripe.RefundSnapshot;
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
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `…/refunds`: what went back, as Stripe told of it.
final class RefundRoutes {
  private static final String REFUNDS = "/v1/tenants/{tenant}/refunds";

  private final Database database;
  private final RefundQueries refunds = new RefundQueries();
  private final StripeCallers callers;
  private final PaymentViews views;
  private final Ids ids;
  private final InstantSource clock;

  private RefundRoutes(
      Database database, StripeCallers callers, PaymentViews views, Ids ids, InstantSource clock) {
    this.database = database;
    this.callers = callers;
    this.views = views;
    this.ids = ids;
    this.clock = clock;
  }

  static void declare(
      Routes routes,
      Database database,
      StripeCallers callers,
      PaymentViews views,
      Ids ids,
      InstantSource clock) {
    var here = new RefundRoutes(database, callers, views, ids, clock);
    routes
        .post(
            "/v1/tenants/{tenant}/payments/{payment}/refunds",
            Scope.PAYMENTS_WRITE,
            CreateRefund.class,
            SingleRefundView.class,
            "Refund a payment",
            here::create)
        .repeatable();
    ListFilter.customers(
        routes.list(
            REFUNDS, Scope.PAYMENTS_READ, RefundView.class, "List the refunds", here::list));
    routes.get(
        REFUNDS + "/{refund}", Scope.PAYMENTS_READ, RefundView.class, "Get a refund", here::get);
  }

  /// Money to give back. It may still fail after it was accepted, as where a card was closed:
  /// `payment.refund_failed` tells of that.
  public record CreateRefund(
      @About("In minor units of the payment's currency; all that is left where it is not given.")
          @Nullable Long amount,
      @About("Why, for Stripe: it stops cards and addresses of what is `fraudulent`.")
          @Nullable Reason reason) {}

  /// Why money goes back.
  public enum Reason {
    DUPLICATE,
    FRAUDULENT,
    REQUESTED_BY_CUSTOMER
  }

  /// One refund; the amount in minor units of the charge's currency.
  public record SingleRefundView(
      String id,
      @About("The provider's id.") String providerId,
      long amount,
      @About(
              "`pending`, `action_required` (the customer has to say where to), `succeeded`, `failed`"
                  + " or `cancelled`. One that succeeded may fail afterwards.")
          String state,
      @About("Why it was made, in the provider's word.") @Nullable String reason,
      @About("Why it failed, in the provider's word.") @Nullable String failureReason) {}

  /// What went back of one charge, in one part or several; the amount in minor units of `currency`.
  public record RefundView(
      String id,
      @About("The provider's id of the charge.") String chargeProviderId,
      @About("Our id of the payment; null while nobody has told what was charged for.")
          @Nullable String payment,
      @Nullable String invoiceProviderId,
      @Nullable String paymentIntent,
      @Nullable String customerProviderId,
      @About("All that went back of this charge so far, without what failed.") long amountRefunded,
      String currency,
      @About(
              "Single refunds, the oldest first; may lack some that were made before Tenon was told of"
                  + " these.")
          List<SingleRefundView> refunds,
      @About("When it was last heard of.") Instant updatedAt,
      @About("The connection that it was seen on.") String connection,
      @About("What that connection is for: `development`, `staging` or `production`.")
          String environment) {}

  /// Made at Stripe; the record follows with the webhooks.
  private SingleRefundView create(Request request, CreateRefund body) {
    UUID effect = callers.effect(request);
    PaymentViews.Found<PaymentRoutes.PaymentView> payment =
        Ids.read(Prefix.PAYMENT, request.path("payment"))
            .flatMap(id -> database.asTenant(request.tenant(), tx -> views.payment(tx, id)))
            .orElseThrow(ProblemException::notFound);
    if (!payment.view().state().equals("succeeded")) {
      throw conflict("Nothing was paid, so nothing can go back.");
    }
    if (body.amount() != null && (body.amount() < 1 || body.amount() > payment.view().amount())) {
      throw ProblemException.invalidField(
          "amount", "`amount` is from 1 to what was paid, %d.".formatted(payment.view().amount()));
    }
    List<String> intents =
        database.asTenant(
            request.tenant(),
            tx -> refunds.intents(tx, payment.connection(), payment.providerId()));
    if (intents.size() != 1) {
      throw conflict(
          intents.isEmpty()
              ? "Stripe has not told what was charged for this payment, or it was not paid through"
                  + " Stripe. Refund it there."
              : "It was paid in several parts. Refund them at Stripe.");
    }
    StripeConnections.Account account = callers.account(request, payment.connection());
    RefundSnapshot made =
        callers.changed(
            request,
            account,
            account
                .stripe()
                .refund(
                    new NewRefund(
                        callers.origin(request, account, effect),
                        intents.getFirst(),
                        body.amount() == null ? 0 : body.amount(),
                        body.reason() == null
                            ? ""
                            : body.reason().name().toLowerCase(java.util.Locale.ROOT)),
                    effect.toString()));
    callers.made(request, account, made.id());
    UUID id =
        database.asTenant(
            request.tenant(),
            tx -> views.madeRefund(tx, account.place(), ids.next(), made, clock.instant()));
    return new SingleRefundView(
        Ids.write(Prefix.REFUND, id),
        made.id(),
        made.amount(),
        SingleRefundFact.state(made.status()),
        PlainText.id(made.reason()),
        PlainText.id(made.failureReason()));
  }

  private static ProblemException conflict(String detail) {
    return new ProblemException(ProblemCode.REQUEST_CONFLICT, detail);
  }

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
