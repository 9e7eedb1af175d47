package dev.tenon.sandbox.stripe;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/// Which call goes where: by its path to a part, and by its header `Stripe-Account` to an account.
/// Pages, which browsers open without a header, go to the account that has what they name.
final class StripeRoutes {
  private final HttpRouting.Builder routing;
  private final StripeAccounts accounts;

  private StripeRoutes(HttpRouting.Builder routing, StripeAccounts accounts) {
    this.routing = routing;
    this.accounts = accounts;
  }

  static void declare(HttpRouting.Builder routing, StripeAccounts accounts) {
    var here = new StripeRoutes(routing, accounts);
    here.declareAll();
    new StripeControl(accounts).routes(routing);
  }

  /// What an account does at a call.
  private interface Action extends Function<StripeAccount, Function<Call, ObjectNode>> {}

  /// A page of an account.
  private interface PageOf extends Function<StripeAccount, Handler> {}

  private void declareAll() {
    crud(
        "/v1/customers",
        account -> account.customers::create,
        account -> account.customers::list,
        account -> account.customers::get);
    post("/v1/customers/{id}", account -> account.customers::update);
    delete("/v1/customers/{id}", account -> account.customers::delete);
    crud(
        "/v1/products",
        account -> account.catalog::createProduct,
        account -> account.catalog::listProducts,
        account -> account.catalog::getProduct);
    post("/v1/products/{id}", account -> account.catalog::updateProduct);
    crud(
        "/v1/prices",
        account -> account.catalog::createPrice,
        account -> account.catalog::listPrices,
        account -> account.catalog::getPrice);
    post("/v1/prices/{id}", account -> account.catalog::updatePrice);
    crud(
        "/v1/checkout/sessions",
        account -> account.sessions::create,
        account -> account.sessions::list,
        account -> account.sessions::get);
    post("/v1/checkout/sessions/{id}/expire", account -> account.sessions::expire);
    get("/v1/checkout/sessions/{id}/line_items", account -> account.sessions::lineItemsOf);
    crud(
        "/v1/subscriptions",
        account -> account.subscriptions::create,
        account -> account.subscriptions::list,
        account -> account.subscriptions::get);
    post("/v1/subscriptions/{id}", account -> account.subscriptions::update);
    delete("/v1/subscriptions/{id}", account -> account.cancellations::cancel);
    post("/v1/subscriptions/{id}/resume", account -> account.renewals::resume);
    get("/v1/invoices", account -> account.invoices::list);
    post("/v1/invoices/create_preview", account -> account.changes::preview);
    get("/v1/invoices/{id}", account -> account.invoices::get);
    get("/v1/payment_intents", account -> account.payments::list);
    get("/v1/payment_intents/{id}", account -> account.payments::get);
    post("/v1/payment_intents/{id}/confirm", account -> account.confirmations::payment);
    get("/v1/setup_intents/{id}", account -> account.setups::get);
    post("/v1/setup_intents/{id}/confirm", account -> account.confirmations::setup);
    crud(
        "/v1/coupons",
        account -> account.promotions::createCoupon,
        account -> account.promotions::listCoupons,
        account -> account.promotions::getCoupon);
    crud(
        "/v1/promotion_codes",
        account -> account.promotions::createCode,
        account -> account.promotions::listCodes,
        account -> account.promotions::getCode);
    post("/v1/promotion_codes/{id}", account -> account.promotions::updateCode);
    get("/v1/payment_methods/{id}", account -> account.payments::getMethod);
    get("/v1/charges/{id}", account -> account.payments::getCharge);
    crud(
        "/v1/refunds",
        account -> account.refunds::create,
        account -> account.refunds::list,
        account -> account.refunds::get);
    get("/v1/disputes", account -> account.disputes::list);
    get("/v1/disputes/{id}", account -> account.disputes::get);
    post("/v1/disputes/{id}", account -> account.disputes::update);
    post("/v1/disputes/{id}/close", account -> account.disputes::close);
    get("/v1/events", account -> account.events::list);
    get("/v1/events/{id}", account -> account.events::get);
    crud(
        "/v1/webhook_endpoints",
        account -> account.endpoints::create,
        account -> account.endpoints::list,
        account -> account.endpoints::get);
    post("/v1/webhook_endpoints/{id}", account -> account.endpoints::update);
    delete("/v1/webhook_endpoints/{id}", account -> account.endpoints::delete);
    post("/v1/billing_portal/sessions", account -> account.portal::create);
    crud(
        "/v1/accounts",
        _ -> accounts::create,
        account -> account.accounts::list,
        account -> account.accounts::get);
    post("/v1/accounts/{id}", account -> account.accounts::update);
    delete("/v1/accounts/{id}", _ -> accounts::delete);
    crud(
        "/v1/test_helpers/test_clocks",
        account -> account.clocks::create,
        account -> account.clocks::list,
        account -> account.clocks::get);
    post("/v1/test_helpers/test_clocks/{id}/advance", account -> account.clocks::advance);
    delete("/v1/test_helpers/test_clocks/{id}", account -> account.clocks::delete);
    get("/v1/account", account -> account.accounts::own);
    routing.any("/v1/*", this::unknown);
    page("/c/pay/{id}", account -> account.page::show, account -> account.page::submit);
    page("/p/session/{id}", account -> account.portal::show, account -> account.portal::submit);
    page(
        InvoicePage.PATH + "{id}",
        account -> account.invoicePage::show,
        account -> account.invoicePage::submit);
  }

  private void unknown(ServerRequest request, ServerResponse response) throws Exception {
    String method = request.prologue().method().text();
    String path = request.path().path();
    call(
        request,
        response,
        _ ->
            _ -> {
              throw StripeError.unknownUrl(method, path);
            });
  }

  private void crud(String path, Action create, Action list, Action get) {
    post(path, create);
    get(path, list);
    get(path + "/{id}", get);
  }

  private void get(String path, Action action) {
    routing.route(Method.GET, path, (request, response) -> call(request, response, action));
  }

  private void post(String path, Action action) {
    routing.route(Method.POST, path, (request, response) -> call(request, response, action));
  }

  private void delete(String path, Action action) {
    routing.route(Method.DELETE, path, (request, response) -> call(request, response, action));
  }

  private void call(ServerRequest request, ServerResponse response, Action action)
      throws Exception {
    String named = request.headers().first(HeaderNames.create("Stripe-Account")).orElse("");
    StripeAccount account = accounts.acting(named).orElse(null);
    Handler handler =
        account == null
            ? accounts
                .platform()
                .api
                .handle(
                    _ -> {
                      throw StripeError.lostAccount(named);
                    })
            : account.api.handle(action.apply(account));
    handler.handle(request, response);
  }

  private void page(String path, PageOf show, PageOf submit) {
    routing.get(path, (request, response) -> page(request, response, show));
    routing.post(path, (request, response) -> page(request, response, submit));
  }

  private void page(ServerRequest request, ServerResponse response, PageOf of) throws Exception {
    StripeAccount account = accounts.holding(request.path().pathParameters().get("id"));
    of.apply(account).handle(request, response);
  }
}
