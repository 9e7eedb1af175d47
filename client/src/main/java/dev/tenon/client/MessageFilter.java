package dev.tenon.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which messages to list. Begin with [#all]; the other methods answer a narrowed copy.
///
/// @param state such as `failed`
/// @param recipient an address that it went to, also as a copy
/// @param since accepted from this time on
/// @param until accepted before this time
public record MessageFilter(
    @Nullable String state,
    @Nullable String recipient,
    @Nullable String template,
    @Nullable String stream,
    @Nullable String tag,
    @Nullable Instant since,
    @Nullable Instant until) {

  public static MessageFilter all() {
    return new MessageFilter(null, null, null, null, null, null, null);
  }

  public MessageFilter state(String value) {
    return new MessageFilter(value, recipient, template, stream, tag, since, until);
  }

  public MessageFilter recipient(String value) {
    return new MessageFilter(state, value, template, stream, tag, since, until);
  }

  public MessageFilter template(String value) {
    return new MessageFilter(state, recipient, value, stream, tag, since, until);
  }

  public MessageFilter stream(String value) {
    return new MessageFilter(state, recipient, template, value, tag, since, until);
  }

  public MessageFilter tag(String value) {
    return new MessageFilter(state, recipient, template, stream, value, since, until);
  }

  public MessageFilter since(Instant time) {
    return new MessageFilter(state, recipient, template, stream, tag, time, until);
  }

  public MessageFilter until(Instant time) {
    return new MessageFilter(state, recipient, template, stream, tag, since, time);
  }

  Map<String, Object> queries() {
    Map<String, Object> out = new LinkedHashMap<>();
    EventFilter.put(out, "state", state);
    EventFilter.put(out, "recipient", recipient);
    EventFilter.put(out, "template", template);
    EventFilter.put(out, "stream", stream);
    EventFilter.put(out, "tag", tag);
    EventFilter.put(out, "since", since);
    EventFilter.put(out, "until", until);
    return out;
  }
}
