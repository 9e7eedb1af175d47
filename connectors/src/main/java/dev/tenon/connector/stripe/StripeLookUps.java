package dev.tenon.connector.stripe;

import dev.tenon.connector.Outcome;
import tools.jackson.databind.JsonNode;

/// Gets single objects as Stripe has them now, as JSON text for the readers of events.
public final class StripeLookUps {
  private final StripeCalls calls;

  StripeLookUps(StripeCalls calls) {
    this.calls = calls;
  }

  /// What can be looked up. Stripe's own word for it is the name in lower case, but for a checkout
  /// session, which is `checkout.session`.
  public enum Kind {
    EVENT,
    CUSTOMER,
    SUBSCRIPTION,
    INVOICE,
    INVOICE_PAYMENT,
    CHARGE,
    REFUND,
    DISPUTE,
    CHECKOUT_SESSION
  }

  /// Gets one. What is not there is [Outcome.RefusedRequest] with code `resource_missing`.
  public Outcome<String> get(Kind kind, String id) {
    return calls.send(
        client ->
            switch (kind) {
              case EVENT -> client.v1().events().retrieve(id);
              case CUSTOMER -> client.v1().customers().retrieve(id);
              case SUBSCRIPTION -> client.v1().subscriptions().retrieve(id);
              case INVOICE -> client.v1().invoices().retrieve(id);
              case INVOICE_PAYMENT -> client.v1().invoicePayments().retrieve(id);
              case REFUND -> client.v1().refunds().retrieve(id);
              case CHARGE -> client.v1().charges().retrieve(id);
              case DISPUTE -> client.v1().disputes().retrieve(id);
              case CHECKOUT_SESSION -> client.v1().checkout().sessions().retrieve(id);
            },
        JsonNode::toString);
  }
}
