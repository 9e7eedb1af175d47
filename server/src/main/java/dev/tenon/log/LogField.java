package dev.tenon.log;

import org.slf4j.MDC;

/// What a line of the log belongs to. A field holds from [#put] until the returned [Scope] is
/// closed, for the thread that set it.
public enum LogField {
  /// The id that the caller sees as `Request-Id`.
  REQUEST("request_id"),
  /// The tenant whose data is worked on.
  TENANT("tenant"),
  /// The connection that a call or a webhook goes through.
  CONNECTION("connection");

  private final String key;

  LogField(String key) {
    this.key = key;
  }

  /// The name in a JSON line.
  public String key() {
    return key;
  }

  /// Sets this field; use it in a try-with-resources.
  public Scope put(String value) {
    String before = MDC.get(key);
    MDC.put(key, value);
    return () -> {
      if (before == null) {
        MDC.remove(key);
      } else {
        MDC.put(key, before);
      }
    };
  }

  /// Ends the field, or brings back the value that it had before.
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }
}
