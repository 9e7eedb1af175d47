package dev.tenon.connector.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How an exchange ended on the wire. The cases are what a caller must tell apart before it repeats
/// anything.
public sealed interface HttpResult {

  /// The provider answered.
  final class Answered implements HttpResult {
    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    /// `headers` has lower-case names.
    public Answered(int status, Map<String, List<String>> headers, byte[] body) {
      this.status = status;
      this.headers = Map.copyOf(headers);
      this.body = body;
    }

    public int status() {
      return status;
    }

    public Map<String, List<String>> headers() {
      return headers;
    }

    /// The first value of a header, or the empty string.
    public String header(String name) {
      List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
      return values.isEmpty() ? "" : values.getFirst();
    }

    public byte[] body() {
      return body;
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /// Nothing reached the provider: the name did not resolve, the address is refused by the egress
  /// policy, the connection or the TLS handshake failed, or the request was not written whole. Safe
  /// to repeat or to give to another provider.
  record NotSent(String reason) implements HttpResult {}

  /// The request was written and no whole answer came: the provider may have acted on it.
  record MaybeSent(String reason) implements HttpResult {}

  /// The provider answered more than is read: it has acted, but what it said can't be trusted when
  /// cut. A repetition that asks for less may be answered.
  record TooLong(String reason) implements HttpResult {}
}
