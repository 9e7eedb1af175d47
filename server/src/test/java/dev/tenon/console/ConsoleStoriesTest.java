package dev.tenon.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The pages of a subscription and of a payment: which facts changed it, what was told and sent,
/// and who sees that.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsoleStoriesTest {
  private final ConsoleFixture fixture = new ConsoleFixture();
  private final ConsolePages pages =
      fixture.pages(PublicUrl.of(URI.create("http://127.0.0.1:8080")));
  private final TenantId tenant = fixture.tenant;
  private String subscription = "";
  private String payment = "";
  private UUID[] first = new UUID[0];
  private UUID[] second = new UUID[0];
  private String customer = "";
  private UUID[] platforms = new UUID[0];

  @BeforeAll
  void seed() {
    UUID[] records = fixture.payment(tenant, "ada@example.com", "active", "succeeded");
    subscription = Ids.write(Prefix.SUBSCRIPTION, records[0]);
    payment = Ids.write(Prefix.PAYMENT, records[1]);
    customer = Ids.write(Prefix.CUSTOMER, records[2]);
    UUID _ = fixture.dispute(tenant, records[1], "open", "product_not_received");
    UUID[] _ = fixture.payment(tenant, "a_b%c@example.com", "ended", "failed");
    first = fact(tenant, "customer.subscription.created", "subscription is pending", 30);
    second = fact(tenant, "customer.subscription.updated", "subscription is active", 20);
    UUID[] unrelated = fact(tenant, "customer.subscription.paused", "another one is paused", 19);
    platforms = fact(TenantId.PLATFORM, "charge.refunded", "refunded 1.00 EUR", 10);
    fixture.about(platforms[1], tenant);
    fixture.event(tenant, "subscription.updated", subscription, first[1], Duration.ofMinutes(30));
    fixture.event(
        tenant, "subscription.activated", subscription, second[1], Duration.ofMinutes(20));
    fixture.message(
        tenant,
        "sent",
        "Your subscription",
        "ada@example.com",
        "resend",
        "",
        second[1],
        "Thank you",
        Duration.ofMinutes(20));
    fixture.event(tenant, "subscription.updated", "sub_another", unrelated[1], minutes(19));
    fixture.event(
        tenant,
        "payment.refunded",
        Ids.write(Prefix.REFUND, fixture.refund(tenant, records[1])),
        platforms[1],
        minutes(10));
  }

  private static Duration minutes(int count) {
    return Duration.ofMinutes(count);
  }

  private UUID[] fact(TenantId owner, String kind, String result, int minutesAgo) {
    return fixture.received(
        owner, "stripe", kind, "object", "applied", result, "{}", minutes(minutesAgo));
  }

  @AfterAll
  void close() {
    fixture.close();
  }

  @Test
  void aSubscriptionShowsItsFactsInOrderWithWhatFollowed() {
    String page = text(get(tenant, "/subscriptions/" + subscription, tenant));
    assertThat(page)
        .containsSubsequence(
            "href=\"" + webhook(tenant, first[0]) + "\"",
            "Applied customer.subscription.created",
            "href=\"" + webhook(tenant, second[0]) + "\"",
            "Applied customer.subscription.updated")
        .contains("subscription is pending", "subscription is active")
        .contains("Event subscription.updated", "Event subscription.activated")
        .contains("subscription-confirmation to ada@example.com")
        .doesNotContain("customer.subscription.paused", "sub_another");
  }

  /// An event is written in the transaction that ends its fact, a moment before.
  @Test
  void aFactStandsBeforeWhatItLedTo() {
    assertThat(text(get(tenant, "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, second[0]), tenant)))
        .containsSubsequence(
            "Webhook received",
            "Applied customer.subscription.updated",
            "Event subscription.activated",
            "subscription-confirmation to ada@example.com");
  }

  @Test
  void theListsLeadThere() {
    assertThat(text(get(tenant, "/subscriptions", tenant)))
        .contains("href=\"/console/" + tenant + "/subscriptions/" + subscription + "\"");
    assertThat(text(get(tenant, "/payments", tenant)))
        .contains("href=\"/console/" + tenant + "/payments/" + payment + "\"");
    assertThat(get(tenant, "/search?q=" + payment, tenant).headers())
        .anySatisfy(
            header ->
                assertThat(header.value())
                    .isEqualTo("/console/" + tenant + "/payments/" + payment));
  }

  @Test
  void aCustomerShowsWhatIsTheirsAndWhatBecameOfIt() {
    String page = text(get(tenant, "/customers/" + customer, tenant));
    assertThat(page)
        .contains(
            "ada@example.com",
            "/subscriptions/" + subscription,
            "/payments/" + payment,
            "product not received",
            "Applied customer.subscription.updated",
            "Event subscription.activated")
        .doesNotContain("a_b%c@example.com");
    assertThat(text(get(tenant, "/payments/" + payment, tenant)))
        .contains("product not received", "1,234.50 EUR");
    assertThat(get(tenant, "/search?q=" + customer, tenant).headers())
        .anySatisfy(
            header ->
                assertThat(header.value())
                    .isEqualTo("/console/" + tenant + "/customers/" + customer));
  }

  @Test
  void customersAreFoundByTheBeginningOfTheirAddress() {
    assertThat(text(get(tenant, "/customers", tenant)))
        .contains("href=\"/console/" + tenant + "/customers/" + customer + "\"")
        .contains("a_b%c@example.com");
    assertThat(text(get(tenant, "/customers?q=ADA", tenant)))
        .contains("ada@example.com")
        .doesNotContain("a_b%c@example.com");
    assertThat(text(get(tenant, "/customers?q=A_B", tenant)))
        .contains("a_b%c@example.com")
        .doesNotContain("ada@example.com");
    for (String none : new String[] {"_da", "example.com"}) {
      assertThat(text(get(tenant, "/customers?q=" + none, tenant)))
          .as(none)
          .contains("Nothing matches");
    }
  }

  @Test
  void aPaymentShowsItsRefundsAndThePlatformsFactsToThePlatformAlone() {
    String own = text(get(tenant, "/payments/" + payment, tenant));
    assertThat(own)
        .contains("Event payment.refunded")
        .doesNotContain("charge.refunded", Ids.write(Prefix.RECEIVED_EVENT, platforms[0]));
    String whole = text(get(tenant, "/payments/" + payment, TenantId.PLATFORM));
    assertThat(whole)
        .containsSubsequence(
            "href=\"" + webhook(TenantId.PLATFORM, platforms[0]) + "\"",
            "Applied charge.refunded",
            "Event payment.refunded");
  }

  @Test
  void anotherTenantFindsNeither() {
    for (String path :
        new String[] {
          "/subscriptions/" + subscription, "/payments/" + payment, "/customers/" + customer
        }) {
      assertThat(get(fixture.other, path, fixture.other).status()).as(path).isEqualTo(404);
      assertThat(get(tenant, path, fixture.other).status()).as(path).isEqualTo(404);
    }
    assertThat(get(tenant, "/subscriptions/" + payment, tenant).status()).isEqualTo(404);
  }

  private static String webhook(TenantId owner, UUID event) {
    return "/console/" + owner + "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, event);
  }

  /// A page of `of`, as a session that sees `scope` gets it.
  private ConsoleAnswer get(TenantId of, String path, TenantId scope) {
    String token = fixture.sessions.createLogin(scope, "test").token().reveal();
    String cookie =
        answer("/console/login", Map.of("token", token), "").headers().stream()
            .filter(header -> header.name().equals("Set-Cookie"))
            .findFirst()
            .orElseThrow()
            .value();
    int question = path.indexOf('?');
    Map<String, String> query =
        question < 0 ? Map.of() : Map.of("q", path.substring(question + "?q=".length()));
    return answer(
        "/console/" + of + (question < 0 ? path : path.substring(0, question)),
        query,
        cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';')));
  }

  private ConsoleAnswer answer(String path, Map<String, String> query, String cookie) {
    return pages.answer(
        new ConsoleRequest(
            "GET",
            path,
            query,
            Map.of(),
            cookie.isEmpty() ? Map.of() : Map.of(ConsoleCookies.SESSION, cookie),
            false,
            false));
  }

  private static String text(ConsoleAnswer answer) {
    assertThat(answer.status()).isEqualTo(200);
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}
