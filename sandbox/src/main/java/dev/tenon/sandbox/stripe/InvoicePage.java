package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Page;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The hosted page of an invoice: what is due, and a button that pays it with a card that works.
final class InvoicePage {
  static final String PATH = "/i/";

  private final Objects objects;
  private final StripeApi api;
  private final Renewals renewals;

  InvoicePage(Objects objects, StripeApi api, Renewals renewals) {
    this.objects = objects;
    this.api = api;
    this.renewals = renewals;
  }

  void show(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    Optional<ObjectNode> found = find(id);
    if (found.isEmpty()) {
      Page.send(response, 404, Page.wide("Stripe", "Invoice", "<h1>No such invoice</h1>\n"));
      return;
    }
    ObjectNode invoice = found.get();
    boolean open = invoice.path("status").asString().equals("open");
    String body =
        """
        <h1>Invoice %s</h1>
        <p>%s %s, <strong>%s</strong></p>
        """
            .formatted(
                Page.escape(invoice.path("number").asString("")),
                Page.escape(
                    java.math.BigDecimal.valueOf(invoice.path("amount_due").asLong(), 2)
                        .toPlainString()),
                Page.escape(
                    invoice.path("currency").asString("").toUpperCase(java.util.Locale.ROOT)),
                Page.escape(invoice.path("status").asString("")));
    String button =
        open ? "<form method=\"post\"><button type=\"submit\">Pay invoice</button></form>\n" : "";
    Page.send(response, 200, Page.wide("Stripe", "Invoice", body + button));
  }

  /// Pays an open invoice and shows it again; a paid one is only shown.
  void submit(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    find(id)
        .filter(invoice -> invoice.path("status").asString().equals("open"))
        .map(
            invoice ->
                invoice
                    .path("parent")
                    .path("subscription_details")
                    .path("subscription")
                    .asString(""))
        .ifPresent(subscription -> api.run(Call.NONE, call -> renewals.renew(subscription, true)));
    show(request, response);
  }

  private Optional<ObjectNode> find(String id) {
    return api.run(Call.NONE, call -> objects.find("invoice", id).map(ObjectNode::deepCopy));
  }
}
