package dev.tenon.connection;

import dev.tenon.connector.http.WebOrigin;
import java.util.Map;

/// Where a connection's credentials are sent, as far as its settings say that: the origin of
/// `base_url`, or the mail server and how it is spoken to; empty for the provider's own address.
///
/// Credentials are given once and can't be read again, also not by having them sent elsewhere:
/// whoever gives a connection another destination has to give them too ([Connections#change]).
record Destination(String text) {

  static Destination of(Map<String, String> settings) {
    String base = settings.getOrDefault("base_url", "");
    String host = settings.getOrDefault("host", "");
    return new Destination(
        String.join(
            " ",
            base.isEmpty() ? "" : WebOrigin.of(base),
            host,
            host.isEmpty() ? "" : settings.getOrDefault("port", ""),
            // Without TLS whoever is on the way reads them.
            settings.getOrDefault("security", "")));
  }
}
