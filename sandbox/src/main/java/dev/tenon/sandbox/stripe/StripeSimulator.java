package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.SimulatorContext;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for Stripe. Any key that begins with `sk_test_` works; the state is one account.
///
/// Besides Stripe's API there are control endpoints under `/_sandbox`: a buyer pays, a period ends,
/// a card fails.
public final class StripeSimulator implements Simulator {
  /// The version of the shapes, and of events for endpoints that pin none.
  public static final String API_VERSION = "2026-07-29.dahlia";

  private final java.util.concurrent.atomic.AtomicReference<@Nullable Account> account =
      new java.util.concurrent.atomic.AtomicReference<>();

  @Override
  public String name() {
    return "stripe";
  }

  @Override
  public String title() {
    return "Stripe";
  }

  @Override
  public boolean isProviderApi(String path) {
    return path.startsWith("/v1/");
  }

  @Override
  public String faultBody(int status) {
    ObjectNode body = Json.object();
    ObjectNode error = body.putObject("error");
    error.put("type", status == 429 ? "invalid_request_error" : "api_error");
    if (status == 429) {
      error.put("code", "rate_limit");
    }
    error.put("message", "Injected by the sandbox.");
    return Json.write(body);
  }

  @Override
  public List<Link> links() {
    return List.of(
        new Link("/_sandbox/checkout-sessions", "Checkout sessions that wait for a payment"),
        new Link("/_sandbox/subscriptions", "Subscriptions, and how to move them on"));
  }

  /// A copy of all objects of the account, by type; empty before it has started.
  public ObjectNode objects() {
    Account held = account.get();
    return held == null ? Json.object() : held.api.read(held.objects::copy);
  }

  @Override
  public void routing(HttpRouting.Builder routing, SimulatorContext context) {
    Account made = new Account(context);
    made.objects.load(context.journal());
    context
        .webhooks()
        .addressed((webhook, at) -> made.api.read(() -> made.endpoints.address(webhook, at)));
    account.set(made);
    made.routes(routing);
  }

  /// Registers a webhook endpoint for all events, as if by the API.
  ///
  /// @param secret a `whsec_…` that signs its webhooks
  /// @return the endpoint's id, `we_…`
  public String registerEndpoint(URI url, String secret) {
    Account held = account();
    return held.api.run(
        Call.NONE,
        call -> held.endpoints.add(url.toString(), List.of("*"), "", secret).path("id").asString());
  }

  /// Has one webhook endpoint for all events in place of those whose address `these` picks, as if
  /// one of them were changed by the API: what is on its way to it still arrives.
  ///
  /// @param secret a `whsec_…` that signs its webhooks
  /// @return the endpoint's id, `we_…`
  public String moveEndpoint(Predicate<URI> these, URI url, String secret) {
    Account held = account();
    return held.api.run(Call.NONE, call -> held.endpoints.move(these, url.toString(), secret));
  }

  /// Gives an endpoint a new secret; the old one signs too for 24 hours.
  ///
  /// @return the new secret
  public String rollSecret(String endpointId) {
    Account held = account();
    return held.api.run(Call.NONE, call -> held.endpoints.roll(endpointId));
  }

  /// Pays an open Checkout Session, as the button on its page does.
  public void pay(String sessionId) {
    Account held = account();
    held.api.run(Call.NONE, call -> held.payment.pay(sessionId, ""));
  }

  private Account account() {
    Account held = account.get();
    if (held == null) {
      throw new IllegalStateException("The Stripe simulator is not part of a running sandbox.");
    }
    return held;
  }

  /// The parts, in the order they need each other.
  private static final class Account {
    final Objects objects;
    final WebhookEndpoints endpoints;
    final Events events;
    final StripeApi api;
    final Payments payments;
    final SetupIntents setups;
    final Promotions promotions;
    final Invoices invoices;
    final Catalog catalog;
    final Subscriptions subscriptions;
    final SubscriptionChanges changes;
    final Cancellations cancellations;
    final Renewals renewals;
    final Confirmations confirmations;
    final Customers customers;
    final CheckoutSessions sessions;
    final CheckoutPayment payment;
    final CheckoutPage page;
    final PortalSessions portal;
    final InvoicePage invoicePage;
    final Refunds refunds;
    final Disputes disputes;
    final StripeControl control;

    Account(SimulatorContext context) {
      objects = new Objects(context.clock());
      endpoints = new WebhookEndpoints(objects);
      events = new Events(objects, endpoints, context.webhooks());
      api = new StripeApi(objects, events);
      payments = new Payments(objects, events);
      setups = new SetupIntents(objects, events);
      promotions = new Promotions(objects, events);
      Discounts discounts = new Discounts(objects, events, promotions);
      PendingItems pending = new PendingItems(objects, events);
      invoices = new Invoices(objects, events, payments, discounts, pending, context.address());
      catalog = new Catalog(objects, events);
      InvoiceLines lines = new InvoiceLines(objects);
      SubscriptionItems items = new SubscriptionItems(objects, catalog);
      changes = new SubscriptionChanges(objects, invoices, lines, pending, items);
      cancellations = new Cancellations(objects, events);
      renewals =
          new Renewals(
              objects, events, invoices, lines, payments, discounts, items, cancellations, changes);
      subscriptions =
          new Subscriptions(
              objects, events, invoices, setups, discounts, lines, items, changes, cancellations);
      confirmations = new Confirmations(objects, events, invoices, payments, setups);
      customers = new Customers(objects, events, cancellations);
      sessions = new CheckoutSessions(objects, events, catalog, setups, context.address());
      payment = new CheckoutPayment(objects, events, sessions, subscriptions, payments, setups);
      page = new CheckoutPage(objects, api, sessions, payment);
      portal = new PortalSessions(objects, api, subscriptions, cancellations, context.address());
      invoicePage = new InvoicePage(objects, api, renewals);
      refunds = new Refunds(objects, events);
      disputes = new Disputes(objects, events);
      control =
          new StripeControl(
              objects, api, payment, renewals, cancellations, refunds, disputes, endpoints);
    }

