package dev.tenon.client.json;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads one JSON text (RFC 8259): objects as maps in their order, arrays as lists, whole numbers
/// as `Long`, others as `BigDecimal`, and null as null. A name that stands twice in one object,
/// bytes that are not UTF-8, and anything after the value are refused.
///
/// Bounds: [#BYTES_MAX] bytes, [#DEPTH_MAX] levels, and numbers of [#NUMBER_CHARS_MAX] characters.
public final class JsonReader {
  /// More than any answer of the API or event has.
  public static final int BYTES_MAX = 16 << 20;

  /// More than any form of the API has, and little enough for any stack.
  public static final int DEPTH_MAX = 64;

  /// Longer numbers cost more to convert than they can mean.
  public static final int NUMBER_CHARS_MAX = 64;

  private final String text;
  private int at;
  private int depth;

  private JsonReader(String text) {
    this.text = text;
  }

  /// The value in these bytes.
  ///
  /// @throws JsonException when they are not JSON within the bounds
  public static @Nullable Object read(byte[] bytes) {
    if (bytes.length > BYTES_MAX) {
      throw new JsonException("the JSON is longer than %d bytes".formatted(BYTES_MAX));
    }
    try {
      return new JsonReader(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString())
          .whole();
    } catch (CharacterCodingException notUtf8) {
      throw new JsonException("the text is not UTF-8");
    }
  }

  /// The object in these bytes.
  ///
  /// @throws JsonException when they are anything else
  public static Map<String, @Nullable Object> readObject(byte[] bytes) {
    return object(read(bytes));
  }

  /// A value that has to be an object.
  @SuppressWarnings("unchecked") // Every map here is made by this class, with strings as keys.
  public static Map<String, @Nullable Object> object(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, @Nullable Object>) map;
    }
    throw new JsonException("the value is not an object");
  }

  private @Nullable Object whole() {
    Object value = value();
    skipBlanks();
    if (at < text.length()) {
      throw wrong("something follows the value");
    }
    return value;
  }

  private @Nullable Object value() {
    skipBlanks();
    char first = peek();
    return switch (first) {
      case '{' -> nested(this::object);
      case '[' -> nested(this::array);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private interface Part<T> {
    T read();
  }

  private <T> T nested(Part<T> part) {
    if (++depth > DEPTH_MAX) {
      throw wrong("it is nested deeper than %d levels".formatted(DEPTH_MAX));
    }
    at++;
    T read = part.read();
    depth--;
    return read;
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    if (closes('}')) {
      return out;
    }
    do {
      skipBlanks();
      if (peek() != '"') {
        throw wrong("a name is missing");
      }
      String name = string();
      skipBlanks();
      expect(':');
      Object value = value();
      if (out.containsKey(name)) {
        throw wrong("a name stands twice in one object");
      }
      out.put(name, value);
    } while (goesOn('}'));
    return out;
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> out = new ArrayList<>();
    if (closes(']')) {
      return out;
    }
    do {
      out.add(value());
    } while (goesOn(']'));
    return out;
  }

  private boolean closes(char end) {
    skipBlanks();
    if (peek() == end) {
      at++;
      return true;
    }
    return false;
  }

  private boolean goesOn(char end) {
    skipBlanks();
    char next = peek();
    if (next != end && next != ',') {
      throw wrong("a comma or an end is missing");
    }
    at++;
    return next == ',';
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw wrong("there is no value");
    }
    at += word.length();
    return value;
  }

  private String string() {
    at++;
    int end = at;
    while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\\') {
      if (text.charAt(end) < ' ') {
        at = end;
        throw wrong("a control character stands in a string");
      }
      end++;
    }
    if (end < text.length() && text.charAt(end) == '"') {
      String plain = text.substring(at, end);
      at = end + 1;
      return plain;
    }
    return escaped(end);
  }

  private String escaped(int from) {
    var out = new StringBuilder(text.substring(at, from));
    at = from;
    while (true) {
      char c = peek();
      at++;
      if (c == '"') {
        return out.toString();
      }
      if (c < ' ') {
        throw wrong("a control character stands in a string");
      }
      out.append(c == '\\' ? escape() : c);
    }
  }

  private char escape() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> codeUnit();
      default -> throw wrong("an escape is unknown");
    };
  }

  private char codeUnit() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char c = peek();
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw wrong("an escape has no four digits");
      }
      value = value << 4 | digit;
      at++;
    }
    return (char) value;
  }

  private Object number() {
    int from = at;
    if (at < text.length() && text.charAt(at) == '-') {
      at++;
    }
    int whole = at;
    digits();
    if (at - whole > 1 && text.charAt(whole) == '0') {
      throw wrong("a number begins with 0");
    }
    boolean plain = true;
    if (at < text.length() && text.charAt(at) == '.') {
      plain = false;
      at++;
      digits();
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      plain = false;
      at++;
      if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
        at++;
      }
      digits();
    }
    return number(text.substring(from, at), plain);
  }

  private Object number(String written, boolean whole) {
    try {
      if (written.length() > NUMBER_CHARS_MAX) {
        throw wrong("a number is too long");
      }
      return whole && written.length() < 19
          ? (Object) Long.valueOf(written)
          : new BigDecimal(written);
    } catch (NumberFormatException tooLarge) {
      throw wrong("a number is too large");
    }
  }

  private void digits() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == from) {
      throw wrong("there is no value");
    }
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void expect(char c) {
    if (peek() != c) {
      throw wrong("a colon is missing");
    }
    at++;
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong("it ends too early");
    }
    return text.charAt(at);
  }

  private JsonException wrong(String what) {
    return new JsonException("%s, at character %d".formatted(what, at));
  }
}
