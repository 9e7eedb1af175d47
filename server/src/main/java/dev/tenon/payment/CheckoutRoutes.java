package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connector.Secret;
import dev.tenon.connector.stripe.NewCheckoutSession;
import dev.tenon.connector.stripe.OpenCheckoutSession;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.net.URI;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `…/checkout-sessions`, `…/portal-sessions`, and the prices that a tenant may sell.
final class CheckoutRoutes {
  private static final String TENANT = "/v1/tenants/{tenant}";
  private static final int PRICES_MAX = 1_000;

  private final Database database;
  private final StripeCallers callers;
  private final AllowedPrices allowed;
  private final PriceChecks prices;

  private CheckoutRoutes(
      Database database, StripeCallers callers, AllowedPrices allowed, PriceChecks prices) {
    this.database = database;
    this.callers = callers;
    this.allowed = allowed;
    this.prices = prices;
  }

  static void declare(
      Routes routes,
      Database database,
      StripeCallers callers,
      AllowedPrices allowed,
      PriceChecks prices) {
    var here = new CheckoutRoutes(database, callers, allowed, prices);
    routes
        .post(
            TENANT + "/checkout-sessions",
            Scope.PAYMENTS_WRITE,
            CreateCheckoutSession.class,
            CheckoutSessionView.class,
            "Create a checkout session",
            here::createCheckoutSession)
        .repeatable();
    routes
        .post(
            TENANT + "/portal-sessions",
            Scope.PAYMENTS_WRITE,
            CreatePortalSession.class,
            PortalSessionView.class,
            "Create a session of the customer portal",
            here::createPortalSession)
        .repeatable();
    routes.get(
        TENANT + "/allowed-prices",
        Scope.PAYMENTS_READ,
        AllowedPricesView.class,
        "List the prices that the tenant may sell",
        here::allowedPrices);
    routes.put(
        TENANT + "/allowed-prices",
        Scope.PAYMENTS_WRITE,
        AllowedPricesView.class,
        AllowedPricesView.class,
        "Replace the prices that the tenant may sell",
        here::setAllowedPrices);
  }

  /// A checkout of one subscription to create. Promotion codes are accepted in it, and the billing
  /// address is asked for where it is needed. A hosted one takes `success_url` and `cancel_url`;
  /// one that is embedded in a page of yours takes `return_url` instead.
  public record CreateCheckoutSession(
      @About("The provider's id of the price; one that the tenant may sell.") String price,
      @About("1 where it is not given.") @Nullable Integer quantity,
      @About("An existing customer: our id or the provider's.") @Nullable String customer,
      @About("Fills in the form; not used with `customer`.") @Nullable String email,
      @About("Where a paid one leads back to; may hold `{CHECKOUT_SESSION_ID}`.")
          @Nullable String successUrl,
      @About("Where one that was left leads back to.") @Nullable String cancelUrl,
      @About("Makes it embedded, and is where it leads back to; may hold `{CHECKOUT_SESSION_ID}`.")
          @Nullable String returnUrl,
      @About("Days until the first payment, at most 730; none where it is not given.")
          @Nullable Integer trialDays) {}

  /// A checkout that waits for its customer.
  public record CheckoutSessionView(
      String providerId,
      @About("Send the browser there; null for an embedded one.") @Nullable String url,
      @About("Give it to Stripe.js in the browser; null for a hosted one.")
          @Nullable String clientSecret) {}

  /// A visit of a customer to Stripe's portal.
  public record CreatePortalSession(
      @About("Our id of the customer or the provider's.") String customer,
      @About("Where the portal leads back to.") String returnUrl) {}

  /// Send the browser to `url`.
  public record PortalSessionView(String url) {}

  /// The prices that a tenant may sell. An empty list allows every price of its own account, and
  /// none of the platform's.
  public record AllowedPricesView(List<String> prices) {}

  private CheckoutSessionView createCheckoutSession(Request request, CreateCheckoutSession body) {
    int quantity = PriceChecks.quantity(body.quantity());
    int trialDays =
        PriceChecks.bounded("trial_days", body.trialDays(), 0, 0, PriceChecks.TRIAL_DAYS_MAX);
    NewCheckoutSession.Page page = page(body);
    UUID effect = callers.effect(request);
    StripeConnections.Account account = callers.account(request);
    String price = prices.sellable(request, account, body.price(), "price");
    String customer =
        body.customer() == null ? "" : callers.customer(request, account, body.customer());
    OpenCheckoutSession made =
        callers.accepted(
            account,
            account
                .stripe()
                .createCheckoutSession(
                    new NewCheckoutSession(
                        callers.origin(request, account, effect),
                        price,
                        quantity,
                        customer,
                        body.email() == null ? "" : body.email().strip(),
                        page,
                        true,
                        trialDays),
                    effect.toString()));
    callers.made(request, account, made.id());
    Secret secret = made.clientSecret();
    return new CheckoutSessionView(
        made.id(),
        made.url().isEmpty() ? null : made.url(),
        secret == null ? null : secret.reveal());
  }

  private static NewCheckoutSession.Page page(CreateCheckoutSession body) {
    if (body.returnUrl() == null) {
      return new NewCheckoutSession.Page.Hosted(
          given(body.successUrl(), "success_url"), given(body.cancelUrl(), "cancel_url"));
    }
    if (body.successUrl() != null || body.cancelUrl() != null) {
      throw ProblemException.invalidField(
          "return_url",
          "Give `return_url` for an embedded checkout, or `success_url` and `cancel_url` for a"
              + " hosted one.");
    }
    return new NewCheckoutSession.Page.Embedded(given(body.returnUrl(), "return_url"));
  }

  private static String given(@Nullable String url, String param) {
    if (url == null) {
      throw new ProblemException(
          ProblemCode.REQUEST_MISSING_FIELD,
          "A hosted checkout takes `success_url` and `cancel_url`, an embedded one `return_url`.",
          param);
    }
    return StripeCallers.webAddress(url, param);
  }

  private PortalSessionView createPortalSession(Request request, CreatePortalSession body) {
    String returnUrl = StripeCallers.webAddress(body.returnUrl(), "return_url");
    StripeConnections.Account account = callers.account(request);
    String customer = callers.customer(request, account, body.customer());
    URI url =
        callers.accepted(
            account,
            account
                .stripe()
                .createPortalSession(customer, returnUrl, callers.effect(request).toString()));
    return new PortalSessionView(url.toString());
  }

  private AllowedPricesView allowedPrices(Request request) {
    return new AllowedPricesView(database.asTenant(request.tenant(), allowed::list));
  }

  /// For the platform alone: a tenant that could write its own list would have none.
  private AllowedPricesView setAllowedPrices(Request request, AllowedPricesView body) {
    if (!request.caller().platform()) {
      throw new ProblemException(ProblemCode.ACCESS_PLATFORM_ONLY);
    }
    if (body.prices().size() > PRICES_MAX
        || !body.prices().stream().allMatch(PriceChecks::isPrice)) {
      throw ProblemException.invalidField(
          "prices", "`prices` has at most %d ids of prices.".formatted(PRICES_MAX));
    }
    List<String> wanted = List.copyOf(new TreeSet<>(body.prices()));
    database.useTenant(request.tenant(), tx -> allowed.replace(tx, wanted));
    return new AllowedPricesView(wanted);
  }
}
