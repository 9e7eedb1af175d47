package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Page;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/billing_portal/sessions` and the portal page, where a customer ends or keeps a
/// subscription.
final class PortalSessions {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final String TYPE = "billing_portal.session";

  private final Objects objects;
  private final StripeApi api;
  private final Subscriptions subscriptions;
  private final Cancellations cancellations;
  private final Supplier<URI> address;

  PortalSessions(
      Objects objects,
      StripeApi api,
      Subscriptions subscriptions,
      Cancellations cancellations,
      Supplier<URI> address) {
    this.objects = objects;
    this.api = api;
    this.subscriptions = subscriptions;
    this.cancellations = cancellations;
    this.address = address;
  }

  ObjectNode create(Call call) {
    Params params =
        call.params()
            .allow(
                "configuration", "customer", "flow_data", "locale", "on_behalf_of", "return_url");
    String customer = params.required("customer");
    objects.get("customer", customer, "customer");
    String returnUrl = params.text("return_url");
    if (!returnUrl.isEmpty() && !returnUrl.matches("https?://[^\\s<>\"]+")) {
      throw StripeError.invalid("url_invalid", "return_url", "Not a valid URL: return_url");
    }
    ObjectNode session =
        objects.shape(
            TYPE,
            objects.id("bps_"),
            """
            {"configuration": "bpc_sandbox", "customer_account": null, "flow": null,
             "locale": null, "on_behalf_of": null, "return_url": null}
            """);
    session.put("customer", customer);
    params.copyTexts(session, "locale", "return_url");
    session.put("url", address.get() + "/p/session/" + session.path("id").asString());
    return objects.add(session);
  }

  void show(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    try {
      Page.send(response, 200, api.run(Call.NONE, call -> page(objects.get(TYPE, id))));
    } catch (StripeError e) {
      missing(response);
    }
  }

  void submit(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    try {
      Params form =
          new Params(FormBody.parse(new String(Json.body(request), StandardCharsets.UTF_8)), "");
      String subscriptionId = form.text("subscription");
      boolean cancel = form.text("action").equals("cancel");
      api.run(Call.NONE, call -> change(objects.get(TYPE, id), subscriptionId, cancel));
      response.status(303).header(HeaderNames.LOCATION, "/p/session/" + id).send();
    } catch (StripeError e) {
      missing(response);
    }
  }

  private ObjectNode change(ObjectNode session, String subscriptionId, boolean cancel) {
    ObjectNode subscription = objects.get("subscription", subscriptionId);
    if (!subscription.path("customer").equals(session.path("customer"))) {
      throw StripeError.notFound("subscription", subscriptionId);
    }
    if (cancel) {
      cancellations.atTime(subscription, SubscriptionItems.periodEnd(subscription));
      return subscription;
    }
    ObjectNode fields = Json.object();
    fields.put("cancel_at", "");
    return subscriptions.update(new Call(subscriptionId, new Params(fields, ""), "", "", ""));
  }

  private Page page(ObjectNode session) {
    StringBuilder body = new StringBuilder("<h1>Your subscriptions</h1>\n");
    var owned = subscriptions.ofCustomer(session.path("customer").asString());
    if (owned.isEmpty()) {
      body.append("<p class=\"panel\">You have none yet. One begins with a paid checkout.</p>\n");
    }
    for (ObjectNode subscription : owned) {
      String status = subscription.path("status").asString();
      boolean ending = subscription.path("cancel_at").isNumber();
      body.append("<section class=\"panel\">\n<h2>")
          .append(Page.escape(name(subscription)))
          .append("</h2>\n<p>")
          .append(Page.escape(status))
          .append(Page.escape(end(subscription, status, ending)))
          .append("<br><code class=\"quiet\">")
          .append(Page.escape(subscription.path("id").asString()))
          .append("</code></p>\n");
      if (!status.equals("canceled")) {
        body.append(
            """
            <form method="post"><input type="hidden" name="subscription" value="%s">
            <button name="action" value="%s">%s</button></form>
            """
                .formatted(
                    Page.escape(subscription.path("id").asString()),
                    ending ? "keep" : "cancel",
                    ending ? "Keep the subscription" : "Cancel at the end of the period"));
      }
      body.append("</section>\n");
    }
    String returnUrl = session.path("return_url").asString("");
    if (!returnUrl.isEmpty()) {
      body.append("<p><a id=\"return\" href=\"")
          .append(Page.escape(returnUrl))
          .append("\">Go back</a></p>\n");
    }
    return Page.narrow("Stripe", "Customer portal", body.toString());
  }

  /// The price as people know it: "Pro, 29.00 EUR every month".
  private static String name(ObjectNode subscription) {
    JsonNode price = Subscriptions.data(subscription).path(0).path("price");
    String nickname = price.path("nickname").asString("");
    return (nickname.isEmpty() ? "Subscription" : nickname)
        + ", "
        + Amounts.text(price.path("unit_amount").asLong(), price.path("currency").asString(""))
        + Amounts.every(price);
  }

  private static String end(ObjectNode subscription, String status, boolean ending) {
    if (ending) {
      return ", ends " + day(subscription.path("cancel_at").asLong());
    }
    return status.equals("canceled")
        ? ""
        : ", renews " + day(SubscriptionItems.periodEnd(subscription));
  }

  private static String day(long epochSeconds) {
    return DAY.format(Instant.ofEpochSecond(epochSeconds));
  }

  private static void missing(ServerResponse response) {
    Page.send(
        response,
        404,
        Page.narrow(
            "Stripe",
            "No such session",
            "<h1>No such session</h1><p>Create one with POST /v1/billing_portal/sessions.</p>"));
  }
}
