package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Page;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The hosted checkout page at `/c/pay/{session}`: a plain form, no script.
final class CheckoutPage {
  private final Objects objects;
  private final StripeApi api;
  private final CheckoutSessions sessions;
  private final CheckoutPayment payment;

  CheckoutPage(Objects objects, StripeApi api, CheckoutSessions sessions, CheckoutPayment payment) {
    this.objects = objects;
    this.api = api;
    this.sessions = sessions;
    this.payment = payment;
  }

  void show(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    try {
      send(response, id, "");
    } catch (StripeError e) {
      missing(response);
    }
  }

  void submit(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    Params form =
        new Params(FormBody.parse(new String(Json.body(request), StandardCharsets.UTF_8)), "");
    try {
      if (form.text("outcome").equals("again")) {
        ObjectNode another = api.run(Call.NONE, call -> sessions.repeat(id).deepCopy());
        response
            .status(303)
            .header(HeaderNames.LOCATION, "/c/pay/" + another.path("id").asString())
            .send();
        return;
      }
      String email = form.text("email").strip();
      String card = form.text("card").replace(" ", "");
      boolean declined =
          form.text("outcome").equals("decline") || card.equals(Payments.DECLINED_CARD);
      if (!card.matches("[0-9]{12,19}")) {
        send(response, id, "Enter a card number, such as 4242 4242 4242 4242.");
      } else if (declined) {
        api.run(Call.NONE, call -> payment.decline(id));
        send(response, id, "The card was declined. Try another card.");
      } else {
        ObjectNode session = api.run(Call.NONE, call -> payment.pay(id, email).deepCopy());
        goTo(response, session.path("success_url").asString(""), id);
      }
    } catch (StripeError e) {
      if (e.status() == 404) {
        missing(response);
      } else {
        send(response, id, String.valueOf(e.getMessage()));
      }
    }
  }

  private static void goTo(ServerResponse response, String successUrl, String id) {
    if (successUrl.isEmpty()) {
      Page.send(
          response,
          200,
          Page.narrow("Stripe", "Paid", "<h1>Paid</h1><p>This session has no success URL.</p>"));
      return;
    }
    response.status(303);
    response.header(HeaderNames.LOCATION, successUrl.replace("{CHECKOUT_SESSION_ID}", id));
    response.send();
  }

  private static void missing(ServerResponse response) {
    Page.send(
        response,
        404,
        Page.narrow(
            "Stripe",
            "No such session",
            "<h1>No such session</h1><p>Create one with POST /v1/checkout/sessions.</p>"));
  }

  private void send(ServerResponse response, String id, String problem) {
    Page.send(response, 200, api.run(Call.NONE, call -> page(sessions.find(id), problem)));
  }

  private Page page(ObjectNode session, String problem) {
    String id = session.path("id").asString();
    StringBuilder body = new StringBuilder("<h1>Checkout</h1>\n");
    String currency = session.path("currency").asString("");
    for (JsonNode line : sessions.lines(id)) {
      body.append(
          "<p class=\"item\"><span><b>%s</b> × %d</span><span class=\"quiet\">%s%s</span></p>\n"
              .formatted(
                  Page.escape(line.path("description").asString("")),
                  line.path("quantity").asLong(),
                  Page.escape(Amounts.text(line.path("amount_total").asLong(), currency)),
                  Page.escape(Amounts.every(line.path("price")))));
    }
    if (!currency.isEmpty()) {
      body.append("<p class=\"total quiet\">")
          .append(session.path("status").asString().equals("open") ? "To pay now" : "Total")
          .append("</p>\n<p class=\"amount\" id=\"total\">")
          .append(Page.escape(Amounts.text(session.path("amount_total").asLong(), currency)))
          .append("</p>\n");
    }
    if (!problem.isEmpty()) {
      body.append("<p class=\"bad\" role=\"alert\">").append(Page.escape(problem)).append("</p>\n");
    }
    String status = session.path("status").asString();
    body.append(status.equals("open") ? form(session) : ended(status));
    return Page.narrow("Stripe", "Checkout", body.toString());
  }

  private static String ended(String status) {
    return """
        <div class="panel">
        <p id="status">This session is %s. Nothing is left to pay.</p>
        <form method="post"><button class="primary" id="again" name="outcome" value="again">Pay
          again in a new session</button></form>
        </div>
        """
        .formatted(Page.escape(status));
  }

  private String form(ObjectNode session) {
    String email = session.path("customer_email").asString("");
    if (email.isEmpty()) {
      email =
          objects
              .find("customer", session.path("customer").asString(""))
              .map(customer -> customer.path("email").asString(""))
              .orElse("");
    }
    String cancel = session.path("cancel_url").asString("");
    return """
    <form method="post">
    <label for="email">Email</label>
    <input id="email" name="email" type="email" autocomplete="email" required value="%s">
    <label for="card">Card number</label>
    <input id="card" name="card" inputmode="numeric" autocomplete="off" required
      aria-describedby="card-help" value="4242 4242 4242 4242">
    <p class="quiet" id="card-help">No card is charged. 4000 0000 0000 0002 is declined.</p>
    <button class="primary wide" id="pay" name="outcome" value="pay">Pay</button>
    <button class="wide" id="decline" name="outcome" value="decline">Pay with a card that is
      declined</button>
    </form>
    %s
    """
        .formatted(
            Page.escape(email),
            cancel.isEmpty()
                ? ""
                : "<p><a id=\"cancel\" href=\""
                    + Page.escape(cancel)
                    + "\">Cancel and go back</a></p>");
  }
}
