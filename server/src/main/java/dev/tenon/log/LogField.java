package dev.tenon.log;

import org.slf4j.MDC;

/// What a line of the log belongs to. A field holds for the thread that set it: from [#put] until
/// the returned [Scope] is closed, or from [#set] until [#clearAll].
public enum LogField {
  /// The id that the caller sees as `Tenon-Request-Id`.
  REQUEST("request_id"),
  /// The tenant whose data is worked on.
  TENANT("tenant"),
  /// The connection that a call or a webhook goes through.
  CONNECTION("connection");

  private static final LogField[] FIELDS = values();

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

  /// Sets this field until [#clearAll]: for a request, whose end is one place and whose failure is
  /// logged there.
  public void set(String value) {
    MDC.put(key, value);
  }

  /// Ends all fields of this thread.
  public static void clearAll() {
    for (LogField field : FIELDS) {
      MDC.remove(field.key);
    }
  }

  /// Does `work` under this field.
  public void during(String value, Runnable work) {
    try (Scope _ = put(value)) {
      work.run();
    }
  }

  /// Ends the field, or brings back the value that it had before.
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }
}
