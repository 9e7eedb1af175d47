package dev.tenon.connector.stripe;

import java.util.List;

/// A subscription to create without Checkout.
///
/// @param origin goes into its metadata
/// @param customer the customer's id at Stripe
/// @param items 1 to 20, each price once
/// @param promotionCode the id of a promotion code (`promo_…`), or empty
/// @param trialDays 0 for no trial
/// @param withoutCard what happens when the trial ends and no card was given
public record NewSubscription(
    Origin origin,
    String customer,
    List<Item> items,
    String promotionCode,
    long trialDays,
    WithoutCard withoutCard) {

  /// The end of a trial for which nobody gave a card.
  public enum WithoutCard {
    /// It is invoiced, and past due until that is paid.
    INVOICE,
    /// The subscription ends.
    CANCEL,
    /// The subscription is paused, until it is resumed with a card.
    PAUSE
  }

  /// One price of it.
  public record Item(String price, long quantity) {
    public Item {
      if (quantity < 1) {
        throw new IllegalArgumentException("a quantity is at least 1");
      }
    }
  }

  public NewSubscription {
    items = List.copyOf(items);
    if (items.isEmpty() || trialDays < 0) {
      throw new IllegalArgumentException("a subscription has an item, and no negative trial");
    }
  }
}
