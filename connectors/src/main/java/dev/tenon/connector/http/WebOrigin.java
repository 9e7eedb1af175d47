package dev.tenon.connector.http;

import java.net.URI;
import java.util.Locale;

/// The origin of a web address (RFC 6454): scheme, host and port. Two addresses of one origin are
/// the same party's, so that what was given to be sent to one may go to the other.
public final class WebOrigin {
  private WebOrigin() {}

  /// `https://example.org:443`, whatever the case of the address, its path and whether it names the
  /// usual port. Throws [IllegalArgumentException] when it is no address.
  public static String of(String address) {
    URI uri = URI.create(address);
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    int usual = scheme.equals("https") ? 443 : 80;
    return "%s://%s:%d"
        .formatted(
            scheme,
            String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT),
            uri.getPort() < 0 ? usual : uri.getPort());
  }
}
