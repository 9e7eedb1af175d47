package dev.tenon.payment;

import dev.tenon.connector.stripe.Previous;
import dev.tenon.connector.stripe.PreviousSubscription;
import dev.tenon.connector.stripe.SubscriptionSnapshot;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What one event said of a subscription: all that is needed to decide whether it is the newest,
/// and to be the row if it is. Kept in the row for the facts of its newest second.
///
/// @param event the provider's id of the event
/// @param second when it was created, in unix seconds: the finest that Stripe tells
/// @param first whether it told of the creation
/// @param previousStatus what the status was before, null when the event says nothing of it
/// @param previousCancelAtPeriodEnd likewise
record SubscriptionFact(
    String event,
    long second,
    boolean first,
    @Nullable String previousStatus,
    @Nullable Boolean previousCancelAtPeriodEnd,
    String status,
    @Nullable String customer,
    @Nullable String price,
    @Nullable String plan,
    @Nullable Long quantity,
    @Nullable String currency,
    @Nullable Long unitAmount,
    @Nullable Instant periodStart,
    @Nullable Instant periodEnd,
    boolean cancelAtPeriodEnd,
    @Nullable Instant cancelAt,
    @Nullable Instant cancelledAt,
    @Nullable Instant endedAt) {

  static SubscriptionFact of(
      String event,
      Instant created,
      String kind,
      SubscriptionSnapshot snapshot,
      PreviousSubscription previous) {
    SubscriptionSnapshot.Item item =
        snapshot.items().isEmpty() ? null : snapshot.items().getFirst();
    return new SubscriptionFact(
        event,
        created.getEpochSecond(),
        kind.endsWith(".created"),
        was(previous.status()),
        was(previous.cancelAtPeriodEnd()),
        snapshot.status(),
        orNull(snapshot.customer()),
        item == null ? null : orNull(item.price()),
        item == null ? null : orNull(item.nickname().isEmpty() ? item.product() : item.nickname()),
        item == null ? null : item.quantity(),
        item == null ? orNull(snapshot.currency()) : orNull(item.currency()),
        item == null ? null : item.unitAmount(),
        snapshot.currentPeriodStart(),
        snapshot.currentPeriodEnd(),
        snapshot.endsAtPeriodEnd(),
        snapshot.cancelAt(),
        snapshot.canceledAt(),
        snapshot.endedAt());
  }

  private static <T> @Nullable T was(Previous<T> previous) {
    return previous instanceof Previous.Was<T> was ? was.value() : null;
  }

  static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  SubscriptionState state() {
    return SubscriptionState.of(status);
  }

  boolean isFinal() {
    return state() == SubscriptionState.ENDED;
  }

  /// Whether `later` says that it found things as this fact left them.
  boolean precedes(SubscriptionFact later) {
    if (later.previousStatus == null && later.previousCancelAtPeriodEnd == null) {
      return first && !later.first;
    }
    return (later.previousStatus == null || later.previousStatus.equals(status))
        && (later.previousCancelAtPeriodEnd == null
            || later.previousCancelAtPeriodEnd == cancelAtPeriodEnd);
  }
}
