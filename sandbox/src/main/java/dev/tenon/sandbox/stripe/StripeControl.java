package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Page;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// The control endpoints: what a buyer, a bank or the calendar would do.
final class StripeControl {
  private static final int SHOWN = 100;

  private final Objects objects;
  private final StripeApi api;
  private final CheckoutPayment payment;
  private final Renewals renewals;
  private final Cancellations cancellations;
  private final Refunds refunds;
  private final Disputes disputes;
  private final WebhookEndpoints endpoints;

  StripeControl(
      Objects objects,
      StripeApi api,
      CheckoutPayment payment,
      Renewals renewals,
      Cancellations cancellations,
      Refunds refunds,
      Disputes disputes,
      WebhookEndpoints endpoints) {
    this.objects = objects;
    this.api = api;
    this.payment = payment;
    this.renewals = renewals;
    this.cancellations = cancellations;
    this.refunds = refunds;
    this.disputes = disputes;
    this.endpoints = endpoints;
  }

  void routes(HttpRouting.Builder routing) {
    routing
        .get("/_sandbox/checkout-sessions", this::listSessions)
        .get("/_sandbox/subscriptions", this::listSubscriptions);
    action(routing, "/_sandbox/checkout-sessions/{id}/pay", id -> payment.pay(id, ""));
    action(routing, "/_sandbox/checkout-sessions/{id}/decline", payment::decline);
    action(routing, "/_sandbox/subscriptions/{id}/renew", id -> renewals.renew(id, true));
    action(routing, "/_sandbox/subscriptions/{id}/fail-payment", id -> renewals.renew(id, false));
    action(routing, "/_sandbox/subscriptions/{id}/require-action", renewals::requireAction);
    action(routing, "/_sandbox/subscriptions/{id}/trial-ending", renewals::trialEnding);
    action(routing, "/_sandbox/subscriptions/{id}/cancel", this::cancel);
    action(routing, "/_sandbox/charges/{id}/refund", refunds::all);
    action(routing, "/_sandbox/charges/{id}/dispute", disputes::open);
    action(routing, "/_sandbox/disputes/{id}/win", disputes::win);
    action(routing, "/_sandbox/disputes/{id}/lose", disputes::lose);
    action(routing, "/_sandbox/webhook-endpoints/{id}/thin", endpoints::thin);
    action(routing, "/_sandbox/webhook-endpoints/{id}/roll-secret", this::roll);
  }

  private ObjectNode cancel(String id) {
    ObjectNode subscription = objects.get("subscription", id);
    cancellations.end(subscription);
    return subscription;
  }

  private ObjectNode roll(String id) {
    ObjectNode answer = Json.object();
    answer.put("id", id);
    answer.put("secret", endpoints.roll(id));
    return answer;
  }

  private void action(
      HttpRouting.Builder routing, String path, Function<String, ObjectNode> action) {
    routing.post(
        path,
        (request, response) -> {
          String id = request.path().pathParameters().get("id");
          answer(response, () -> api.run(Call.NONE, call -> action.apply(id).deepCopy()));
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

  private void listSessions(ServerRequest request, ServerResponse response) {
    StringBuilder body = new StringBuilder("<h1>Checkout sessions</h1>\n<ul>\n");
    api.run(Call.NONE, call -> objects.list(CheckoutSessions.TYPE)).reversed().stream()
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
    api.run(Call.NONE, call -> objects.list("subscription")).reversed().stream()
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
