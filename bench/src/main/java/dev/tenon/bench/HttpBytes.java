package dev.tenon.bench;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Requests of HTTP/1.1 as the bytes that are sent.
final class HttpBytes {
  private HttpBytes() {}

  /// A request with a body.
  ///
  /// @param head the request line and the headers, each with its end of line
  static byte[] request(String head, byte[] body) {
    byte[] lines =
        (head + "Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[lines.length + body.length];
    System.arraycopy(lines, 0, all, 0, lines.length);
    System.arraycopy(body, 0, all, lines.length, body.length);
    return all;
  }

  /// What an application asks of the API with its key.
  static byte[] get(URI at, String key) {
    return (head("GET", at, key) + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /// What an application sends to the API with its key.
  static byte[] post(URI at, String key, String json) {
    return request(
        head("POST", at, key) + "Content-Type: application/json\r\n",
        json.getBytes(StandardCharsets.UTF_8));
  }

  private static String head(String method, URI at, String key) {
    String query = at.getRawQuery() == null ? "" : "?" + at.getRawQuery();
    return "%s %s%s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: bench\r\nAuthorization: Bearer %s\r\n"
        .formatted(method, at.getRawPath(), query, at.getHost(), at.getPort(), key);
  }
}
