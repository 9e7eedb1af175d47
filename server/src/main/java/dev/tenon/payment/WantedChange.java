package dev.tenon.payment;

import dev.tenon.connector.stripe.SubscriptionChange;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A change of a subscription as a request asks for it.
record WantedChange(
    @Nullable String named,
    @Nullable String price,
    @Nullable Integer quantity,
    SubscriptionChangeRoutes.@Nullable Proration proration,
    @Nullable Instant prorationAt) {

  /// An item that may be meant.
  record Item(@Nullable String id, @Nullable String price) {}

  WantedChange {
    if (price == null && quantity == null) {
      throw new ProblemException(
          ProblemCode.REQUEST_MISSING_FIELD, "Give `price` or `quantity`, or both.", "price");
    }
    if (quantity != null) {
      int _ = PriceChecks.quantity(quantity);
    }
  }

  /// The id of the item that is meant. One that is named by its price is still found when an
  /// earlier run of the same request has changed that price, so that a repetition is the same to
  /// the byte. On a first run an item of the new price is another one.
  ///
  /// @param takenUp whether such an earlier run there may have been
  Optional<String> item(List<Item> items, String newPrice, boolean takenUp) {
    if (named == null) {
      return items.size() == 1 ? Optional.ofNullable(items.getFirst().id()) : Optional.empty();
    }
    return items.stream()
        .filter(item -> named.equals(item.id()) || named.equals(item.price()))
        .findFirst()
        .or(
            () ->
                items.stream()
                    .filter(item -> takenUp && !newPrice.isEmpty() && newPrice.equals(item.price()))
                    .findFirst())
        .map(Item::id);
  }

  /// None of the items is meant.
  ProblemException noSuchItem(List<Item> items) {
    return named == null
        ? new ProblemException(
            ProblemCode.REQUEST_MISSING_FIELD,
            "This subscription has %d items: name one of them in `item`.".formatted(items.size()),
            "item")
        : ProblemException.invalidField("item", "This subscription has no such item.");
  }

  /// The change in the provider's terms.
  SubscriptionChange of(String subscription, String item, String newPrice, @Nullable Instant at) {
    return new SubscriptionChange(
        subscription,
        item,
        newPrice,
        quantity == null ? null : Long.valueOf(quantity),
        switch (proration == null ? SubscriptionChangeRoutes.Proration.NEXT_INVOICE : proration) {
          case NEXT_INVOICE -> SubscriptionChange.Proration.NEXT_INVOICE;
          case INVOICE_NOW -> SubscriptionChange.Proration.INVOICE_NOW;
          case NONE -> SubscriptionChange.Proration.NONE;
        },
        at);
  }
}
