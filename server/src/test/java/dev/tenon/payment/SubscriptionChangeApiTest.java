package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.sandbox.Fault;
import dev.tenon.tenant.TenantId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A subscription gets another price or quantity, on the whole program beside the sandbox. Its
/// period has just begun, so that what is prorated is prorated whole.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SubscriptionChangeApiTest {
  private PaymentProgram program;
  private Caller own;
  private String basic;
  private String plus;

  @BeforeAll
  void start(@TempDir Path folder) {
    program = new PaymentProgram(folder);
    own = Caller.of(program, "Own account");
    program.connect(own.tenant());
    basic = program.price();
    plus = program.price();
  }

  @AfterAll
  void stop() {
    program.close();
  }

  /// The path of an active subscription to the basic price, paid with `card`.
  private String subscribed(Caller caller, String card, String more) {
    JsonNode made =
        caller.made(
            "/subscriptions",
            "{\"customer\":\"%s\",\"items\":[{\"price\":\"%s\"}%s]}"
                .formatted(caller.customer(), basic, more));
    String secret = made.path("confirmation").path("client_secret").asString();
    program.atStripe(
        "/v1/payment_intents/%s/confirm".formatted(secret.substring(0, secret.indexOf("_secret_"))),
        "payment_method=pm_card_visa");
    program.atStripe(
        "/v1/subscriptions/" + made.path("subscription").path("provider_id").asString(),
        "default_payment_method=" + card);
    String path = "/subscriptions/" + made.path("subscription").path("id").asString();
    caller.await(path, now -> now.path("state").asString("").equals("active"));
    return path;
  }

  private int invoices() {
    return program.stripe.objects().path("invoice").size();
  }

  @Test
  void aPreviewSaysWhatTheChangeThenCosts() {
    String path = subscribed(own, "pm_card_visa", "");
    int before = invoices();
    JsonNode preview =
        own.done(path + "/preview", "{\"quantity\":3,\"proration\":\"invoice_now\"}");
    assertThat(preview.path("total").asLong()).isEqualTo(2 * 2900);
    assertThat(preview.path("amount_due").asLong()).isEqualTo(2 * 2900);
    assertThat(preview.path("currency").asString()).isEqualTo("eur");
    assertThat(preview.path("lines")).hasSize(2);
    assertThat(preview.path("lines").path(0).path("amount").asLong()).isEqualTo(-2900);
    assertThat(preview.path("lines").path(0).path("proration").asBoolean()).isTrue();
    assertThat(preview.path("more_lines").asBoolean()).isFalse();
    assertThat(invoices()).as("nothing is changed").isEqualTo(before);

    JsonNode changed =
        own.changed(
            path,
            "{\"quantity\":3,\"proration\":\"invoice_now\",\"proration_at\":\"%s\"}"
                .formatted(preview.path("proration_at").asString()));
    assertThat(changed.path("subscription").path("quantity").asInt()).isEqualTo(3);
    assertThat(
            changed.path("confirmation").isNull() || changed.path("confirmation").isMissingNode())
        .isTrue();
    assertThat(invoices()).isEqualTo(before + 1);
    own.await(path, now -> now.path("quantity").asInt() == 3);
    JsonNode paid =
        own.await("/payments", list -> list.path("data").path(0).path("amount").asLong() == 5800);
    assertThat(paid.path("data").path(0).path("state").asString()).isEqualTo("succeeded");
  }

  @Test
  void anotherPriceIsSettledLaterOrNever() {
    String path = subscribed(own, "pm_card_visa", "");
    int before = invoices();
    JsonNode next = own.done(path + "/preview", "{\"price\":\"%s\"}".formatted(plus));
    assertThat(next.path("lines")).hasSize(3);
    assertThat(next.path("total").asLong()).isEqualTo(2900);
    JsonNode changed = own.changed(path, "{\"price\":\"%s\"}".formatted(plus));
    assertThat(changed.path("subscription").path("price").asString()).isEqualTo(plus);
    own.await(path, now -> now.path("price").asString("").equals(plus));
    JsonNode never =
        own.done(path + "/preview", "{\"quantity\":2,\"proration\":\"none\"}").path("lines");
    assertThat(never).as("what waits, and the next period").hasSize(3);
    JsonNode same =
        own.changed(
            path,
            "{\"quantity\":2,\"proration\":\"none\",\"proration_at\":\"%s\"}"
                .formatted(
                    own.done(path + "/preview", "{\"quantity\":2,\"proration\":\"none\"}")
                        .path("proration_at")
                        .asString()));
    assertThat(same.path("subscription").path("quantity").asInt()).isEqualTo(2);
    assertThat(invoices()).isEqualTo(before);
  }

  @Test
  void ofSeveralItemsOneIsNamed() {
    String addOn = program.price();
    String path =
        subscribed(own, "pm_card_visa", ",{\"price\":\"%s\",\"quantity\":4}".formatted(addOn));
    JsonNode problem =
        Caller.problem(own.patch(path, "{\"quantity\":2}"), 400, "request.missing_field");
    assertThat(problem.path("param").asString()).isEqualTo("item");
    JsonNode items = own.get(path).path("items");
    String id = items.path(1).path("provider_id").asString();
    for (String named : new String[] {addOn, id}) {
      JsonNode changed = own.changed(path, "{\"item\":\"%s\",\"quantity\":7}".formatted(named));
      assertThat(changed.path("subscription").path("items").path(1).path("quantity").asInt())
          .isEqualTo(7);
      assertThat(changed.path("subscription").path("items").path(0).path("quantity").asInt())
          .isEqualTo(1);
    }
    Caller.problem(
        own.patch(path, "{\"item\":\"si_none\",\"quantity\":2}"), 400, "request.invalid_field");
    // A name that fits nothing must not fall to the item that has the new price already.
    String wrong = "{\"item\":\"price_none\",\"price\":\"%s\",\"quantity\":9}".formatted(addOn);
    for (int i = 0; i < 2; i++) {
      JsonNode none =
          Caller.problem(
              i == 0 ? own.patch(path, wrong) : own.post(path + "/preview", wrong),
              400,
              "request.invalid_field");
      assertThat(none.path("param").asString()).isEqualTo("item");
    }
  }

  @Test
  void aRefusedCardChangesNothingAndSaysWhatTheCustomerDoes() {
    String path = subscribed(own, "pm_card_chargeDeclinedInsufficientFunds", "");
    int before = invoices();
    JsonNode problem =
        Caller.problem(
            own.patch(path, "{\"quantity\":3,\"proration\":\"invoice_now\"}"),
            402,
            "payment.refused");
    assertThat(problem.path("detail").asString())
        .startsWith("The card has reached its limit: the customer takes another card")
        .contains("Your card has insufficient funds.");
    JsonNode provider = problem.path("provider");
    assertThat(provider.path("kind").asString()).isEqualTo("card");
    assertThat(provider.path("code").asString()).isEqualTo("card_declined");
    assertThat(provider.path("reason").asString()).isEqualTo("insufficient_funds");
    assertThat(provider.path("request_id").asString()).startsWith("req_");
    assertThat(invoices()).isEqualTo(before);
    assertThat(own.get(path).path("quantity").asInt()).isEqualTo(1);
  }

  @Test
  void aPaymentMayWaitForItsCustomer() {
    String path = subscribed(own, "pm_card_authenticationRequired", "");
    JsonNode waits =
        own.changed(
            path, "{\"quantity\":3,\"proration\":\"invoice_now\",\"if_unpaid\":\"confirm\"}");
    assertThat(waits.path("subscription").path("state").asString()).isEqualTo("past_due");
    String secret = waits.path("confirmation").path("client_secret").asString();
    own.await(path, now -> now.path("state").asString("").equals("past_due"));
    program.atStripe(
        "/v1/payment_intents/%s/confirm".formatted(secret.substring(0, secret.indexOf("_secret_"))),
        "payment_method=pm_card_visa");
    own.await(path, now -> now.path("state").asString("").equals("active"));
  }

  @Test
  void aLostAnswerChangesOnceAlsoWhenTheItemWasNamedByItsPrice() {
    String path = subscribed(own, "pm_card_visa", "");
    int before = invoices();
    String key = UUID.randomUUID().toString();
    String body =
        "{\"item\":\"%s\",\"price\":\"%s\",\"quantity\":2,\"proration\":\"invoice_now\"}"
            .formatted(basic, plus);
    program
        .sandbox
        .faults("stripe")
        .add(
            Fault.timeOutAfterAccepting(Duration.ZERO)
                .onlyFor("/v1/subscriptions/" + own.get(path).path("provider_id").asString())
                .times(1));
    Caller.problem(own.patch(path, body, key), 503, "server.busy");
    assertThat(invoices()).as("it was done").isEqualTo(before + 1);
    own.await(path, now -> now.path("price").asString("").equals(plus));
    JsonNode changed = Caller.answered(own.patch(path, body, key), 200);
    assertThat(changed.path("subscription").path("price").asString()).isEqualTo(plus);
    assertThat(invoices()).isEqualTo(before + 1);
  }

  @Test
  void onASharedAccountOnlyAllowedPricesAreChangedTo() {
    Caller ada = Caller.of(program, "Ada");
    Caller bob = Caller.of(program, "Bob");
    program.connect(TenantId.PLATFORM);
    String platform = program.key(TenantId.PLATFORM);
    String list = "{\"prices\":[\"%s\"]}".formatted(basic);
    for (Caller tenant : new Caller[] {ada, bob}) {
      Caller.answered(program.call("PUT", tenant.tenant(), "/allowed-prices", platform, list), 200);
    }
    String path = subscribed(ada, "pm_card_visa", "");
    for (String route : new String[] {path, path + "/preview"}) {
      String body = "{\"price\":\"%s\"}".formatted(plus);
      JsonNode problem =
          Caller.problem(
              route.equals(path) ? ada.patch(route, body) : ada.post(route, body),
              400,
              "request.invalid_field");
      assertThat(problem.path("param").asString()).isEqualTo("price");
      Caller.problem(
          route.equals(path)
              ? bob.patch(route, "{\"quantity\":2}")
              : bob.post(route, "{\"quantity\":2}"),
          404,
          "request.not_found");
    }
  }

  @Test
  void badInputAndAnEndedOneAreRefused() {
    String path = subscribed(own, "pm_card_visa", "");
    for (String bad :
        new String[] {
          "{\"quantity\":0}",
          "{\"quantity\":1000001}",
          "{\"price\":\"price_none\"}",
          "{\"price\":\"a b\"}",
          "{\"quantity\":2,\"proration_at\":\"2020-01-01T00:00:00Z\"}"
        }) {
      Caller.problem(own.patch(path, bad), 400, "request.invalid_field");
      Caller.problem(own.post(path + "/preview", bad), 400, "request.invalid_field");
    }
    Caller.problem(own.patch(path, "{}"), 400, "request.missing_field");
    String dollars =
        program
            .atStripe(
                "/v1/prices",
                "currency=usd&unit_amount=100&recurring[interval]=month&product_data[name]=D")
            .path("id")
            .asString();
    JsonNode currency =
        Caller.problem(
            own.patch(path, "{\"price\":\"%s\"}".formatted(dollars)), 400, "request.invalid_field");
    assertThat(currency.path("param").asString()).isEqualTo("price");
    assertThat(currency.path("detail").asString()).contains("expected currency: `eur`");

    own.done(path + "/cancel", "{\"at\":\"now\"}");
    own.await(path, now -> now.path("state").asString("").equals("ended"));
    Caller.problem(own.patch(path, "{\"quantity\":2}"), 409, "request.conflict");
    Caller.problem(own.post(path + "/preview", "{\"quantity\":2}"), 409, "request.conflict");
  }
}
