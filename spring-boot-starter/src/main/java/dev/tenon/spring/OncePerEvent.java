package dev.tenon.spring;

import dev.tenon.client.webhook.TenonEvent;

/// Where an application makes sure that an event is handled once. Only it can: what was handled has
/// to be noted in the same transaction as what was done. Without such a bean every delivery is
/// handled.
///
/// ```java
/// @Component
/// class SeenEvents implements OncePerEvent {
///   @Transactional
///   public void handle(TenonEvent event, Runnable handlers) {
///     int added = jdbc.sql("insert into seen_event (id) values (?) on conflict do nothing")
///         .param(event.id()).update();
///     if (added == 1) {
///       handlers.run();
///     }
///   }
/// }
/// ```
@FunctionalInterface
public interface OncePerEvent {
  /// Runs `handlers`, or doesn't because this event was handled before. What it throws is answered
  /// with 500, and Tenon sends the event again.
  void handle(TenonEvent event, Runnable handlers);
}
