package dev.tenon.inbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// A delivery as it came: its headers and its raw body, which are kept together and sealed as one.
///
/// The form is a count of headers, then each name and value with its length, then the body; all
/// numbers are four bytes. It is read back years later, so it carries a version.
public final class Delivery {
  private static final byte VERSION = 1;

  private final Map<String, String> headers;
  private final byte[] body;

  /// `body` must not be changed afterwards.
  public Delivery(Map<String, String> headers, byte[] body) {
    this.headers = new LinkedHashMap<>(headers);
    this.body = body;
  }

  /// By lower-case name, in the order they came.
  public Map<String, String> headers() {
    return Map.copyOf(headers);
  }

  /// The raw body. Not to be changed.
  public byte[] body() {
    return body;
  }

  /// The packed form.
  public byte[] pack() {
    int size = 1 + 4 + body.length;
    byte[][] texts = new byte[headers.size() * 2][];
    int at = 0;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      texts[at++] = header.getKey().getBytes(StandardCharsets.UTF_8);
      texts[at++] = header.getValue().getBytes(StandardCharsets.UTF_8);
    }
    for (byte[] text : texts) {
      size += 4 + text.length;
    }
    ByteBuffer packed = ByteBuffer.allocate(size).put(VERSION).putInt(headers.size());
    for (byte[] text : texts) {
      packed.putInt(text.length).put(text);
    }
    return packed.put(body).array();
  }

  /// Reads the packed form. Throws [IllegalArgumentException] when it is not one.
  public static Delivery unpack(byte[] packed) {
    try {
      ByteBuffer in = ByteBuffer.wrap(packed);
      byte version = in.get();
      if (version != VERSION) {
        throw new IllegalArgumentException("a delivery of unknown version " + version);
      }
      int count = in.getInt();
      Map<String, String> headers = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        String name = text(in);
        headers.put(name, text(in));
      }
      return new Delivery(headers, Arrays.copyOfRange(packed, in.position(), packed.length));
    } catch (java.nio.BufferUnderflowException e) {
      throw new IllegalArgumentException("a delivery that ends too early", e);
    }
  }

  private static String text(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("a delivery with a text of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
