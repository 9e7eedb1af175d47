package dev.tenon.spring;

import dev.tenon.client.webhook.TenonEvent;

/// A bean that gets events of one type, or of several that share an interface:
///
/// ```java
/// @Component
/// class Subscriptions implements TenonEventHandler<TenonEvent.SubscriptionEvent> {
///   public void handle(TenonEvent.SubscriptionEvent event) { … }
/// }
/// ```
///
/// Every handler that fits is called, in the beans' order, before Tenon is answered. So store what
/// came and do the work afterwards: Tenon waits 15 seconds. Whatever a handler throws is answered
/// with 500, and Tenon sends the event again.
///
/// An event may come more than once, and then all its handlers are called again: see
/// [OncePerEvent].
@FunctionalInterface
public interface TenonEventHandler<E extends TenonEvent> {
  void handle(E event);
}
