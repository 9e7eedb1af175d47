package dev.tenon.connector.http;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// One HTTP request to a provider. A class, not a record: its headers hold credentials, so it
/// prints its method and URL without query only.
public final class HttpCall {
  private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(20);

  private final String method;
  private final URI uri;
  private final Map<String, List<String>> headers;
  private final byte[] body;
  private final Duration timeout;

  private HttpCall(
      String method, URI uri, Map<String, List<String>> headers, byte[] body, Duration timeout) {
    this.method = method;
    this.uri = uri;
    this.headers = Map.copyOf(headers);
    this.body = body;
    this.timeout = timeout;
  }

  public static HttpCall get(URI uri, Map<String, String> headers) {
    return of("GET", uri, headers, new byte[0]);
  }

  /// `body` is sent as it is and must not be changed afterwards. `Content-Type` is among `headers`.
  public static HttpCall post(URI uri, Map<String, String> headers, byte[] body) {
    return of("POST", uri, headers, body);
  }

  public static HttpCall of(String method, URI uri, Map<String, String> headers, byte[] body) {
    var lists = new java.util.HashMap<String, List<String>>();
    headers.forEach((name, value) -> lists.put(name, List.of(value)));
    return new HttpCall(method, uri, lists, body, TIMEOUT_DEFAULT);
  }

  /// The same call with another bound for the whole exchange, connection included.
  public HttpCall within(Duration timeout) {
    return new HttpCall(method, uri, headers, body, timeout);
  }

  public String method() {
    return method;
  }

  public URI uri() {
    return uri;
  }

  public Map<String, List<String>> headers() {
    return headers;
  }

  public byte[] body() {
    return body;
  }

  public Duration timeout() {
    return timeout;
  }

  @Override
  public String toString() {
    return method + " " + uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
  }
}
