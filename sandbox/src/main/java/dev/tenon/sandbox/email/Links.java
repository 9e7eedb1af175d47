package dev.tenon.sandbox.email;

import dev.tenon.sandbox.mailbox.MailContent;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The link that somebody clicks who clicks.
final class Links {
  private static final Pattern HREF =
      Pattern.compile("(?i)<a\\s[^>]{0,2000}?href\\s*=\\s*[\"'](https?://[^\"'\\s]{1,2000})[\"']");
  private static final Pattern BARE = Pattern.compile("https?://[^\\s<>\"']{1,2000}");

  private Links() {}

  /// The first link of a mail; one at `shop.test` when it has none.
  static String first(MailContent content) {
    Matcher href = HREF.matcher(content.html());
    if (href.find()) {
      return href.group(1).replace("&amp;", "&");
    }
    Matcher bare = BARE.matcher(content.text());
    return bare.find() ? bare.group() : "https://shop.test/";
  }
}
