package dev.tenon.bench;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Reads just enough of an HTTP/1.1 answer to know its status and that it is whole.
final class Answer {
  private Answer() {}

  /// The status once the first `length` bytes hold a whole answer, else 0.
  static int status(byte[] bytes, int length) {
    int body = endOfHead(bytes, length);
    if (body < 0) {
      return 0;
    }
    String head = new String(bytes, 0, body, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    int at = head.indexOf("\r\ncontent-length:");
    if (at < 0) {
      throw new BenchFailure("an answer without Content-Length: " + head);
    }
    int end = head.indexOf('\r', at + 2);
    int bodyBytes = Integer.parseInt(head.substring(at + 17, end).trim());
    return length >= body + bodyBytes ? Integer.parseInt(head.substring(9, 12)) : 0;
  }

  private static int endOfHead(byte[] bytes, int length) {
    for (int i = 3; i < length; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }
}
