package dev.tenon.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.connector.stripe.SubscriptionSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What one event said of a subscription: all that is needed to decide whether it is the newest,
/// and to be the row if it is. Kept in the row for the facts of its two newest seconds.
///
/// @param event the provider's id of the event
/// @param second when it was created, in unix seconds: the finest that Stripe tells
/// @param first whether it told of the creation
/// @param before what it calls previous; empty when it says nothing of it (see [SubscriptionTrace])
/// @param after the same fields as it left them
/// @param price of the first item, as are `plan` (its nickname), `quantity` and `unitAmount`
/// @param items all of them; none in facts that were kept before there were any
/// @param created when the subscription was made
/// @param pause null while its invoices are collected
@JsonInclude(JsonInclude.Include.NON_EMPTY)
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
    @Nullable Instant trialEnd,
    List<SubscriptionItem> items,
    @Nullable Instant created,
    @Nullable CollectionPause pause)
    implements TimedFact<SubscriptionFact> {

  /// A subscription whose first payment is missing is `incomplete` for 23 hours and then
  /// `incomplete_expired` (docs.stripe.com/billing/subscriptions/overview#subscription-statuses).
  private static final Duration INCOMPLETE_MAX = Duration.ofHours(24);

  SubscriptionFact {
    before = before == null ? Map.of() : before;
    after = after == null ? Map.of() : after;
    items = items == null ? List.of() : List.copyOf(items);
  }

  /// Reads it from the object of an event and what the event calls previous (missing for none).
  static SubscriptionFact of(
      String event, Instant created, String kind, JsonNode object, JsonNode previous) {
    SubscriptionSnapshot snapshot = SubscriptionSnapshot.of(object);
    List<SubscriptionItem> items = SubscriptionItem.of(snapshot);
    SubscriptionItem first = items.isEmpty() ? null : items.getFirst();
    return new SubscriptionFact(
        event,
        created.getEpochSecond(),
        kind.endsWith(".created"),
        SubscriptionTrace.before(previous, object),
        SubscriptionTrace.of(object),
        String.valueOf(PlainText.of(snapshot.status(), PlainText.ID_CHARS_MAX)),
        PlainText.id(snapshot.customer()),
        first == null ? null : first.price(),
        first == null ? null : first.nickname(),
        first == null ? null : first.quantity(),
        first == null ? PlainText.id(snapshot.currency()) : first.currency(),
        first == null ? null : first.unitAmount(),
        snapshot.currentPeriodStart(),
        snapshot.currentPeriodEnd(),
        snapshot.endsAtPeriodEnd(),
        snapshot.cancelAt(),
        snapshot.canceledAt(),
        snapshot.endedAt(),
        snapshot.trialEnd(),
        items,
        snapshot.created(),
        CollectionPause.of(snapshot));
  }

  /// Only what tells its place among others: facts of an older second are never shown again.
  @Override
  public SubscriptionFact lean() {
    return new SubscriptionFact(
        event, second, first, before, after, status, null, null, null, null, null, null, null, null,
        false, null, null, null, null, List.of(), null, null);
  }

  /// Whether the subscription is or was in use. One that was cancelled after more than a day was,
  /// also when nothing else is known of it, such as one that is older than the connection.
  boolean tellsOfUse() {
    return state().tellsOfUse()
        || (status.equals("canceled")
            && created != null
            && Duration.between(created, over()).compareTo(INCOMPLETE_MAX) > 0);
  }

  /// When it was over, if it is: Stripe always says so; else when the fact happened.
  Instant over() {
    return endedAt == null ? Instant.ofEpochSecond(second) : endedAt;
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
