package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.browser.Browser;
import dev.tenon.browser.Browser.Scheme;
import dev.tenon.console.ConsoleRoutes;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The newcomer's walk in a browser, over the whole program: pay, read the story in the console and
/// the mail in the mailbox, break the provider, pay again, end the subscription.
@Tag("browser")
class WalkBrowserTest {
  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private Browser browser;
  private WholeProgram program;

  @BeforeEach
  void start() {
    browser = Browser.start();
    program = new WholeProgram(folder);
  }

  @AfterEach
  void stop() {
    browser.close();
    if (program != null) {
      program.close();
      http.close();
    }
  }

  @Test
  void aNewcomerPaysReadsBreaksAndPaysAgain() throws Exception {
    browser.size(1280, 900).scheme(Scheme.LIGHT);
    logIn();
    assertThat(browser.address()).isEqualTo(console("/overview"));
    browser.awaitText("Nothing needs you");

    pay("ada@customer.test");
    // Stripe sends the browser back to the console, which tells the story as it unfolds. The
    // overview
    // shows the end of it, the inbox all.
    browser.awaitText("invoice.");
    browser.follow("The whole inbox");
    browser.awaitText("checkout.session.completed");

    browser.open(program.tenon().publicUrl().at(console("/subscriptions")));
    browser.awaitText("active");
    assertThat(browser.text()).contains("ada@customer.test", "Pro", "29.00 EUR", "renews");
    browser.open(program.tenon().publicUrl().at(console("/payments")));
    browser.awaitText("succeeded");
    assertThat(browser.text()).contains("ada@customer.test", "29.00 EUR");
    browser.leave(() -> browser.click("[data-row] a"));
    browser.awaitText("invoice.paid");

    readMail("Postmark");

    browser.open(mailbox());
    browser.follow("Postmark: Break");
    assertThat(browser.text()).contains("broken: answers 503");
    looksRight("the mailbox with a broken provider");
    pay("grace@customer.test");
    browser.open(mailbox());
    browser.awaitText(".mails li", "grace@customer.test");
    assertThat(browser.text(".mails li")).contains("Resend");

    browser.open(program.tenon().publicUrl().at(console("/messages")));
    browser.awaitText("[data-row]", "grace@customer.test");
    browser.leave(() -> browser.click("[data-row] a"));
    browser.awaitText("resend accepted it");
    assertThat(browser.text()).contains("postmark can't take it now", "status 503", "sent");
    looksRight("a message with two attempts");

    replayDoesNothingTwice();
    assertThat(browser.complaints()).isEmpty();
  }

  /// The mail, as the console shows it and as the mailbox does, with the provider's name.
  private void readMail(String provider) {
    browser.open(mailbox());
    browser.awaitText(".mails li", "ada@customer.test");
    assertThat(browser.text(".mails li")).contains(provider);
    browser.size(360, 780);
    looksRight("the mailbox");
    browser.leave(() -> browser.click(".mails a"));
    assertThat(browser.text()).contains("All mails");
    looksRight("a mail");
    browser.follow("Text");
    assertThat(browser.text("pre")).contains("29");
    browser.size(1280, 900).scheme(Scheme.DARK);
    looksRight("a mail's text");
    browser.scheme(Scheme.LIGHT);
  }

  private void replayDoesNothingTwice() {
    browser.open(program.tenon().publicUrl().at(console("/inbox?q=checkout.session.completed")));
    browser.leave(() -> browser.click("[data-row] a"));
    browser.follow("Replay");
    assertThat(browser.text()).contains("The fact is back in the queue");
    browser.awaitText("Applied checkout.session.completed");
    assertThat(program.email.mailbox().list("", 10)).hasSize(2);
  }

  @Test
  void theSandboxsPagesAreMadeWithTheSameCare() throws Exception {
    logIn();
    for (URI address : program.sandbox.urls().values()) {
      browser.size(360, 780).scheme(Scheme.LIGHT).open(address.toString());
      looksRight(address.toString());
    }
    String url = checkout("ada@customer.test");
    browser.open(url);
    looksRight("the checkout");
    browser.scheme(Scheme.DARK).follow("Pay with a card that is declined");
    assertThat(browser.text()).contains("The card was declined");
    looksRight("the checkout after a declined card");
    browser.follow("Pay");
    browser.open(url);
    assertThat(browser.text()).contains("Nothing is left to pay");
    looksRight("a finished checkout");
    browser.follow("Pay again in a new session");
    assertThat(browser.text()).contains("To pay now", "Acme Pro", "29.00 EUR every month");
    assertThat(browser.attribute("#email", "value")).isEqualTo("ada@customer.test");

    browser.open(portal());
    browser.awaitText("Pro, 29.00 EUR every month");
    looksRight("the portal");
    browser.follow("Cancel at the end of the period");
    assertThat(browser.text()).contains("ends ");
    browser.follow("Keep the subscription");
    assertThat(browser.text()).contains("renews ");
    browser.open(program.sandbox.url("stripe").toString());
    browser.awaitText("customer.subscription.updated");
    looksRight("a list of webhooks");
    assertThat(browser.complaints()).isEmpty();
  }

  private void logIn() {
    browser.open(
        ConsoleRoutes.address(
            program.tenon().publicUrl(),
            program.tenon().sessions().createLogin(TenantId.PLATFORM, "test")));
  }

  private void looksRight(String what) {
    assertThat(browser.overflow()).as(what).isZero();
    assertThat(browser.accessibility()).as(what).isEmpty();
  }

  private void pay(String buyer) throws Exception {
    browser.open(checkout(buyer));
    browser.follow("Pay");
  }

  /// Makes a checkout session as an application does, which leads back to the console.
  private String checkout(String buyer) throws Exception {
    JsonNode prices = stripe("GET", "/v1/prices", "");
    String body =
        JsonMapper.shared()
            .writeValueAsString(
                Map.of(
                    "price",
                    prices.path("data").path(0).path("id").asString(),
                    "email",
                    buyer,
                    "success_url",
                    program.tenon().publicUrl().at("/console"),
                    "cancel_url",
                    program.tenon().publicUrl().at("/console")));
    return call(HttpRequest.newBuilder(
                URI.create(
                    program
                        .tenon()
                        .publicUrl()
                        .at("/v1/tenants/" + program.seeded.tenant() + "/checkout-sessions")))
            .header("Authorization", "Bearer " + program.seeded.apiKey().reveal())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)))
        .path("url")
        .asString();
  }

  private String portal() throws Exception {
    String customer = stripe("GET", "/v1/customers", "").path("data").path(0).path("id").asString();
    return stripe("POST", "/v1/billing_portal/sessions", "customer=" + customer)
        .path("url")
        .asString();
  }

  private JsonNode stripe(String method, String path, String form) throws Exception {
    return call(
        HttpRequest.newBuilder(program.sandbox.url("stripe").resolve(path))
            .header("Authorization", "Bearer sk_test_tenon_sandbox")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method(method, HttpRequest.BodyPublishers.ofString(form)));
  }

  private JsonNode call(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    return JsonMapper.shared().readTree(answer.body());
  }

  private String mailbox() {
    return program.sandbox.url("mailbox").toString();
  }

  private String console(String page) {
    return "/console/" + program.seeded.tenant() + page;
  }
}