    void routes(HttpRouting.Builder routing) {
      crud(routing, "/v1/customers", customers::create, customers::list, customers::get);
      post(routing, "/v1/customers/{id}", customers::update);
      delete(routing, "/v1/customers/{id}", customers::delete);
      crud(
          routing,
          "/v1/products",
          catalog::createProduct,
          catalog::listProducts,
          catalog::getProduct);
      post(routing, "/v1/products/{id}", catalog::updateProduct);
      crud(routing, "/v1/prices", catalog::createPrice, catalog::listPrices, catalog::getPrice);
      post(routing, "/v1/prices/{id}", catalog::updatePrice);
      crud(routing, "/v1/checkout/sessions", sessions::create, sessions::list, sessions::get);
      post(routing, "/v1/checkout/sessions/{id}/expire", sessions::expire);
      get(routing, "/v1/checkout/sessions/{id}/line_items", sessions::lineItemsOf);
      crud(
          routing,
          "/v1/subscriptions",
          subscriptions::create,
          subscriptions::list,
          subscriptions::get);
      post(routing, "/v1/subscriptions/{id}", subscriptions::update);
      delete(routing, "/v1/subscriptions/{id}", cancellations::cancel);
      post(routing, "/v1/subscriptions/{id}/resume", renewals::resume);
      get(routing, "/v1/invoices", invoices::list);
      post(routing, "/v1/invoices/create_preview", changes::preview);
      get(routing, "/v1/invoices/{id}", invoices::get);
      get(routing, "/v1/payment_intents", payments::list);
      get(routing, "/v1/payment_intents/{id}", payments::get);
      post(routing, "/v1/payment_intents/{id}/confirm", confirmations::payment);
      get(routing, "/v1/setup_intents/{id}", setups::get);
      post(routing, "/v1/setup_intents/{id}/confirm", confirmations::setup);
      crud(
          routing,
          "/v1/coupons",
          promotions::createCoupon,
          promotions::listCoupons,
          promotions::getCoupon);
      crud(
          routing,
          "/v1/promotion_codes",
          promotions::createCode,
          promotions::listCodes,
          promotions::getCode);
      post(routing, "/v1/promotion_codes/{id}", promotions::updateCode);
      get(routing, "/v1/payment_methods/{id}", payments::getMethod);
      get(routing, "/v1/charges/{id}", payments::getCharge);
      crud(routing, "/v1/refunds", refunds::create, refunds::list, refunds::get);
      get(routing, "/v1/disputes", disputes::list);
      get(routing, "/v1/disputes/{id}", disputes::get);
      post(routing, "/v1/disputes/{id}", disputes::update);
      post(routing, "/v1/disputes/{id}/close", disputes::close);
      get(routing, "/v1/events", events::list);
      get(routing, "/v1/events/{id}", events::get);
      crud(routing, "/v1/webhook_endpoints", endpoints::create, endpoints::list, endpoints::get);
      post(routing, "/v1/webhook_endpoints/{id}", endpoints::update);
      delete(routing, "/v1/webhook_endpoints/{id}", endpoints::delete);
      post(routing, "/v1/billing_portal/sessions", portal::create);
      routing.any("/v1/*", this::unknown);
      routing.get("/c/pay/{id}", page::show).post("/c/pay/{id}", page::submit);
      routing.get("/p/session/{id}", portal::show).post("/p/session/{id}", portal::submit);
      routing
          .get(InvoicePage.PATH + "{id}", invoicePage::show)
          .post(InvoicePage.PATH + "{id}", invoicePage::submit);
      control.routes(routing);
    }

    private void unknown(ServerRequest request, ServerResponse response) {
      String method = request.prologue().method().text();
      String path = request.path().path();
      try {
        api.handle(
                call -> {
                  throw StripeError.unknownUrl(method, path);
                })
            .handle(request, response);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    private void crud(
        HttpRouting.Builder routing,
        String path,
        Function<Call, ObjectNode> create,
        Function<Call, ObjectNode> list,
        Function<Call, ObjectNode> get) {
      post(routing, path, create);
      get(routing, path, list);
      get(routing, path + "/{id}", get);
    }

    private void get(HttpRouting.Builder routing, String path, Function<Call, ObjectNode> action) {
      routing.route(Method.GET, path, api.handle(action));
    }

    private void post(HttpRouting.Builder routing, String path, Function<Call, ObjectNode> action) {
      routing.route(Method.POST, path, api.handle(action));
    }

    private void delete(
        HttpRouting.Builder routing, String path, Function<Call, ObjectNode> action) {
      routing.route(Method.DELETE, path, api.handle(action));
    }
  }

  /// Whether a Checkout Session has been paid; empty when there is no such session.
  public Optional<Boolean> paid(String sessionId) {
    Account held = account();
    return held.api.run(
        Call.NONE,
        call ->
            held.objects
                .find(CheckoutSessions.TYPE, sessionId)
                .map(session -> session.path("status").asString().equals("complete")));
  }
}
