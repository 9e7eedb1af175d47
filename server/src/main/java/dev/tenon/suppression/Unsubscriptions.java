package dev.tenon.suppression;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.db.TenantTx;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.MessageLabels;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What recipients decide by the link in a mail: to leave a stream or all of them, and to come
/// back. Doing the same twice changes nothing and tells nothing.
public final class Unsubscriptions {
  private static final String BY = "recipient";

  private final Suppressions suppressions = new Suppressions();
  private final Set<String> streams;
  private final Events events;
  private final Ids ids;
  private final InstantSource clock;

  /// @param streams those that carry such links
  public Unsubscriptions(Set<String> streams, Events events, Ids ids, InstantSource clock) {
    this.streams = Set.copyOf(streams);
    this.events = events;
    this.ids = ids;
    this.clock = clock;
  }

  /// The streams that a link can mean: its own, and those that carry such links now. Mails that
  /// somebody needs, such as a receipt or a new password, go through others.
  Set<String> all(UnsubscribeToken token) {
    var all = new TreeSet<>(streams);
    all.add(token.stream());
    return all;
  }

  /// Which of these streams the recipient has left.
  Set<String> left(TenantTx tx, UnsubscribeToken token) {
    var left = new TreeSet<String>();
    for (String stream : all(token)) {
      if (suppressions
          .find(tx, token.address(), stream)
          .filter(entry -> entry.reason() == Suppression.Reason.UNSUBSCRIBED)
          .isPresent()) {
        left.add(stream);
      }
    }
    return left;
  }

  /// Takes the recipient off streams.
  void leave(TenantTx tx, UnsubscribeToken token, Set<String> from) {
    Instant now = clock.instant();
    for (String stream : from) {
      var entry =
          new Suppression(
              ids.next(),
              token.address(),
              stream,
              Suppression.Reason.UNSUBSCRIBED,
              "the recipient followed the link in a mail",
              null,
              token.message(),
              now,
              now);
      if (suppressions.find(tx, token.address(), stream).isEmpty()
          && suppressions.add(tx, List.of(entry)) > 0) {
        tell(tx, EventType.MESSAGE_UNSUBSCRIBED, token, stream, now);
      }
    }
  }

  /// Takes back what the recipient decided, and nothing that anybody else did.
  void comeBack(TenantTx tx, UnsubscribeToken token) {
    Instant now = clock.instant();
    for (String stream : left(tx, token)) {
      boolean removed =
          suppressions
              .find(tx, token.address(), stream)
              .filter(
                  entry ->
                      suppressions.remove(
                          tx, entry.id(), "the recipient wants these mails again", BY, now))
              .isPresent();
      if (removed) {
        tell(tx, EventType.MESSAGE_RESUBSCRIBED, token, stream, now);
      }
    }
  }

  private void tell(
      TenantTx tx, EventType type, UnsubscribeToken token, String stream, Instant now) {
    MessageLabels labels = labels(tx, token);
    events.tell(tx, List.of(told(type, token.message(), labels, token.address(), stream, BY, now)));
  }

  /// A link outlives its message: what is told then says what the link itself says.
  private static MessageLabels labels(TenantTx tx, UnsubscribeToken token) {
    return MessageLabels.find(tx, token.message())
        .orElseGet(
            () -> new MessageLabels(token.address(), token.stream(), null, List.of(), Map.of()));
  }

  /// The event of somebody who left or came back.
  ///
  /// @param by `recipient`, or the provider that reports it
  public static NewEvent told(
      EventType type,
      UUID message,
      MessageLabels labels,
      String address,
      String stream,
      String by,
      Instant when) {
    Map<String, @Nullable Object> data = labels.with(Map.of());
    data.put("recipient", EmailAddress.cleanLine(address, 320));
    data.put("stream", stream);
    data.put("by", by);
    data.put("occurred_at", when.toString());
    return new NewEvent(type, Ids.write(Prefix.MESSAGE, message), data, null);
  }
}
