package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Page;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// The control endpoints: what a buyer, a bank or the calendar would do.
final class StripeControl {
  private static final int SHOWN = 100;

  private final StripeAccounts accounts;

  StripeControl(StripeAccounts accounts) {
    this.accounts = accounts;
  }

  void routes(HttpRouting.Builder routing) {
    routing
        .get("/_sandbox/checkout-sessions", this::listSessions)
        .get("/_sandbox/subscriptions", this::listSubscriptions);
    action(routing, "/_sandbox/checkout-sessions/{id}/pay", (at, id) -> at.payment.pay(id, ""));
    action(routing, "/_sandbox/checkout-sessions/{id}/decline", (at, id) -> at.payment.decline(id));
    String subscription = "/_sandbox/subscriptions/{id}/";
    action(routing, subscription + "renew", (at, id) -> at.renewals.renew(id, true));
    action(routing, subscription + "fail-payment", (at, id) -> at.renewals.renew(id, false));
    action(routing, subscription + "require-action", (at, id) -> at.renewals.requireAction(id));
    action(routing, subscription + "trial-ending", (at, id) -> at.renewals.trialEnding(id));
    action(routing, subscription + "cancel", StripeControl::cancel);
    action(routing, "/_sandbox/charges/{id}/refund", (at, id) -> at.refunds.all(id));
    action(routing, "/_sandbox/charges/{id}/dispute", (at, id) -> at.disputes.open(id));
    action(routing, "/_sandbox/disputes/{id}/win", (at, id) -> at.disputes.win(id));
    action(routing, "/_sandbox/disputes/{id}/lose", (at, id) -> at.disputes.lose(id));
    action(routing, "/_sandbox/webhook-endpoints/{id}/thin", (at, id) -> at.endpoints.thin(id));
    action(routing, "/_sandbox/webhook-endpoints/{id}/roll-secret", StripeControl::roll);
  }

  private static ObjectNode cancel(StripeAccount at, String id) {
    ObjectNode subscription = at.objects.get("subscription", id);
    at.cancellations.end(subscription);
    return subscription;
  }

  private static ObjectNode roll(StripeAccount at, String id) {
    ObjectNode answer = Json.object();
    answer.put("id", id);
    answer.put("secret", at.endpoints.roll(id));
    return answer;
  }

  private void action(
      HttpRouting.Builder routing,
      String path,
      BiFunction<StripeAccount, String, ObjectNode> action) {
    routing.post(
        path,
        (request, response) -> {
          String id = request.path().pathParameters().get("id");
          StripeAccount at = accounts.holding(id);
          answer(response, () -> at.api.run(Call.NONE, _ -> action.apply(at, id).deepCopy()));
        });
  }

  private static void answer(ServerResponse response, Supplier<ObjectNode> work) {
    ObjectNode body;
    int status = 200;
    try {
      body = work.get();
    } catch (StripeError e) {
      body = e.json();
      status = e.status();
    }
    Json.send(response, status, body);
  }

  private List<ObjectNode> newest(String type) {
    return accounts.all().stream()
        .flatMap(at -> at.api.read(() -> at.objects.list(type)).reversed().stream())
        .toList();
  }

  private void listSessions(ServerRequest request, ServerResponse response) {
    StringBuilder body = new StringBuilder("<h1>Checkout sessions</h1>\n<ul>\n");
    newest(CheckoutSessions.TYPE).stream()
        .limit(SHOWN)
        .forEach(
            session -> {
              String id = Page.escape(session.path("id").asString());
              body.append(
                  "<li><a class=\"mono\" href=\"/c/pay/%s\">%s</a> %s</li>\n"
                      .formatted(id, id, Page.escape(session.path("status").asString())));
            });
    Page.send(response, 200, Page.wide("Stripe", "Checkout sessions", body + "</ul>\n"));
  }

  private void listSubscriptions(ServerRequest request, ServerResponse response) {
    StringBuilder body =
        new StringBuilder(
            """
            <h1>Subscriptions</h1>
            <p>Move one on with <code>curl -X POST …/_sandbox/subscriptions/ID/renew</code>, or
            <code>fail-payment</code>, <code>require-action</code>, <code>trial-ending</code>,
            <code>cancel</code>.</p>
            <ul>
            """);
    newest("subscription").stream()
        .limit(SHOWN)
        .forEach(
            subscription ->
                body.append(
                    "<li><code>%s</code> %s, customer <code>%s</code></li>\n"
                        .formatted(
                            Page.escape(subscription.path("id").asString()),
                            Page.escape(subscription.path("status").asString()),
                            Page.escape(subscription.path("customer").asString()))));
    Page.send(response, 200, Page.wide("Stripe", "Subscriptions", body + "</ul>\n"));
  }
}
