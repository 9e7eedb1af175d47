package dev.tenon.console;

import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import java.util.UUID;

/// Adds to a timeline what followed from something: events, messages, attempts to send them.
final class Effects {
  private static final int EFFECTS_MAX = 50;

  private final MessageQueries messages = new MessageQueries();

  /// What a fact led to.
  ///
  /// @param since when the fact came in; no effect is older
  void add(Timeline timeline, TenantTx tx, UUID cause, Instant since, Instant now) {
    for (MessageQueries.Event event : messages.events(tx, cause, since, EFFECTS_MAX)) {
      timeline.event(event);
    }
    for (MessageRow message : messages.causedBy(tx, cause, EFFECTS_MAX, now)) {
      timeline.message(
          message,
          Frame.base(tx.tenant()) + "/messages/" + Ids.write(Prefix.MESSAGE, message.id()));
      addOf(timeline, tx, message);
    }
  }

  /// What became of a message.
  void addOf(Timeline timeline, TenantTx tx, MessageRow message) {
    for (MessageQueries.Attempt attempt : messages.attempts(tx, message.id(), EFFECTS_MAX)) {
      timeline.attempt(message.id(), attempt);
    }
    for (MessageQueries.Event event :
        messages.events(tx, message.id(), message.createdAt().at(), EFFECTS_MAX)) {
      timeline.event(event);
    }
  }
}
