package dev.tenon.payment;

import dev.tenon.connector.stripe.SubscriptionSnapshot;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What one event said of a subscription: all that is needed to decide whether it is the newest,
/// and to be the row if it is. Kept in the row for the facts of its newest second.
///
/// @param event the provider's id of the event
/// @param second when it was created, in unix seconds: the finest that Stripe tells
/// @param first whether it told of the creation
/// @param before what it calls previous; empty when it says nothing of it (see [SubscriptionTrace])
/// @param after the same fields as it left them
record SubscriptionFact(
    String event,
    long second,
    boolean first,
    Map<String, String> before,
    Map<String, String> after,
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
    @Nullable Instant endedAt,
    @Nullable Instant trialEnd)
    implements TimedFact {

  SubscriptionFact {
    before = before == null ? Map.of() : before;
    after = after == null ? Map.of() : after;
  }

  /// Reads it from the object of an event and what the event calls previous (missing for none).
  static SubscriptionFact of(
      String event, Instant created, String kind, JsonNode object, JsonNode previous) {
    SubscriptionSnapshot snapshot = SubscriptionSnapshot.of(object);
    SubscriptionSnapshot.Item item =
        snapshot.items().isEmpty() ? null : snapshot.items().getFirst();
    return new SubscriptionFact(
        event,
        created.getEpochSecond(),
        kind.endsWith(".created"),
        SubscriptionTrace.of(previous),
        SubscriptionTrace.of(object),
        String.valueOf(PlainText.of(snapshot.status(), PlainText.ID_CHARS_MAX)),
        PlainText.id(snapshot.customer()),
        item == null ? null : PlainText.id(item.price()),
        item == null
            ? null
            : PlainText.name(item.nickname().isEmpty() ? item.product() : item.nickname()),
        item == null ? null : item.quantity(),
        PlainText.id(item == null ? snapshot.currency() : item.currency()),
        item == null ? null : item.unitAmount(),
        snapshot.currentPeriodStart(),
        snapshot.currentPeriodEnd(),
        snapshot.endsAtPeriodEnd(),
        snapshot.cancelAt(),
        snapshot.canceledAt(),
        snapshot.endedAt(),
        snapshot.trialEnd());
  }

  SubscriptionState state() {
    return SubscriptionState.of(status);
  }

  @Override
  public boolean isFinal() {
    return state() == SubscriptionState.ENDED;
  }

  @Override
  public int rank() {
    return switch (status) {
      case "incomplete" -> 0;
      case "trialing" -> 1;
      case "active" -> 2;
      case "past_due" -> 3;
      case "unpaid" -> 4;
      case "paused" -> 5;
      case "incomplete_expired" -> 8;
      case "canceled" -> 9;
      default -> 2;
    };
  }
}
