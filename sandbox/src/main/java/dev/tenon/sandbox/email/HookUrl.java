package dev.tenon.sandbox.email;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The address of a webhook. A name and password in it are sent as basic authentication and stand
/// in no log.
///
/// @param url without them
/// @param login as they were written; empty for none
record HookUrl(URI url, String login) {
  private static final int CHARS_MAX = 2_000;

  /// Empty when it is no absolute http or https URL.
  static Optional<HookUrl> read(String text) {
    try {
      URI url = new URI(text);
      String scheme = url.getScheme();
      if (text.length() > CHARS_MAX
          || url.getHost() == null
          || !("http".equals(scheme) || "https".equals(scheme))) {
        return Optional.empty();
      }
      String login = url.getRawUserInfo();
      return Optional.of(
          login == null
              ? new HookUrl(url, "")
              : new HookUrl(URI.create(text.replaceFirst("//[^@/]*@", "//")), login));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /// The URL of an endpoint, which was checked when it came.
  static HookUrl of(ObjectNode endpoint) {
    String text = endpoint.path("url").asString();
    return read(text).orElseThrow(() -> new IllegalStateException("no URL of a webhook: " + text));
  }

  /// The header for its name and password; nothing where there are none.
  Map<String, String> headers() {
    return login.isEmpty()
        ? Map.of()
        : Map.of("Authorization", basic(URLDecoder.decode(login, StandardCharsets.UTF_8)));
  }

  /// @param login name and password with a colon between
  static String basic(String login) {
    return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
  }
}
