package dev.tenon.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which received events to list: [#all], narrowed by the other methods.
///
/// @param state of a fact in it: `waiting`, `applied`, `ignored`, `unassigned` or `dead`
/// @param kind the provider's word; `invoice.*` stands for all that begin so
public record ReceivedEventFilter(
    @Nullable String connection,
    @Nullable String state,
    @Nullable String kind,
    @Nullable Instant since,
    @Nullable Instant until) {

  public static ReceivedEventFilter all() {
    return new ReceivedEventFilter(null, null, null, null, null);
  }

  public ReceivedEventFilter connection(String connection) {
    return new ReceivedEventFilter(connection, state, kind, since, until);
  }

  public ReceivedEventFilter state(String state) {
    return new ReceivedEventFilter(connection, state, kind, since, until);
  }

  public ReceivedEventFilter kind(String kind) {
    return new ReceivedEventFilter(connection, state, kind, since, until);
  }

  public ReceivedEventFilter since(Instant time) {
    return new ReceivedEventFilter(connection, state, kind, time, until);
  }

  public ReceivedEventFilter until(Instant time) {
    return new ReceivedEventFilter(connection, state, kind, since, time);
  }

  Map<String, Object> queries() {
    Map<String, Object> out = new LinkedHashMap<>();
    EventFilter.put(out, "connection", connection);
    EventFilter.put(out, "state", state);
    EventFilter.put(out, "kind", kind);
    EventFilter.put(out, "since", since);
    EventFilter.put(out, "until", until);
    return out;
  }
}
