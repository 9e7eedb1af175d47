package dev.tenon.sandbox.mailbox;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// The HTML of a mail as a document that can do nothing: no script, no form, no request to
/// anywhere. Links open in a tab of their own when they are clicked.
final class MailPreview {
  private static final String POLICY =
      "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
          + " style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none';"
          + " base-uri 'none'; frame-ancestors 'self'";
  private static final Pattern ANCHOR = Pattern.compile("(?i)<a\\s");

  private MailPreview() {}

  static void send(Mail mail, ServerResponse response) {
    response
        .status(200)
        .header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8")
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-store");
    response.send(
        linksInNewTab(MailFiles.withImages(mail.content())).getBytes(StandardCharsets.UTF_8));
  }

  /// An element takes its first `target`, so that the one set here wins over the mail's own.
  private static String linksInNewTab(String html) {
    return ANCHOR.matcher(html).replaceAll("<a target=\"_blank\" rel=\"noopener noreferrer\" ");
  }
}
