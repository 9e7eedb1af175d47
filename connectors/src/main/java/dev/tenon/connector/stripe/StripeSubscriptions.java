package dev.tenon.connector.stripe;

import com.stripe.net.RequestOptions;
import com.stripe.param.SubscriptionUpdateParams;
import com.stripe.param.common.EmptyParam;
import dev.tenon.connector.Outcome;

/// The calls about subscriptions. Idempotency keys are as for [StripeConnector].
public final class StripeSubscriptions {
  private final StripeCalls calls;

  StripeSubscriptions(StripeCalls calls) {
    this.calls = calls;
  }

  /// Gets a subscription. One that never was is [Outcome.RefusedRequest] with code
  /// `resource_missing`; an ended one is still there.
  public Outcome<SubscriptionSnapshot> get(String id) {
    return calls.send(client -> client.v1().subscriptions().retrieve(id), SubscriptionSnapshot::of);
  }

  /// Lets it end with the paid period. That is an update: Stripe's cancellation proper ends it now.
  public Outcome<SubscriptionSnapshot> cancelAtPeriodEnd(String id, String idempotencyKey) {
    return update(
        id, SubscriptionUpdateParams.builder().setCancelAtPeriodEnd(true).build(), idempotencyKey);
  }

  /// Takes back a cancellation that has not come into effect. It has two forms, the flag and a date
  /// (flexible billing), and Stripe takes back only the one that is set.
  ///
  /// @param current the subscription as [#get] shows it now
  public Outcome<SubscriptionSnapshot> keep(SubscriptionSnapshot current, String idempotencyKey) {
    SubscriptionUpdateParams.Builder params = SubscriptionUpdateParams.builder();
    if (current.cancelAtPeriodEnd()) {
      params.setCancelAtPeriodEnd(false);
    } else {
      params.setCancelAt(EmptyParam.EMPTY);
    }
    return update(current.id(), params.build(), idempotencyKey);
  }

  /// Ends it now, without a refund or an invoice for what was used.
  public Outcome<SubscriptionSnapshot> cancelNow(String id, String idempotencyKey) {
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().subscriptions().cancel(id, options), SubscriptionSnapshot::of);
  }

  private Outcome<SubscriptionSnapshot> update(
      String id, SubscriptionUpdateParams params, String idempotencyKey) {
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().subscriptions().update(id, params, options),
        SubscriptionSnapshot::of);
  }
}
