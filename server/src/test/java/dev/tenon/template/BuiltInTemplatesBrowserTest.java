package dev.tenon.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.browser.Browser;
import dev.tenon.browser.Browser.Scheme;
import dev.tenon.connector.template.CompiledTemplate;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.MailLayout;
import dev.tenon.connector.template.RenderedEmail;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Every built-in mail as a browser shows it: in each language, light and dark, on a desk and on a
/// phone, filled with much and with little.
@Tag("browser")
class BuiltInTemplatesBrowserTest {
  private static Browser browser;

  @BeforeAll
  static void start() {
    browser = Browser.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void everyMailFitsAndCanBeReadByEverybody() {
    EmailTemplates builtIn = EmailTemplates.builtIn();
    for (String name : EmailTemplates.BUILT_IN) {
      for (String language : MailLayout.LANGUAGES) {
        CompiledTemplate template = builtIn.find(name, language).orElseThrow();
        for (boolean all : new boolean[] {true, false}) {
          RenderedEmail mail = template.render(TemplateCheck.samples(template, all));
          String what = name + " " + language + (all ? " with all" : " with little");
          open(mail.html());
          assertThat(browser.size(1280, 900).scheme(Scheme.LIGHT).overflow()).as(what).isZero();
          assertThat(wrong()).as(what + " light").isEmpty();
          assertThat(browser.size(320, 700).scheme(Scheme.DARK).overflow()).as(what).isZero();
          assertThat(wrong()).as(what + " dark").isEmpty();
          assertThat(browser.count("h1")).as(what).isEqualTo(1);
          assertThat(browser.attribute("html", "lang")).isEqualTo(language);
          assertThat(browser.count("img:not([alt])")).isZero();
          // Layout tables say that they are none; the others have heads.
          assertThat(browser.count("table:not([role=presentation]):not(:has(th[scope=row]))"))
              .as(what)
              .isZero();
          assertThat(
                  browser.count("p:not([style]), h1:not([style]), td:not([style]), a:not([style])"))
              .as(what)
              .isZero();
        }
      }
    }
    assertThat(browser.complaints()).isEmpty();
  }

  /// What comes from outside is as long as it likes.
  @Test
  void longWordsAndColoursStayWithinTheMail() {
    RenderedEmail mail =
        EmailTemplates.builtIn()
            .render(
                "welcome",
                "de",
                Map.of(
                    "product",
                    "Donaudampfschifffahrtsgesellschaft".repeat(5),
                    "customer_name",
                    "x".repeat(300),
                    "brand_color",
                    "#0f3d2e",
                    "support_email",
                    "a".repeat(60) + "@example.org",
                    "dashboard_url",
                    "https://example.org/" + "y".repeat(400)));
    open(mail.html());
    assertThat(browser.size(320, 700).scheme(Scheme.DARK).overflow()).isZero();
    assertThat(wrong()).isEmpty();
  }

  /// What axe finds, but for what it asks of a page and not of a mail: whoever shows the mail has
  /// the landmarks, and a mail is an article among them.
  private static List<String> wrong() {
    return browser.accessibility().stream()
        .filter(found -> !found.startsWith("landmark-one-main:") && !found.startsWith("region:"))
        .toList();
  }

  private static void open(String html) {
    browser.open(
        "data:text/html;charset=utf-8;base64,"
            + Base64.getEncoder().encodeToString(html.getBytes(StandardCharsets.UTF_8)));
  }
}
