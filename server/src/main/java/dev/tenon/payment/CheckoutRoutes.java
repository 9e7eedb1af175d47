package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
import dev.tenon.connector.Secret;
import dev.tenon.connector.stripe.NewCheckoutSession;
import dev.tenon.connector.stripe.OpenCheckoutSession;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.net.URI;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `…/checkout-sessions` and `…/portal-sessions`.
final class CheckoutRoutes {
  private static final String TENANT = "/v1/tenants/{tenant}";

  private final StripeCallers callers;
  private final PriceChecks prices;

  private CheckoutRoutes(StripeCallers callers, PriceChecks prices) {
    this.callers = callers;
    this.prices = prices;
  }

  static void declare(Routes routes, StripeCallers callers, PriceChecks prices) {
    var here = new CheckoutRoutes(callers, prices);
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
  }

  /// What a checkout is for.
  public enum Mode {
    SUBSCRIPTION,
    PAYMENT,
    SETUP
  }

  /// A checkout to create. Promotion codes are accepted in it, and the billing address is asked for
  /// where it is needed. A hosted one takes `success_url` and `cancel_url`; one that is embedded in
  /// a page of yours takes `return_url` instead.
  public record CreateCheckoutSession(
      @About(
              "`subscription` where it is not given; `payment` for a price that is paid once;"
                  + " `setup` to keep a card of `customer` for payments to come.")
          @Nullable Mode mode,
      @About("The provider's id of the price; one that the tenant may sell. None for `setup`.")
          @Nullable String price,
      @About("1 where it is not given.") @Nullable Integer quantity,
      @About("An existing customer: our id or the provider's.") @Nullable String customer,
      @About("Fills in the form; not used with `customer`.") @Nullable String email,
      @About("Where a paid one leads back to; may hold `{CHECKOUT_SESSION_ID}`.")
          @Nullable String successUrl,
      @About("Where one that was left leads back to.") @Nullable String cancelUrl,
      @About("Makes it embedded, and is where it leads back to; may hold `{CHECKOUT_SESSION_ID}`.")
          @Nullable String returnUrl,
      @About("Of a subscription: days until the first payment, at most 730.")
          @Nullable Integer trialDays,
      @About("For `setup` alone: the currency of the payments to come, such as `eur`.")
          @Nullable String currency,
      @About(StripeCallers.CONNECTION) @Nullable String connection,
      @About(StripeCallers.ENVIRONMENT) Connection.@Nullable Environment environment) {}

  /// A checkout that waits for its customer.
  public record CheckoutSessionView(
      String providerId,
      @About("Send the browser there; null for an embedded one.") @Nullable String url,
      @About("Give it to Stripe.js in the browser; null for a hosted one.")
          @Nullable String clientSecret) {}

  /// A visit of a customer to Stripe's portal.
  public record CreatePortalSession(
      @About("Our id of the customer or the provider's.") String customer,
      @About("Where the portal leads back to.") String returnUrl,
      @About(StripeCallers.CONNECTION) @Nullable String connection,
      @About(StripeCallers.ENVIRONMENT) Connection.@Nullable Environment environment) {}

  /// Send the browser to `url`.
  public record PortalSessionView(String url) {}

  private CheckoutSessionView createCheckoutSession(Request request, CreateCheckoutSession body) {
    refuseUnfit(body);
    NewCheckoutSession.Page page = page(body);
    UUID effect = callers.effect(request);
    StripeConnections.Account account =
        callers.account(request, body.connection(), body.environment(), body.customer());
    NewCheckoutSession.Sale sale = sale(request, account, body);
    String customer =
        body.customer() == null ? "" : callers.customer(request, account, body.customer());
    OpenCheckoutSession made =
        callers.changed(
            request,
            account,
            account
                .stripe()
                .createCheckoutSession(
                    new NewCheckoutSession(
                        callers.origin(request, account, effect),
                        sale,
                        customer,
                        body.email() == null ? "" : body.email().strip(),
                        page),
                    effect.toString()));
    callers.made(request, account, made.id());
    Secret secret = made.clientSecret();
    return new CheckoutSessionView(
        made.id(),
        made.url().isEmpty() ? null : made.url(),
        secret == null ? null : secret.reveal());
  }

  /// What is given must fit the mode, and what the mode needs must be given.
  private static void refuseUnfit(CreateCheckoutSession body) {
    boolean setup = body.mode() == Mode.SETUP;
    refuse(setup && body.price() != null, "price");
    refuse(setup && body.quantity() != null, "quantity");
    refuse(body.trialDays() != null && !isSubscription(body), "trial_days");
    refuse(!setup && body.currency() != null, "currency");
    require(setup || body.price() != null, "price");
    require(!setup || body.currency() != null, "currency");
    require(!setup || body.customer() != null, "customer");
    if (body.currency() != null && !body.currency().matches("[A-Za-z]{3}")) {
      throw ProblemException.invalidField("currency", "`currency` is a code such as `eur`.");
    }
  }

  private static boolean isSubscription(CreateCheckoutSession body) {
    return body.mode() == null || body.mode() == Mode.SUBSCRIPTION;
  }

  private static void refuse(boolean unfit, String param) {
    if (unfit) {
      throw ProblemException.invalidField(param, "`%s` does not fit this `mode`.".formatted(param));
    }
  }

  private static void require(boolean given, String param) {
    if (!given) {
      throw new ProblemException(
          ProblemCode.REQUEST_MISSING_FIELD, "This `mode` needs `%s`.".formatted(param), param);
    }
  }

  private NewCheckoutSession.Sale sale(
      Request request, StripeConnections.Account account, CreateCheckoutSession body) {
    if (body.mode() == Mode.SETUP) {
      return new NewCheckoutSession.Sale.Setup(
          String.valueOf(body.currency()).toLowerCase(Locale.ROOT));
    }
    int quantity = PriceChecks.quantity(body.quantity());
    int trialDays =
        PriceChecks.bounded("trial_days", body.trialDays(), 0, 0, PriceChecks.TRIAL_DAYS_MAX);
    String price = prices.sellable(request, account, String.valueOf(body.price()), "price");
    return isSubscription(body)
        ? new NewCheckoutSession.Sale.Subscription(price, quantity, true, trialDays)
        : new NewCheckoutSession.Sale.Payment(price, quantity, true);
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
    StripeConnections.Account account =
        callers.account(request, body.connection(), body.environment(), body.customer());
    String customer = callers.customer(request, account, body.customer());
    URI url =
        callers.changed(
            request,
            account,
            account
                .stripe()
                .createPortalSession(customer, returnUrl, callers.effect(request).toString()));
    return new PortalSessionView(url.toString());
  }
}
