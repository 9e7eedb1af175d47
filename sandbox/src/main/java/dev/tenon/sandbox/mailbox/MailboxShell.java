package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Page;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The frame around the mailbox's pages. Scripts, styles and frames come from the mailbox itself
/// only.
final class MailboxShell {
  private static final String POLICY =
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self';"
          + " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private MailboxShell() {}

  /// @param body HTML; what came from outside must be escaped already
  static void send(ServerResponse response, int status, String title, String body) {
    String page =
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>%s · tenon sandbox</title>
        <link rel="icon" href="%s">
        <link rel="stylesheet" href="/mailbox.css">
        <script type="module" src="/mailbox.js"></script>
        </head>
        <body>
        <header>%s<a href="/">tenon mailbox</a></header>
        <main>
        %s
        </main>
        </body>
        </html>
        """
            .formatted(Page.escape(title), Page.ICON, Page.MARK, body);
    response
        .status(status)
        .header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8")
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-store");
    response.send(page.getBytes(StandardCharsets.UTF_8));
  }

  static void sendStyle(ServerResponse response) {
    sendFile(response, "mailbox.css", "text/css; charset=utf-8");
  }

  static void sendScript(ServerResponse response) {
    sendFile(response, "mailbox.js", "text/javascript; charset=utf-8");
  }

  private static void sendFile(ServerResponse response, String name, String type) {
    try (InputStream in = MailboxShell.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the jar");
      }
      byte[] bytes = in.readAllBytes();
      response
          .status(200)
          .header(HeaderNames.CONTENT_TYPE, type)
          .header("X-Content-Type-Options", "nosniff")
          .header("Cache-Control", "no-cache");
      response.send(bytes);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
