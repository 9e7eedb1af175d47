package dev.tenon.client;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The subscriptions of a tenant's customers, as Tenon knows them.
public final class Subscriptions {
  private final Caller caller;

  Subscriptions(Caller caller) {
    this.caller = caller;
  }

  public Subscription get(String subscription) {
    return caller.one(Subscription.class, Call.GET_SUBSCRIPTION, null, subscription);
  }

  /// Lets it end with the period that is paid.
  public Subscription cancelAtPeriodEnd(String subscription) {
    return cancel(subscription, Cancellation.At.PERIOD_END);
  }

  /// Ends it at once, without a refund.
  public Subscription cancelNow(String subscription) {
    return cancel(subscription, Cancellation.At.NOW);
  }

  private Subscription cancel(String subscription, Cancellation.At at) {
    return caller.one(
        Subscription.class, Call.CANCEL_SUBSCRIPTION, new Cancellation(at), subscription);
  }

  /// Takes back a cancellation, or goes on after a paused trial.
  public StartedSubscription resume(String subscription) {
    return caller.one(StartedSubscription.class, Call.RESUME_SUBSCRIPTION, null, subscription);
  }

  /// All, newest first, page by page as the stream gets there.
  public Stream<Subscription> list() {
    return caller.all(Subscription.class, Call.LIST_SUBSCRIPTIONS, Map.of());
  }

  /// Those of one customer.
  public Stream<Subscription> listOf(String customer) {
    return caller.all(Subscription.class, Call.LIST_SUBSCRIPTIONS, Map.of("customer", customer));
  }

  /// One page.
  ///
  /// @param cursor of the page before; null for the first one
  public Page<Subscription> page(@Nullable String cursor, int limit) {
    return caller.page(Subscription.class, Call.LIST_SUBSCRIPTIONS, Map.of(), cursor, limit);
  }
}
