package dev.tenon.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.browser.Browser;
import dev.tenon.browser.Browser.Scheme;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// The console as people meet it: in a browser, on screens of every width, by keyboard, without
/// scripts.
@Tag("browser")
final class ConsoleBrowserTest {
  private static Browser browser;
  private static ConsoleFixture fixture;
  private static ConsoleServer server;
  private static ConsoleStory.Story story;

  @BeforeAll
  static void start() {
    browser = Browser.start();
    fixture = new ConsoleFixture();
    server = new ConsoleServer(fixture);
    story = ConsoleStory.tell(fixture);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
      fixture.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void logIn() {
    browser.scripts(true);
    browser.size(1280, 900).scheme(Scheme.LIGHT).open(server.login(TenantId.PLATFORM));
  }

  @AfterEach
  void nothingToComplainAbout() {
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void everyPageFitsEveryScreenAndCanBeUsedByEverybody() {
    fixture.mail(fixture.tenant);
    fixture.database.useTenant(
        fixture.tenant,
        tx -> {
          for (String reason : List.of("bounced", "complained", "unsubscribed", "manual")) {
            tx.handle()
                .execute(
                    """
                    insert into suppression (tenant_id, address, stream, id, reason, detail,
                      occurred_at, created_at)
                    values (?, ?, '', gen_random_uuid(), ?, ?, now(), now())
                    """,
                    fixture.tenant.uuid(),
                    reason + ".a.rather.long.address@customer.example.test",
                    reason,
                    "postmark reports HardBounce: smtp;550 5.1.1 The email account does not exist");
          }
        });
    String full = Frame.base(fixture.tenant);
    String empty = Frame.base(fixture.other);
    for (String page :
        List.of(
            full + "/overview",
            full + "/inbox",
            full + story.eventPath(),
            full + story.eventPath() + "?replayed=1",
            full + "/messages",
            full + story.messagePath(),
            full + "/mail-health",
            empty + "/mail-health",
            full + "/customers",
            full + "/customers?q=nobody",
            full + story.customerPath(),
            full + "/subscriptions",
            full + story.subscriptionPath(),
            full + "/suppressions",
            full + "/payments",
            full + story.paymentPath(),
            full + "/templates",
            full + "/templates/welcome",
            full + "/templates/welcome?language=de&said=saved",
            full + "/templates/receipt?language=fr",
            full + "/mail-layout",
            full + "/tenants",
            full + "/tenants?q=nobody",
            full + "/inbox?q=nothing",
            empty + "/overview",
            empty + "/inbox",
            empty + "/messages",
            empty + "/customers",
            empty + "/subscriptions",
            empty + "/suppressions",
            empty + "/payments")) {
      browser.size(360, 780).scheme(Scheme.LIGHT).open(server.at(page));
      looksRight(page + " at 360");
      browser.size(768, 900).scheme(Scheme.DARK);
      looksRight(page + " at 768");
      browser.size(1280, 900);
      assertThat(browser.overflow()).as(page + " at 1280").isZero();
    }
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aTemplateIsWrittenLookedAtAndPublished() {
    String page = Frame.base(fixture.tenant) + "/templates/trial-ending";
    browser.open(server.at(page));
    assertThat(browser.text()).contains("built in", "{{trial_end}}");
    browser.leave(
        () -> {
          Object _ =
              browser.script(
                  """
                  const editor = document.querySelector("[data-editor]");
                  editor.elements.subject.value = "Soon {{no_such}}";
                  editor.requestSubmit(editor.querySelector("[value=publish]"));
                  """);
        });
    assertThat(browser.text()).contains("Not ready to publish", "{{no_such}}");
    browser.leave(
        () -> {
          Object _ =
              browser.script(
                  """
                  const editor = document.querySelector("[data-editor]");
                  editor.elements.subject.value = "Soon over: {{trial_end}}";
                  editor.requestSubmit(editor.querySelector("[value=publish]"));
                  """);
        });
    assertThat(browser.text()).contains("Published.", "version 1 is used", "History");
    looksRight("a published template");
    browser.size(360, 780).scheme(Scheme.DARK);
    looksRight("a published template at 360");
    browser.size(1280, 900).scheme(Scheme.LIGHT);
    browser.click(".declared summary");
    Object _ = browser.script("document.querySelector('[name=variables]').value = 'ok\\n9bad';");
    browser.follow("Save variables");
    assertThat(browser.text()).contains("The variables are not saved: line 2");
    browser.click(".declared summary");
    looksRight("the variables of a template");
    browser.open(server.at(page));
    // Somebody else has written meanwhile.
    Object _ =
        browser.script("document.querySelector('[data-editor]').elements.revision.value = '7';");
    browser.follow("Save draft");
    assertThat(browser.text()).contains("Somebody else has changed this template");
    looksRight("a conflict");
    // Saving it once more is no answer; saying so is.
    browser.follow("Save draft");
    assertThat(browser.text()).contains("Somebody else has changed this template");
    browser.follow("overwrite it");
    assertThat(browser.text()).contains("Saved");
  }

  @Test
  void thePreviewFollowsWhatIsTypedAndShowsNoScript() {
    browser.open(server.at(Frame.base(fixture.tenant) + "/templates/welcome"));
    Object _ =
        browser.script(
            """
            window.shown = "";
            document.addEventListener("submit", (event) =>
              window.shown = event.submitter.formAction + " in " + event.submitter.formTarget);
            const text = document.querySelector("[name=html]");
            text.value = "<h1>Typed {{customer_name}}</h1>";
            text.dispatchEvent(new Event("input", {bubbles: true}));
            """);
    // The frame is closed to scripts, ours too; what it is asked to show is what was sent.
    browser.await(
        () -> String.valueOf(browser.script("return window.shown;")),
        server.at(Frame.base(fixture.tenant) + "/templates/welcome/preview") + " in preview");
    assertThat(browser.attribute("iframe[name=preview]", "sandbox")).isEmpty();
  }

  @Test
  void theLayoutSaysWhatIsWrongAndIsSaved() {
    browser.open(server.at(Frame.base(fixture.tenant) + "/mail-layout"));
    browser.focus("[name=brand_color]");
    browser.keys("#ffff00");
    browser.follow("Save");
    assertThat(browser.text()).contains("Nothing was saved yet", "contrast");
    looksRight("a layout that is wrong");
    Object _ =
        browser.script(
            """
            const form = document.querySelector("form.editor");
            form.elements.brand_color.value = "#1e40af";
            form.elements["on.receipt"].checked = false;
            """);
    browser.follow("Save");
    assertThat(browser.text()).contains("Saved.");
    assertThat(browser.script("return document.querySelector('[name=\"on.receipt\"]').checked;"))
        .isEqualTo(false);
  }

  private static void looksRight(String what) {
    assertThat(browser.overflow()).as(what).isZero();
    assertThat(browser.accessibility()).as(what).isEmpty();
  }

  @Test
  void whatSaysNoSaysWhatToDo() {
    browser.open(server.at("/console/nowhere"));
    assertThat(browser.text()).contains("Nothing is here", "Back to the console");
    looksRight("not found");
    browser.open(server.at("/console/login?token=used"));
    assertThat(browser.text())
        .contains("This log-in address is used up", "curl -X POST", "/v1/console-logins");
    browser.size(360, 780).scheme(Scheme.DARK);
    looksRight("used log-in");
    // A page that does not refresh itself: a look on its way while one logs out would be refused.
    browser.open(server.at(Frame.base(fixture.tenant) + "/tenants"));
    browser.follow("Log out");
    assertThat(browser.text()).contains("You are not logged in", "curl -X POST");
    looksRight("logged out");
    browser.open(server.at(Frame.base(fixture.tenant) + "/inbox"));
    assertThat(browser.text()).contains("You are not logged in");
    // The browser reports each 401 and 404 of a page as an error of its own.
    assertThat(browser.complaints())
        .hasSize(3)
        .allMatch(each -> each.contains("status of 401") || each.contains("status of 404"));
  }

  @Test
  void aListTakesOverWhatArrivesWithoutLosingTheFocus() {
    browser.open(server.at(Frame.base(fixture.tenant) + "/inbox"));
    // A row is marked as fresh until the next look only.
    Object _ =
        browser.script(
            """
            window.fresh = "";
            new MutationObserver(() => document.querySelectorAll("[data-row].fresh")
              .forEach((row) => window.fresh += row.textContent))
              .observe(document, {subtree: true, childList: true});
            """);
    browser.focus(".c-main a");
    String focused = browser.focused();
    int rows = browser.count("[data-row]");

    fixture.received(
        fixture.tenant,
        "stripe",
        "invoice.just_arrived",
        "in_new",
        "waiting",
        "",
        "{}",
        Duration.ZERO);
    lookNow();
    browser.awaitText("[data-row]", "invoice.just_arrived");

    assertThat(browser.focused()).isEqualTo(focused);
    assertThat(browser.count("[data-row]")).isEqualTo(rows);
    assertThat(String.valueOf(browser.script("return window.fresh;")))
        .contains("invoice.just_arrived")
        .doesNotContain(focused.substring(2));
  }

  @Test
  void aPageStopsRefreshingItselfWhenToldToAndWhenLoggedOut() {
    browser.open(server.at(Frame.base(fixture.tenant) + "/overview"));
    browser.press("Live");
    browser.awaitText("Paused");
    assertThat(browser.attribute("[data-live] button", "aria-pressed")).isEqualTo("false");
    browser.press("Paused");
    browser.awaitText("Live");

    Object _ =
        browser.scriptAsync(
            """
            const done = arguments[arguments.length - 1];
            fetch("/console/logout", {method: "POST", body: new URLSearchParams(
              {form_token: document.querySelector("[name=form_token]").value})}).then(done, done);
            """);
    lookNow();
    browser.awaitText("Logged out");
    browser.follow("Logged out. Log in again");
    assertThat(browser.text()).contains("You are not logged in");
    assertThat(browser.complaints()).allMatch(each -> each.contains("status of 401"));
  }

  @Test
  void aPageThatLooksAgainKeepsItsCopyButtons() {
    browser.open(server.at(Frame.base(fixture.other) + "/messages"));
    assertThat(browser.isShown(".copy")).isTrue();
    Object _ = browser.script("document.querySelector('.empty p').textContent = 'replaced';");
    lookNow();
    browser.awaitText("No message yet");
    assertThat(browser.isShown(".copy")).isTrue();
  }

  @Test
  void theFocusStaysOnItsStepWhenAnEarlierOneComesIn() {
    var received =
        fixture.received(
            fixture.tenant,
            "stripe",
            "invoice.watched",
            "in_3",
            "waiting",
            "",
            "{}",
            Duration.ZERO);
    fixture.message(
        fixture.tenant,
        "sent",
        "Later",
        "later@example.com",
        "postmark",
        "",
        received[1],
        "Hello",
        Duration.ZERO);
    browser.open(
        server.at(
            Frame.base(fixture.tenant)
                + "/inbox/"
                + Ids.write(Prefix.RECEIVED_EVENT, received[0])));
    browser.focus(".timeline a");
    String focused = browser.focused();
    assertThat(focused).contains("later@example.com");

    fixture.message(
        fixture.tenant,
        "sent",
        "Earlier",
        "earlier@example.com",
        "postmark",
        "",
        received[1],
        "Hello",
        Duration.ofMillis(1));
    lookNow();
    browser.awaitText("earlier@example.com");

    assertThat(browser.texts(".timeline a").getFirst()).contains("earlier@example.com");
    assertThat(browser.focused()).isEqualTo(focused);
  }

  /// What a window does that is looked at again; saves the test the seconds between two looks.
  private static void lookNow() {
    Object _ = browser.script("document.dispatchEvent(new Event('visibilitychange'));");
  }

  @Test
  void aFactIsReplayedFromItsPage() {
    browser.open(server.at(Frame.base(fixture.tenant) + story.eventPath()));
    assertThat(browser.isShown("[data-live]")).as("all is finished").isFalse();
    browser.follow("Replay");
    assertThat(browser.text()).contains("The fact is back in the queue");
    assertThat(fixture.replayed).isNotEmpty();
  }

  @Test
  void aWaitingFactTellsByItselfThatItWasApplied() {
    var received =
        fixture.received(
            fixture.tenant, "stripe", "invoice.slow", "in_2", "waiting", "", "{}", Duration.ZERO);
    browser.open(
        server.at(
            Frame.base(fixture.tenant)
                + "/inbox/"
                + Ids.write(Prefix.RECEIVED_EVENT, received[0])));
    assertThat(browser.text()).contains("waits to be applied", "Live");

    fixture.apply(fixture.tenant, received[1], "invoice is paid");
    lookNow();
    browser.awaitText("Applied invoice.slow");

    assertThat(browser.text()).contains("invoice is paid").doesNotContain("Live");
  }

  @Test
  void theKeyboardReachesEverything() {
    browser.open(server.at(Frame.base(fixture.tenant) + "/inbox"));
    browser.tab();
    assertThat(browser.focused()).isEqualTo("a Skip to content");
    browser.keys("/");
    assertThat(browser.focused()).contains("input");
    browser.keys(Keys.ESCAPE, "j", "j", "k", "j");
    assertThat(browser.focused()).isEqualTo("a " + browser.texts("[data-row] a").get(1));
    assertThat(
            browser.script(
                "return getComputedStyle(document.activeElement, '::after').outlineStyle;"))
        .isEqualTo("solid");
    browser.leave(() -> browser.keys(Keys.ENTER));
    assertThat(browser.text()).contains("Timeline");

    browser.focus("details.switch summary");
    browser.keys(Keys.ENTER);
    browser.tab();
    assertThat(browser.focused()).isEqualTo("input Find a tenant");
    browser.leave(() -> browser.keys("birch", Keys.ENTER));
    assertThat(browser.text()).contains("Birch Clinic");
    assertThat(browser.address()).endsWith("/tenants?q=birch");
  }

  @Test
  void idsAndCommandsAreCopiedByOneClick() {
    browser.allowClipboard();
    browser.open(server.at(Frame.base(fixture.tenant) + story.messagePath()));
    browser.click("dl [data-copy]");
    assertThat(clipboard()).startsWith("msg_").hasSize(30);

    browser.open(server.at(Frame.base(fixture.other) + "/messages"));
    browser.press("Copy");
    assertThat(clipboard()).startsWith("curl -X POST").contains("/messages");
  }

  private static String clipboard() {
    return String.valueOf(
        browser.scriptAsync(
            """
            const done = arguments[arguments.length - 1];
            const look = (left) => navigator.clipboard.readText().then(
              (text) => text !== window.seen || left === 0 ? (window.seen = text, done(text)) : look(left - 1), done);
            look(50);
            """));
  }

  @Test
  void everythingWorksWithoutScripts() {
    browser.scripts(false);
    browser.open(server.at(Frame.base(fixture.other) + "/messages"));
    assertThat(browser.isShown(".copy")).isFalse();
    browser.open(server.at(Frame.base(fixture.tenant) + "/inbox?state=dead&since=30d"));
    assertThat(browser.text()).contains("customer.deleted", "dead").doesNotContain("Live");
    browser.leave(() -> browser.click("button[name=theme]"));
    assertThat(browser.attribute("html", "data-theme")).isEqualTo("dark");
    assertThat(browser.address()).contains("/inbox?since=30d&state=dead");
    browser.leave(() -> browser.click(".c-main a"));
    assertThat(browser.text()).contains("Gave up on customer.deleted", "replay it");
    browser.follow("Replay");
    assertThat(browser.text()).contains("The fact is back in the queue");
    browser.leave(() -> browser.click("button[name=theme]"));
    assertThat(browser.attribute("html", "data-theme")).isEqualTo("light");
    browser.follow("Log out");
    assertThat(browser.text()).contains("You are not logged in");
  }
}
