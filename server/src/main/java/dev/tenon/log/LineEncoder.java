package dev.tenon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes one event: as text, or as one line of JSON. Every text passes the [Scrubber].
///
/// A line has a greatest length, so that a provider's page of HTML in a message doesn't fill the
/// disk.
final class LineEncoder extends EncoderBase<ILoggingEvent> {
  /// Longest message and longest stack trace, in characters.
  static final int TEXT_MAX = 16_384;

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final byte[] NOTHING = {};

  private final boolean json;
  private final boolean colour;

  LineEncoder(boolean json, boolean colour) {
    this.json = json;
    this.colour = colour;
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return (json ? json(event) : text(event)).getBytes(StandardCharsets.UTF_8);
  }

  private String text(ILoggingEvent event) {
    StringBuilder line = new StringBuilder();
    line.append(paint("2", CLOCK.format(instant(event)))).append(' ');
    line.append(level(event.getLevel())).append(' ');
    line.append(oneLine(clean(event.getFormattedMessage())));
    fields(event).forEach((key, value) -> line.append(paint("2", "  " + key + "=" + value)));
    line.append(paint("2", "  (" + shortName(event.getLoggerName()) + ")")).append('\n');
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.append(clean(ThrowableProxyUtil.asString(thrown)));
    }
    return line.toString();
  }

  private String json(ILoggingEvent event) {
    ObjectNode line = JSON.createObjectNode();
    line.put("time", instant(event).toString());
    line.put("level", event.getLevel().toString().toLowerCase(java.util.Locale.ROOT));
    line.put("logger", event.getLoggerName());
    line.put("thread", event.getThreadName());
    line.put("message", clean(event.getFormattedMessage()));
    fields(event).forEach(line::put);
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.put("error", clean(ThrowableProxyUtil.asString(thrown)));
    }
    return JSON.writeValueAsString(line) + "\n";
  }

  /// The fields of the thread, then those of the single event.
  private static Map<String, String> fields(ILoggingEvent event) {
    Map<String, String> fields = new java.util.LinkedHashMap<>();
    for (LogField field : LogField.values()) {
      @Nullable String value = event.getMDCPropertyMap().get(field.key());
      if (value != null) {
        fields.put(field.key(), oneLine(clean(value)));
      }
    }
    java.util.List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> fields.put(pair.key, oneLine(clean(String.valueOf(pair.value)))));
    }
    return fields;
  }

  private static Instant instant(ILoggingEvent event) {
    Instant instant = event.getInstant();
    return instant == null ? Instant.ofEpochMilli(event.getTimeStamp()) : instant;
  }

  private static String clean(@Nullable String text) {
    String whole = text == null ? "" : text;
    // Scrubbed before the last cut, so that no half of a key stays; cut before it, so that the
    // scrubber
    // has bounded work.
    String scrubbed =
        Scrubber.scrub(whole.length() <= 2 * TEXT_MAX ? whole : whole.substring(0, 2 * TEXT_MAX));
    return scrubbed.length() <= TEXT_MAX
        ? scrubbed
        : scrubbed.substring(0, TEXT_MAX) + "… (" + whole.length() + " characters)";
  }

  /// A line break in a message would let a caller forge a line of the log.
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.chars()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append(' ');
                default -> line.append(Character.isISOControl(c) ? '?' : (char) c);
              }
            });
    return line.toString();
  }

  private static String shortName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  private String level(Level level) {
    String padded = "%-5s".formatted(level.toString());
    return switch (level.toInt()) {
      case Level.ERROR_INT -> paint("1;31", padded);
      case Level.WARN_INT -> paint("33", padded);
      default -> paint("2", padded);
    };
  }

  private String paint(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
