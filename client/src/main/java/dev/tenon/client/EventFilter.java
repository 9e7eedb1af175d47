package dev.tenon.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which events to list: [#all], narrowed by the other methods.
///
/// @param type such as `payment.failed`
/// @param about the id of an object
/// @param cause the fact that they followed from
public record EventFilter(
    @Nullable String type,
    @Nullable String about,
    @Nullable String cause,
    @Nullable Instant since,
    @Nullable Instant until) {

  public static EventFilter all() {
    return new EventFilter(null, null, null, null, null);
  }

  public EventFilter type(String type) {
    return new EventFilter(type, about, cause, since, until);
  }

  public EventFilter about(String object) {
    return new EventFilter(type, object, cause, since, until);
  }

  public EventFilter cause(String fact) {
    return new EventFilter(type, about, fact, since, until);
  }

  public EventFilter since(Instant time) {
    return new EventFilter(type, about, cause, time, until);
  }

  public EventFilter until(Instant time) {
    return new EventFilter(type, about, cause, since, time);
  }

  Map<String, Object> queries() {
    Map<String, Object> out = new LinkedHashMap<>();
    put(out, "type", type);
    put(out, "about", about);
    put(out, "cause", cause);
    put(out, "since", since);
    put(out, "until", until);
    return out;
  }

  static void put(Map<String, Object> queries, String name, @Nullable Object value) {
    if (value != null) {
      queries.put(name, value);
    }
  }
}
