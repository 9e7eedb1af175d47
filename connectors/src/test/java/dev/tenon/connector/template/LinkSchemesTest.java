package dev.tenon.connector.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkSchemesTest {
  private static final Pattern LINK =
      Pattern.compile(
          "\\b(?:href|src|action|background)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s>]+))",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern SCHEME = Pattern.compile("^([^/?#:]*):");
  private static final Set<String> ALLOWED = Set.of("https", "http", "mailto", "tel", "cid");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a href=\"javascript:alert(1)\">",
        "<a HREF = 'JavaScript:alert(1)'>",
        "<a href=javascript:alert(1)>",
        "<a href=\" java\tscript:alert(1)\">",
        "<a href=\"javascript:never closed",
        "<img src=data:image/png;base64,x>",
        "<form action='vbscript:x'>",
        "<td background=\"file:x\">",
        "<a title=\"=\" href=\"javascript:x\">",
        "<a data-href=\"javascript:x\">",
        "<a href=\":x\">"
      })
  void refusesTheScheme(String page) {
    assertThat(LinkSchemes.firstRefused(page)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "=",
        "<a href=",
        "<a href=\"https://shop.test/a:b\">",
        "<a href='MAILTO:ada@shop.test'>",
        "<a href=/a/javascript:x>",
        "<a href=\"https://app.test/x?action=confirm:12&href=a:b\">",
        "<a href=\"#top:1\">",
        "<a href=\"?at=12:30\">",
        "<img src=\"cid:logo\">",
        "<p style=\"color:red\" title=\"javascript:x\">",
        "href and javascript: in a text"
      })
  void letsTheLinkPass(String page) {
    assertThat(LinkSchemes.firstRefused(page)).isEmpty();
  }

  /// A plain regular expression says the same, but for what it takes for no link at all.
  @Property(tries = 3000)
  void isNeverMoreLenientThanARegularExpression(@ForAll("pages") String page) {
    if (isRefusedByExpression(page)) {
      assertThat(LinkSchemes.firstRefused(page)).isPresent();
    }
  }

  @Provide
  Arbitrary<String> pages() {
    return Arbitraries.of(
            "href",
            "HREF",
            "src",
            "action",
            "background",
            "title",
            "=",
            "\"",
            "'",
            " ",
            "\n",
            "\t",
            ">",
            "<a ",
            "javascript",
            "https",
            "mailto",
            ":",
            "/",
            "?",
            "#",
            "x",
            "1",
            "-",
            "\u0001",
            "\u00e9")
        .list()
        .ofMaxSize(24)
        .map(pieces -> String.join("", pieces));
  }

  private static boolean isRefusedByExpression(String page) {
    Matcher links = LINK.matcher(page);
    while (links.find()) {
      String link =
          List.of(1, 2, 3).stream()
              .map(links::group)
              .filter(java.util.Objects::nonNull)
              .findFirst()
              .orElse("");
      Matcher scheme = SCHEME.matcher(link.replaceAll("[\\x00-\\x20]", ""));
      if (scheme.find() && !ALLOWED.contains(scheme.group(1).toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }
}
