package dev.tenon.connector.stripe;

import com.stripe.param.SubscriptionItemListParams;
import dev.tenon.connector.Outcome;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Gets single objects as Stripe has them now, as JSON text for the readers of events.
public final class StripeLookUps {
  /// Stripe allows 20 items a subscription
  /// (docs.stripe.com/billing/subscriptions/multiple-products).
  private static final long ITEMS_MAX = 100;

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

  /// Gets one. What is not there is [Outcome.RefusedRequest] with code `resource_missing`. A
  /// subscription comes with all of its items, also where Stripe shows a part of them in it.
  public Outcome<String> get(Kind kind, String id) {
    Outcome<String> found = object(kind, id);
    return kind == Kind.SUBSCRIPTION
            && found instanceof Outcome.Accepted<String> accepted
            && StripeObjects.tree(accepted.value().getBytes(StandardCharsets.UTF_8))
                instanceof ObjectNode subscription
            && subscription.path("items").path("has_more").asBoolean(false)
        ? withItems(subscription, id)
        : found;
  }

  private Outcome<String> withItems(ObjectNode subscription, String id) {
    SubscriptionItemListParams params =
        SubscriptionItemListParams.builder().setSubscription(id).setLimit(ITEMS_MAX).build();
    return calls.ask(
        client -> client.v1().subscriptionItems().list(params),
        items -> {
          if (StripeObjects.list(items).isEmpty()) {
            throw new IllegalArgumentException("no list of items");
          }
          subscription.set("items", items);
          return subscription.toString();
        });
  }

  private Outcome<String> object(Kind kind, String id) {
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
