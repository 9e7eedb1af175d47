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
import dev.tenon.work.Jobs;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All routes about payments; this file has those of payments themselves and of the mails about
/// them.
public final class PaymentRoutes {
  private static final String TENANT = "/v1/tenants/{tenant}";

  private final Database database;
  private final PaymentViews views;
  private final InstantSource clock;

  private PaymentRoutes(Database database, PaymentViews views, InstantSource clock) {
    this.database = database;
    this.views = views;
    this.clock = clock;
  }

  /// Declares them all.
  ///
  /// @param source what this installation calls itself in the metadata of what it makes at Stripe
  public static void declare(
      Routes routes,
      Database database,
      StripeConnections stripe,
      String source,
      Ids ids,
      Jobs jobs,
      InstantSource clock) {
    var views = new PaymentViews();
    var callers = new StripeCallers(database, stripe, views, source, ids, clock);
    CustomerRoutes.declare(routes, database, callers, views, ids, clock);
    var allowed = new AllowedPrices(clock);
    var prices = new PriceChecks(database, allowed);
    AllowedPriceRoutes.declare(routes, database, allowed);
    CheckoutRoutes.declare(routes, callers, prices);
    SubscribeRoutes.declare(routes, database, callers, prices, views, ids, jobs, clock);
    var known = new KnownSubscriptions(database, views);
    SubscriptionRoutes.declare(routes, database, views, known);
    SubscriptionActionRoutes.declare(routes, callers, known, clock);
    SubscriptionChangeRoutes.declare(routes, callers, known, prices, clock);
    EntitlementRoutes.declare(routes, database, clock);
    RefundRoutes.declare(routes, database, callers, views, ids, clock);
    DisputeRoutes.declare(routes, database);
    var here = new PaymentRoutes(database, views, clock);
    ListFilter.customers(
        routes.list(
            TENANT + "/payments",
            Scope.PAYMENTS_READ,
            PaymentView.class,
            "List the payments",
            here::list));
    routes.get(
        TENANT + "/payments/{payment}",
        Scope.PAYMENTS_READ,
        PaymentView.class,
        "Get a payment",
        here::get);
    routes.get(
        TENANT + "/payment-mails",
        Scope.PAYMENTS_READ,
        PaymentMailsView.class,
        "Show which mails about payments are sent",
        here::mails);
    routes.put(
        TENANT + "/payment-mails",
        Scope.PAYMENTS_WRITE,
        SwitchPaymentMails.class,
        PaymentMailsView.class,
        "Choose which mails about payments are sent",
        here::switchMails);
  }

  /// A payment in the API; amounts in minor units of `currency`.
  public record PaymentView(
      String id,
      @About("The provider's id of the invoice, or of the checkout session of a single payment.")
          String providerId,
      @About("The number on the invoice.") @Nullable String number,
      @About(
              "`action_required` (the bank wants the customer to confirm), `failed`, `succeeded`, or"
                  + " where the invoice was given up `uncollectible` or `voided`.")
          String state,
      long amount,
      long amountRefunded,
      String currency,
      @Nullable String customerProviderId,
      @Nullable String subscriptionProviderId,
      int failedTries,
      @Nullable Instant paidAt,
      @About("The connection that it was seen on.") String connection,
      @About("What that connection is for: `development`, `staging` or `production`.")
          String environment) {}

  /// Mails about payments.
  public record PaymentMailsView(
      @About("Templates that are sent.") List<String> on,
      @About("Templates that are not sent.") List<String> off) {}

  /// Which mails about payments are not to be sent; all others are.
  public record SwitchPaymentMails(List<String> off) {}

  private Page<PaymentView> list(Request request) {
    ListFilter filter = ListFilter.of(request);
    return database.asTenant(request.tenant(), tx -> views.payments(tx, request.page(), filter));
  }

  private PaymentView get(Request request) {
    UUID id =
        Ids.read(Prefix.PAYMENT, request.path("payment")).orElseThrow(ProblemException::notFound);
    return database
        .asTenant(request.tenant(), tx -> views.payment(tx, id))
        .orElseThrow(ProblemException::notFound)
        .view();
  }

  private PaymentMailsView mails(Request request) {
    return view(List.copyOf(database.asTenant(request.tenant(), PaymentMails::off)));
  }

  private PaymentMailsView switchMails(Request request, SwitchPaymentMails body) {
    List<String> off = List.copyOf(new TreeSet<>(body.off()));
    if (!PaymentMails.TEMPLATES.containsAll(off)) {
      throw ProblemException.invalidField(
          "off", "`off` has some of: %s.".formatted(String.join(", ", PaymentMails.TEMPLATES)));
    }
    database.useTenant(request.tenant(), tx -> PaymentMails.switchOff(tx, off, clock.instant()));
    return view(off);
  }

  private static PaymentMailsView view(List<String> off) {
    return new PaymentMailsView(
        PaymentMails.TEMPLATES.stream().filter(template -> !off.contains(template)).toList(),
        PaymentMails.TEMPLATES.stream().filter(off::contains).toList());
  }
}
