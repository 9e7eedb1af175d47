package dev.tenon.client;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What Tenon told the application about a tenant.
public final class Events {
  private final Caller caller;

  Events(Caller caller) {
    this.caller = caller;
  }

  public StoredEvent get(String event) {
    return caller.one(StoredEvent.class, Call.GET_EVENT, null, event);
  }

  /// Those that fit, newest first, page by page as the stream gets there.
  public Stream<StoredEvent> list(EventFilter filter) {
    return caller.all(StoredEvent.class, Call.LIST_EVENTS, filter.queries());
  }

  /// One page.
  ///
  /// @param cursor of the page before; null for the first one
  public Page<StoredEvent> page(EventFilter filter, @Nullable String cursor, int limit) {
    return caller.page(StoredEvent.class, Call.LIST_EVENTS, filter.queries(), cursor, limit);
  }
}
