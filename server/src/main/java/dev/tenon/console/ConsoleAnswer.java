package dev.tenon.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// An answer of the console, apart from the HTTP server that sends it.
final class ConsoleAnswer {
  /// Nothing from outside, nothing inline, and nobody may frame a page.
  static final String POLICY =
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'";

  /// For a mail's HTML: styles and pictures inside the mail, no script, no form, no request; an
  /// origin of its own even when it is opened alone.
  private static final String PREVIEW_POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none';"
          + " base-uri 'none'; frame-ancestors 'self'; sandbox";

  private final int status;
  private final List<Header> headers = new ArrayList<>();
  private final byte[] body;

  /// One header.
  record Header(String name, String value) {}

  private ConsoleAnswer(int status, byte[] body) {
    this.status = status;
    this.body = body;
    with("X-Content-Type-Options", "nosniff");
    with("Referrer-Policy", "no-referrer");
    with("Cross-Origin-Opener-Policy", "same-origin");
    with("Cross-Origin-Resource-Policy", "same-origin");
  }

  /// A page. Not packed: it holds the forms' token beside text that others chose, which packing
  /// would let a listener guess at.
  static ConsoleAnswer page(int status, String html) {
    return new ConsoleAnswer(status, html.getBytes(StandardCharsets.UTF_8))
        .with("Content-Type", "text/html; charset=utf-8")
        .with("Content-Security-Policy", POLICY)
        .with("Cache-Control", "no-store");
  }

  static ConsoleAnswer preview(String html) {
    return new ConsoleAnswer(200, html.getBytes(StandardCharsets.UTF_8))
        .with("Content-Type", "text/html; charset=utf-8")
        .with("Content-Security-Policy", PREVIEW_POLICY)
        .with("Cache-Control", "no-store");
  }

  static ConsoleAnswer seeOther(String location) {
    return new ConsoleAnswer(303, new byte[0])
        .with("Location", location)
        .with("Cache-Control", "no-store");
  }

  static ConsoleAnswer asset(Assets.Asset asset, boolean packed) {
    var answer =
        new ConsoleAnswer(200, packed ? asset.packed : asset.plain)
            .with("Content-Type", asset.type)
            .with("Cache-Control", "public, max-age=31536000, immutable")
            .with("Vary", "Accept-Encoding");
    return packed ? answer.with("Content-Encoding", "gzip") : answer;
  }

  ConsoleAnswer with(String name, String value) {
    headers.add(new Header(name, value));
    return this;
  }

  int status() {
    return status;
  }

  List<Header> headers() {
    return headers;
  }

  byte[] body() {
    return body;
  }
}
