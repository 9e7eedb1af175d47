package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Page;
import io.helidon.webserver.http.ServerRequest;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The parts of a mail behind tabs: HTML, text, headers, source.
final class MailBody {
  private static final int TEXT_CHARS_MAX = 200_000;

  private MailBody() {}

  private enum Tab {
    HTML,
    TEXT,
    HEADERS,
    SOURCE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    String label() {
      return this == HTML ? "HTML" : name().charAt(0) + word().substring(1);
    }
  }

  static String html(Mail mail, ServerRequest request) {
    Tab fallback = mail.content().html().isEmpty() ? Tab.TEXT : Tab.HTML;
    String wanted = request.query().first("tab").orElse("");
    Tab tab =
        Stream.of(Tab.values())
            .filter(each -> each.word().equals(wanted))
            .findAny()
            .orElse(fallback);
    return tabs(mail, tab) + shown(mail, tab, Look.read(request));
  }

  private static String tabs(Mail mail, Tab current) {
    return Stream.of(Tab.values())
        .map(
            tab ->
                "<a href=\"/messages/%s?tab=%s\"%s>%s</a>"
                    .formatted(
                        mail.id(),
                        tab.word(),
                        tab == current ? " aria-current=\"page\"" : "",
                        tab.label()))
        .collect(
            Collectors.joining("\n", "<nav aria-label=\"Parts of the mail\">\n", "\n</nav>\n"));
  }

  /// How the HTML is shown: as a reader in light or dark mode sees it, wide or as on a telephone.
  private record Look(boolean isDark, boolean isNarrow) {
    static Look read(ServerRequest request) {
      return new Look(
          request.query().first("scheme").orElse("").equals("dark"),
          request.query().first("width").orElse("").equals("narrow"));
    }

    String choices(Mail mail) {
      return "<p class=\"looks\">%s %s <span aria-hidden=\"true\">·</span> %s %s</p>\n"
          .formatted(
              choice(mail, "Light", new Look(false, isNarrow)),
              choice(mail, "Dark", new Look(true, isNarrow)),
              choice(mail, "Wide", new Look(isDark, false)),
              choice(mail, "Narrow", new Look(isDark, true)));
    }

    private String choice(Mail mail, String label, Look other) {
      return "<a href=\"/messages/%s?tab=html&amp;scheme=%s&amp;width=%s\"%s>%s</a>"
          .formatted(
              mail.id(),
              other.isDark ? "dark" : "light",
              other.isNarrow ? "narrow" : "wide",
              equals(other) ? " aria-current=\"true\"" : "",
              label);
    }
  }

  private static String shown(Mail mail, Tab tab, Look look) {
    MailContent content = mail.content();
    return switch (tab) {
      case HTML ->
          content.html().isEmpty()
              ? "<p class=\"empty\">This mail has no HTML part.</p>\n"
              : look.choices(mail)
                  + "<iframe class=\"%s%s\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\" title=\"The mail as HTML\" src=\"/api/messages/%s/html\"></iframe>\n"
                      .formatted(
                          look.isDark() ? "dark" : "light",
                          look.isNarrow() ? " narrow" : "",
                          mail.id());
      case TEXT ->
          content.text().isEmpty()
              ? "<p class=\"empty\">This mail has no text part.</p>\n"
              : cut(content.text());
      case HEADERS ->
          content.headers().isEmpty()
              ? "<p class=\"empty\">The sender set no headers of its own.</p>\n"
              : content.headers().stream()
                  .map(
                      header ->
                          "<tr><th scope=\"row\">%s</th><td class=\"mono\">%s</td></tr>"
                              .formatted(Page.escape(header.name()), Page.escape(header.value())))
                  .collect(Collectors.joining("\n", "<table>\n", "\n</table>\n"));
      case SOURCE ->
          "<p><a href=\"/messages/%s/source\" download>Download the source</a></p>\n"
                  .formatted(mail.id())
              + cut(content.source());
    };
  }

  /// So much of a text as a page can bear.
  private static String cut(String text) {
    String shown = text.length() > TEXT_CHARS_MAX ? text.substring(0, TEXT_CHARS_MAX) : text;
    String rest = text.length() > TEXT_CHARS_MAX ? "<p>The rest isn't shown.</p>\n" : "";
    return "<pre tabindex=\"0\">" + Page.escape(shown) + "</pre>\n" + rest;
  }
}
