package dev.tenon.connector.stripe;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A subscription as one event or answer showed it. Absent texts are empty, absent times null.
///
/// @param customer the customer's id, or that of its account (Accounts v2)
/// @param status Stripe's own word, which may be one that didn't exist when this was written
/// @param items what is subscribed to, in Stripe's order
/// @param currentPeriodStart the earliest start among the items (since 2025-03-31 each has its own)
/// @param currentPeriodEnd the latest end among the items
/// @param cancelAtPeriodEnd the flag as it came; see [#endsAtPeriodEnd]
/// @param cancelAt when it will end by a set date
/// @param canceledAt when somebody asked for the end
/// @param endedAt when it ended
/// @param collectionPaused invoices are held back (`pause_collection`); says nothing about `status`
/// @param pausedInvoices what becomes of those: `void`, `keep_as_draft`, `mark_uncollectible`, or a
///   newer word; empty where collection is not paused
/// @param collectionResumesAt when it goes on by itself
/// @param metadata holds what the server put there: `tenant_id`, `source`
public record SubscriptionSnapshot(
    String id,
    String customer,
    String status,
    List<Item> items,
    @Nullable Instant currentPeriodStart,
    @Nullable Instant currentPeriodEnd,
    boolean cancelAtPeriodEnd,
    @Nullable Instant cancelAt,
    @Nullable Instant canceledAt,
    @Nullable Instant endedAt,
    @Nullable Instant trialStart,
    @Nullable Instant trialEnd,
    boolean collectionPaused,
    String pausedInvoices,
    @Nullable Instant collectionResumesAt,
    @Nullable Instant created,
    String currency,
    String collectionMethod,
    String latestInvoice,
    Map<String, String> metadata,
    boolean livemode) {

  /// One price within a subscription.
  ///
  /// @param price the price's id; a plan's id where the payload is older than prices
  /// @param quantity how many; 1 where Stripe names none, as for metered prices
  /// @param unitAmount in minor units, null for tiered and other prices without one amount
  /// @param nickname what the account calls the price, empty when it has no name
  /// @param interval `day`, `week`, `month` or `year`
  public record Item(
      String id,
      String price,
      String product,
      long quantity,
      @Nullable Long unitAmount,
      String currency,
      String interval,
      long intervalCount,
      @Nullable Instant periodStart,
      @Nullable Instant periodEnd,
      String nickname) {

    static Item of(JsonNode item) {
      JsonNode price = StripeObjects.firstObject(item.path("price"), item.path("plan"));
      JsonNode recurring = StripeObjects.firstObject(price.path("recurring"), price);
      Long unitAmount = StripeObjects.numberOrNull(price, "unit_amount");
      return new Item(
          StripeObjects.text(item, "id"),
          StripeObjects.firstNonEmpty(
              StripeObjects.reference(item, "price"), StripeObjects.reference(item, "plan")),
          StripeObjects.reference(price, "product"),
          StripeObjects.number(item, "quantity", 1),
          unitAmount == null ? StripeObjects.numberOrNull(price, "amount") : unitAmount,
          StripeObjects.currency(price),
          StripeObjects.text(recurring, "interval"),
          StripeObjects.number(recurring, "interval_count", 1),
          StripeObjects.time(item, "current_period_start"),
          StripeObjects.time(item, "current_period_end"),
          StripeObjects.text(price, "nickname"));
    }
  }

  public SubscriptionSnapshot {
    items = List.copyOf(items);
  }

  /// Reads a subscription of any API version since 2020-08-27.
  public static SubscriptionSnapshot of(JsonNode subscription) {
    List<Item> items = items(subscription);
    return new SubscriptionSnapshot(
        StripeObjects.text(subscription, "id"),
        StripeObjects.customer(subscription),
        StripeObjects.text(subscription, "status"),
        items,
        periodStart(subscription, items),
        periodEnd(subscription, items),
        StripeObjects.flag(subscription, "cancel_at_period_end"),
        StripeObjects.time(subscription, "cancel_at"),
        StripeObjects.time(subscription, "canceled_at"),
        StripeObjects.time(subscription, "ended_at"),
        StripeObjects.time(subscription, "trial_start"),
        StripeObjects.time(subscription, "trial_end"),
        subscription.path("pause_collection").isObject(),
        StripeObjects.text(subscription.path("pause_collection"), "behavior"),
        StripeObjects.time(subscription.path("pause_collection"), "resumes_at"),
        StripeObjects.time(subscription, "created"),
        currency(subscription, items),
        StripeObjects.text(subscription, "collection_method"),
        StripeObjects.reference(subscription, "latest_invoice"),
        StripeObjects.metadata(subscription),
        StripeObjects.flag(subscription, "livemode"));
  }

  static List<Item> items(JsonNode subscription) {
    return StripeObjects.listed(subscription, "items").stream().map(Item::of).toList();
  }

  private static @Nullable Instant periodStart(JsonNode subscription, List<Item> items) {
    Instant start = StripeObjects.time(subscription, "current_period_start");
    for (Item item : items) {
      Instant own = item.periodStart();
      if (own != null && (start == null || own.isBefore(start))) {
        start = own;
      }
    }
    return start;
  }

  private static @Nullable Instant periodEnd(JsonNode subscription, List<Item> items) {
    Instant end = StripeObjects.time(subscription, "current_period_end");
    for (Item item : items) {
      Instant own = item.periodEnd();
      if (own != null && (end == null || own.isAfter(end))) {
        end = own;
      }
    }
    return end;
  }

  private static String currency(JsonNode subscription, List<Item> items) {
    String own = StripeObjects.currency(subscription);
    return own.isEmpty() && !items.isEmpty() ? items.getFirst().currency() : own;
  }

  /// Whether it will end with the paid period: by the flag, or, as flexible billing says it since
  /// 2025-05-28, by a `cancel_at` that is the end of the period.
  public boolean endsAtPeriodEnd() {
    return cancelAtPeriodEnd || (cancelAt != null && cancelAt.equals(currentPeriodEnd));
  }
}
