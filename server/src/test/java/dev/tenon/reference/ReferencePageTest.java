package dev.tenon.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.access.Scope;
import dev.tenon.browser.Browser;
import dev.tenon.browser.Browser.Scheme;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The API reference: whole, for everybody, from this server alone, and good for trying.
@Tag("browser")
final class ReferencePageTest {
  private static Browser browser;
  private static StartedTenon server;

  @BeforeAll
  static void start() {
    browser = Browser.start();
    server = new StartedTenon();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  private static Browser open() {
    browser.scripts(true);
    return browser
        .size(1280, 900)
        .scheme(Scheme.LIGHT)
        .open(server.tenon.publicUrl().at(ReferencePage.PATH));
  }

  @Test
  void showsEveryOperationOfTheDocumentWithItsFields() {
    HttpResponse<String> answer = server.call("GET", ReferencePage.PATH, "", "");
    JsonNode document = StartedTenon.json(server.call("GET", "/openapi.json", "", ""));

    assertThat(answer.statusCode()).isEqualTo(200);
    List<String> ids = new ArrayList<>();
    document
        .path("paths")
        .forEach(
            path -> path.forEach(operation -> ids.add(operation.path("operationId").asString())));
    assertThat(ids).hasSizeGreaterThan(80);
    for (String id : ids) {
      assertThat(answer.body()).contains("<article id=\"" + id + "\"");
    }
    assertThat(answer.body())
        .contains("Idempotency-Key")
        .contains("Needs the scope <code>webhooks:read</code>")
        .contains("the header <code>Idempotency-Replayed: true</code>")
        .doesNotContain("$ref")
        .doesNotContain("#/components");
  }

  @Test
  void fitsEveryScreenAndCanBeUsedByEverybody() {
    open();
    for (Scheme scheme : Scheme.values()) {
      for (int width : new int[] {360, 768, 1280}) {
        browser.size(width, 900).scheme(scheme);
        assertThat(browser.overflow()).as("at " + width).isZero();
      }
    }
    // All operations are made alike, so some stand for all: axe takes a minute for the whole page.
    // The colours are those of the console, which is looked at in both schemes.
    Object _ =
        browser.script(
            """
            for (const list of ["article", "nav li"]) {
              document.querySelectorAll(list).forEach((one, i) => { if (i > 9) one.remove(); });
            }
            for (const area of document.querySelectorAll("section.area, nav details")) {
              if (!area.querySelector("article, li")) area.remove();
            }
            """);
    assertThat(browser.accessibility()).isEmpty();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void findsAndTriesAnOperation() {
    TenantId tenant = server.tenant("tried");
    String key = server.key(tenant, Scope.WEBHOOKS_READ);
    open();
    browser.keys("/");
    browser.keys("list tenant}/events");
    assertThat(browser.texts("nav li:not([hidden])")).containsExactly("GET\nList the events");

    browser.focus("[data-try-as] [name=key]");
    browser.keys(key);
    browser.focus("[data-try-as] [name=tenant]");
    browser.keys(tenant.toString());
    browser.click("#listTheEvents .try summary");
    browser.click("#listTheEvents .try button");
    browser.awaitText("#listTheEvents output", "\"next_cursor\": null");
    assertThat(browser.text("#listTheEvents output")).contains("200 in ", "req_");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void saysWhatIsMissingAndShowsAProblemAsItIs() {
    open();
    browser.click("#listTheEvents .try summary");
    browser.click("#listTheEvents .try button");
    browser.awaitText("#listTheEvents output", "Fill in tenant");
    browser.click("#listTheEventTypes .try summary");
    browser.click("#listTheEventTypes .try button");
    browser.awaitText("#listTheEventTypes output", "access.key_missing");
    // The browser reports each 401 of a page as an error of its own.
    assertThat(browser.complaints()).singleElement().asString().contains("status of 401");
  }

  @Test
  void isWholeWithoutItsScript() {
    browser.scripts(false);
    browser.open(server.tenon.publicUrl().at(ReferencePage.PATH));
    assertThat(browser.text()).contains("List the events", "Needs the scope webhooks:read");
    assertThat(browser.isShown("#listTheEvents .try")).isFalse();
    browser.scripts(true);
  }

  @Test
  void itsFilesAreKeptAndItsPagesPolicyIsStrict() {
    HttpResponse<String> page = server.call("GET", ReferencePage.PATH, "", "");
    HttpResponse<String> script = server.call("GET", ReferencePage.PATH + "/reference.js", "", "");

    assertThat(page.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            policy -> assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe"));
    assertThat(script.headers().firstValue("Cache-Control"))
        .hasValue("public, max-age=31536000, immutable");
    assertThat(script.headers().firstValue("Content-Type"))
        .hasValue("text/javascript; charset=utf-8");
    assertThat(server.call("GET", ReferencePage.PATH + "/other.js", "", "").statusCode())
        .isEqualTo(404);
  }
}
