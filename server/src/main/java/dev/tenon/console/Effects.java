package dev.tenon.console;

import dev.tenon.db.TenantTx;
import dev.tenon.delivery.Deliveries;
import dev.tenon.delivery.Delivery;
import dev.tenon.delivery.DeliveryFilter;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Adds to a timeline what followed from something: events, messages, attempts to send them.
final class Effects {
  private static final int EFFECTS_MAX = 50;
  private static final Instant FOREVER = Instant.parse("9000-01-01T00:00:00Z");

  private final MessageQueries messages = new MessageQueries();

  /// What a fact led to.
  ///
  /// @param since when the fact came in; no effect is older
  void add(Timeline timeline, TenantTx tx, UUID cause, Instant since, Instant now) {
    for (MessageQueries.Event event : messages.events(tx, cause, since, EFFECTS_MAX)) {
      tell(timeline, tx, event, now);
    }
    for (MessageRow message : messages.causedBy(tx, cause, EFFECTS_MAX, now)) {
      timeline.message(
          message,
          Frame.base(tx.tenant()) + "/messages/" + Ids.write(Prefix.MESSAGE, message.id()));
      addOf(timeline, tx, message, now);
    }
  }

  /// What became of a message.
  void addOf(Timeline timeline, TenantTx tx, MessageRow message, Instant now) {
    for (MessageQueries.Attempt attempt : messages.attempts(tx, message.id(), EFFECTS_MAX)) {
      timeline.attempt(message.id(), attempt);
    }
    for (MessageQueries.Event event :
        messages.events(tx, message.id(), message.createdAt().at(), EFFECTS_MAX)) {
      tell(timeline, tx, event, now);
    }
  }

  /// An event, and where it was delivered.
  void tell(Timeline timeline, TenantTx tx, MessageQueries.Event event, Instant now) {
    timeline.event(event);
    var filter = new DeliveryFilter(null, null, event.id(), null, Instant.EPOCH, FOREVER);
    for (Delivery delivery : Deliveries.list(tx, filter, Optional.empty(), EFFECTS_MAX)) {
      timeline.delivery(
          delivery,
          Frame.base(tx.tenant()) + "/deliveries/" + Ids.write(Prefix.DELIVERY, delivery.id()),
          now);
    }
  }
}
