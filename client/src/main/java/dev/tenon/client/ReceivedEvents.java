package dev.tenon.client;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The webhooks that came in from a tenant's providers.
public final class ReceivedEvents {
  private final Caller caller;

  ReceivedEvents(Caller caller) {
    this.caller = caller;
  }

  public ReceivedEvent get(String receivedEvent) {
    return caller.one(ReceivedEvent.class, Call.GET_RECEIVED_EVENT, null, receivedEvent);
  }

  /// Puts the facts in it back to be applied again; answers how many.
  public int replay(String receivedEvent) {
    return caller.one(Replayed.class, Call.REPLAY_RECEIVED_EVENT, null, receivedEvent).facts();
  }

  /// Those that fit, newest first, page by page as the stream gets there.
  public Stream<ReceivedEvent> list(ReceivedEventFilter filter) {
    return caller.all(ReceivedEvent.class, Call.LIST_RECEIVED_EVENTS, filter.queries());
  }

  /// One page.
  ///
  /// @param cursor of the page before; null for the first one
  public Page<ReceivedEvent> page(ReceivedEventFilter filter, @Nullable String cursor, int limit) {
    return caller.page(
        ReceivedEvent.class, Call.LIST_RECEIVED_EVENTS, filter.queries(), cursor, limit);
  }
}
