package dev.tenon.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.connector.stripe.SubscriptionSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One price within a subscription: the plan, or something that was added to it.
///
/// @param id the provider's id of the item
/// @param unitAmount in minor units; null for prices without one amount
/// @param nickname what the account calls the price
@JsonInclude(JsonInclude.Include.NON_NULL)
record SubscriptionItem(
    @Nullable String id,
    @Nullable String price,
    @Nullable String product,
    long quantity,
    @Nullable Long unitAmount,
    @Nullable String currency,
    @Nullable String nickname) {

  /// As many as Stripe allows (docs.stripe.com/billing/subscriptions/multiple-products).
  private static final int ITEMS_MAX = 20;

  /// The items in Stripe's order.
  static List<SubscriptionItem> of(SubscriptionSnapshot subscription) {
    return subscription.items().stream().limit(ITEMS_MAX).map(SubscriptionItem::of).toList();
  }

  private static SubscriptionItem of(SubscriptionSnapshot.Item item) {
    return new SubscriptionItem(
        PlainText.id(item.id()),
        PlainText.id(item.price()),
        PlainText.id(item.product()),
        item.quantity(),
        item.unitAmount(),
        PlainText.id(item.currency()),
        PlainText.name(item.nickname()));
  }
}
