package dev.tenon.payment;

/// What a subscription's status means for the customer who has it. Stripe's own word is kept beside
/// it, since its enum is open.
public enum SubscriptionState {
  /// Not in use yet: the first payment is missing, or the status is one we don't know.
  PENDING,
  TRIALING,
  ACTIVE,
  /// A payment failed or is missing; Stripe still tries.
  PAST_DUE,
  PAUSED,
  /// Over for good. Stripe never revives such a subscription.
  ENDED;

  /// Reads Stripe's status (docs.stripe.com/api/subscriptions/object#subscription_object-status).
  static SubscriptionState of(String providerStatus) {
    return switch (providerStatus) {
      case "trialing" -> TRIALING;
      case "active" -> ACTIVE;
      case "past_due", "unpaid" -> PAST_DUE;
      case "paused" -> PAUSED;
      case "canceled", "incomplete_expired" -> ENDED;
      default -> PENDING;
    };
  }

  /// The word in the database and the API.
  public String text() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /// Whether a subscription in this state is or has been in use: Stripe lets only one that was get
  /// past due or paused. [#ENDED] doesn't say.
  boolean tellsOfUse() {
    return switch (this) {
      case TRIALING, ACTIVE, PAST_DUE, PAUSED -> true;
      case PENDING, ENDED -> false;
    };
  }
}
