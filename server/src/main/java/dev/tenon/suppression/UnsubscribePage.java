package dev.tenon.suppression;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The page behind a link to unsubscribe: plain HTML without scripts, cookies or anything from
/// elsewhere, in the reader's language.
final class UnsubscribePage {
  /// Its one style is in it; its forms come back here; nobody may put it into a frame.
  static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'";

  private static final String STYLE =
      """
      :root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
      body{max-width:34rem;margin:12vh auto 2rem;padding:0 1.25rem}
      h1{font-size:1.4rem;line-height:1.3;margin:0 0 .75rem}
      p{margin:0 0 1rem;overflow-wrap:anywhere}
      form{margin:1.5rem 0 0;display:flex;flex-wrap:wrap;gap:.75rem}
      button{font:inherit;padding:.6rem 1rem;border:1px solid currentColor;border-radius:.5rem;background:none;color:inherit;cursor:pointer}
      button.first{background:CanvasText;color:Canvas;border-color:CanvasText}
      """;

  private static final Map<String, Map<String, String>> WORDS =
      Map.of(
          "en",
          Map.ofEntries(
              Map.entry("ask", "Unsubscribe?"),
              Map.entry("ask.text", "%1$s gets no more “%2$s” mails of %3$s."),
              Map.entry("one", "Unsubscribe from “%s”"),
              Map.entry("all", "Unsubscribe from all such mails"),
              Map.entry("done", "You are unsubscribed"),
              Map.entry(
                  "done.text",
                  "%1$s gets no more mails of these kinds of %3$s: %2$s. Mails that you need, such"
                      + " as receipts, still come."),
              Map.entry("undo", "That was a mistake: subscribe again"),
              Map.entry("back", "You are subscribed again"),
              Map.entry("back.text", "%1$s gets “%2$s” mails of %3$s as before."),
              Map.entry("broken", "This link doesn’t work"),
              Map.entry(
                  "broken.text",
                  "It may have been cut off when it was copied. Open it from the mail once more, or"
                      + " answer the mail and ask to be taken off."),
              Map.entry("often", "A moment, please"),
              Map.entry(
                  "often.text",
                  "This link was used many times just now. Try again in a minute; what you chose"
                      + " before is kept."),
              Map.entry("sender", "this sender")),
          "de",
          Map.ofEntries(
              Map.entry("ask", "Abmelden?"),
              Map.entry("ask.text", "%1$s bekommt keine „%2$s“-Mails von %3$s mehr."),
              Map.entry("one", "Von „%s“ abmelden"),
              Map.entry("all", "Von allen solchen Mails abmelden"),
              Map.entry("done", "Sie sind abgemeldet"),
              Map.entry(
                  "done.text",
                  "%1$s bekommt von %3$s keine Mails dieser Art mehr: %2$s. Mails, die Sie brauchen,"
                      + " etwa Belege, kommen weiterhin."),
              Map.entry("undo", "Das war ein Versehen: wieder anmelden"),
              Map.entry("back", "Sie sind wieder angemeldet"),
              Map.entry("back.text", "%1$s bekommt „%2$s“-Mails von %3$s wie zuvor."),
              Map.entry("broken", "Dieser Link funktioniert nicht"),
              Map.entry(
                  "broken.text",
                  "Vielleicht wurde er beim Kopieren abgeschnitten. Öffnen Sie ihn noch einmal aus"
                      + " der E-Mail, oder antworten Sie auf die E-Mail und bitten Sie um"
                      + " Abmeldung."),
              Map.entry("often", "Einen Moment bitte"),
              Map.entry(
                  "often.text",
                  "Dieser Link wurde gerade sehr oft benutzt. Versuchen Sie es in einer Minute noch"
                      + " einmal; was Sie gewählt haben, bleibt."),
              Map.entry("sender", "diesem Absender")));

  private final String language;
  private final Map<String, String> words;

  private UnsubscribePage(String language) {
    this.language = language;
    this.words = WORDS.getOrDefault(language, Map.of());
  }

  /// In the best of its languages for an `Accept-Language`; English where there is none.
  static UnsubscribePage in(String acceptLanguage) {
    try {
      String found =
          Locale.lookupTag(
              Locale.LanguageRange.parse(acceptLanguage.isBlank() ? "en" : acceptLanguage),
              List.of("en", "de"));
      return new UnsubscribePage(found == null ? "en" : found);
    } catch (IllegalArgumentException e) {
      return new UnsubscribePage("en");
    }
  }

  /// Asks.
  byte[] ask(UnsubscribeToken token, String sender, boolean several) {
    return page("ask", text("ask.text", token, token.stream(), sender), choices(token, several));
  }

  /// Says what was left, and offers the way back.
  byte[] done(UnsubscribeToken token, String sender, List<String> left, boolean more) {
    return page(
        "done",
        text("done.text", token, String.join(", ", left), sender),
        (more ? button("all", "", word("all")) : "") + button("undo", "", word("undo")));
  }

  byte[] back(UnsubscribeToken token, String sender, boolean several) {
    return page("back", text("back.text", token, token.stream(), sender), choices(token, several));
  }

  byte[] broken() {
    return page("broken", word("broken.text"), "");
  }

  byte[] often() {
    return page("often", word("often.text"), "");
  }

  private String choices(UnsubscribeToken token, boolean several) {
    return button("stream", " class=\"first\"", word("one").formatted(token.stream()))
        + (several ? button("all", "", word("all")) : "");
  }

  private String text(String key, UnsubscribeToken token, String streams, String sender) {
    return word(key)
        .formatted(token.maskedAddress(), streams, sender.isEmpty() ? word("sender") : sender);
  }

  private String word(String key) {
    return words.getOrDefault(key, key);
  }

  private static String button(String choice, String style, String label) {
    return "<button%s name=\"choice\" value=\"%s\">%s</button>\n"
        .formatted(style, choice, escape(label));
  }

  /// A form without an address comes back to where the page is, with its token.
  private byte[] page(String title, String text, String buttons) {
    String form = buttons.isEmpty() ? "" : "<form method=\"post\">\n" + buttons + "</form>\n";
    return """
    <!doctype html>
    <html lang="%s"><head><meta charset="utf-8"><title>%s</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <style>%s</style></head>
    <body><main><h1>%s</h1>
    <p>%s</p>
    %s</main></body></html>
    """
        .formatted(language, escape(word(title)), STYLE, escape(word(title)), escape(text), form)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
