package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.CheckoutSessionSnapshot;
import dev.tenon.connector.stripe.CustomerSnapshot;
import dev.tenon.connector.stripe.NewCheckoutSession;
import dev.tenon.connector.stripe.NewCustomer;
import dev.tenon.connector.stripe.Origin;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.db.Database;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Customers, checkout sessions, subscriptions and payments of a tenant.
public final class PaymentRoutes {
  private static final String TENANT = "/v1/tenants/{tenant}";
  private static final String SOURCE = "tenon";

  private final PaymentQueries queries = new PaymentQueries();
  private final Database database;
  private final StripeConnections stripe;
  private final Ids ids;

  private PaymentRoutes(Database database, StripeConnections stripe, Ids ids) {
    this.database = database;
    this.stripe = stripe;
    this.ids = ids;
  }

  public static void declare(Routes routes, Database database, StripeConnections stripe, Ids ids) {
    var here = new PaymentRoutes(database, stripe, ids);
    routes.post(
        TENANT + "/customers",
        Scope.PAYMENTS_WRITE,
        CreateCustomer.class,
        ProviderCustomer.class,
        "Create a customer",
        here::createCustomer);
    routes.post(
        TENANT + "/checkout-sessions",
        Scope.PAYMENTS_WRITE,
        CreateCheckoutSession.class,
        CheckoutSessionView.class,
        "Create a checkout session",
        here::createCheckoutSession);
    routes.list(
        TENANT + "/subscriptions",
        Scope.PAYMENTS_READ,
        SubscriptionView.class,
        "List the subscriptions",
        here::subscriptions);
    routes.list(
        TENANT + "/payments",
        Scope.PAYMENTS_READ,
        PaymentView.class,
        "List the payments",
        here::payments);
  }

  /// A customer to create at Stripe.
  public record CreateCustomer(String email, @Nullable String name) {}

  /// A customer as Stripe made it.
  public record ProviderCustomer(String providerId, String email, String name) {}

  /// A hosted checkout to create.
  ///
  /// @param price the provider's id of the price
  /// @param quantity 1 when absent
  public record CreateCheckoutSession(
      String price,
      @Nullable Integer quantity,
      @Nullable String customer,
      @Nullable String email,
      String successUrl,
      String cancelUrl) {}

  /// A hosted checkout: send the browser to `url`.
  public record CheckoutSessionView(String providerId, String url) {}

  /// A subscription in the API.
  public record SubscriptionView(
      String id,
      String providerId,
      String state,
      String providerStatus,
      @Nullable String customerProviderId,
      @Nullable String price,
      @Nullable Long quantity,
      @Nullable Instant periodEnd,
      boolean cancelAtPeriodEnd,
      @Nullable Instant endedAt) {}

  /// A payment in the API; `amount` in minor units of `currency`.
  public record PaymentView(
      String id,
      String providerId,
      String state,
      long amount,
      String currency,
      @Nullable String subscriptionProviderId,
      int failedTries,
      @Nullable Instant paidAt) {}

  private ProviderCustomer createCustomer(Request request, CreateCustomer body) {
    CustomerSnapshot made =
        accepted(
            connector(request)
                .createCustomer(
                    new NewCustomer(
                        origin(request), body.email(), body.name() == null ? "" : body.name()),
                    ids.next().toString()));
    return new ProviderCustomer(made.id(), made.email(), made.name());
  }

  private CheckoutSessionView createCheckoutSession(Request request, CreateCheckoutSession body) {
    if (body.price().isBlank()) {
      throw ProblemException.invalidField("price", "Name the price to subscribe to.");
    }
    int quantity = body.quantity() == null ? 1 : body.quantity();
    if (quantity < 1 || quantity > 1_000_000) {
      throw ProblemException.invalidField("quantity", "A quantity is from 1 to 1000000.");
    }
    CheckoutSessionSnapshot made =
        accepted(
            connector(request)
                .createCheckoutSession(
                    new NewCheckoutSession(
                        origin(request),
                        body.price(),
                        quantity,
                        body.customer() == null ? "" : body.customer(),
                        body.email() == null ? "" : body.email(),
                        body.successUrl(),
                        body.cancelUrl(),
                        true,
                        0),
                    ids.next().toString()));
    return new CheckoutSessionView(made.id(), made.url());
  }

  private static Origin origin(Request request) {
    return new Origin(request.tenant().toString(), SOURCE);
  }

  private StripeConnector connector(Request request) {
    return database
        .asTenant(request.tenant(), stripe::of)
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemCode.REQUEST_NOT_FOUND,
                    "This tenant has no active connection to Stripe; create one first."));
  }

  /// What was accepted; everything else becomes a problem in the provider's words.
  private static <T> T accepted(Outcome<T> outcome) {
    String said = outcome.detail().message();
    return switch (outcome) {
      case Outcome.Accepted<T> accepted -> accepted.value();
      case Outcome.RefusedRequest<T> _, Outcome.RefusedRecipient<T> _ ->
          throw new ProblemException(
              ProblemCode.REQUEST_INVALID_FIELD, "Stripe refused it: " + said);
      case Outcome.ConnectionBroken<T> _ ->
          throw new ProblemException(
              ProblemCode.REQUEST_INVALID_FIELD,
              "Stripe refused the connection's key: " + said + " Give it a new one.");
      case Outcome.Passing<T> _, Outcome.Unknown<T> _ ->
          throw new ProblemException(
              ProblemCode.SERVER_BUSY, "Stripe did not answer in order; try again. " + said);
    };
  }

  private Page<SubscriptionView> subscriptions(Request request) {
    Page.Ask ask = request.page();
    return Page.of(
        ask,
        database.asTenant(
            request.tenant(), tx -> queries.subscriptions(tx, ask.before(), ask.rows())),
        PaymentQueries.Row::id,
        PaymentQueries.Row::view);
  }

  private Page<PaymentView> payments(Request request) {
    Page.Ask ask = request.page();
    return Page.of(
        ask,
        database.asTenant(request.tenant(), tx -> queries.payments(tx, ask.before(), ask.rows())),
        PaymentQueries.Row::id,
        PaymentQueries.Row::view);
  }
}
