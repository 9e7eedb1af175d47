package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.sandbox.Fault;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A subscription that begins without Checkout, on the whole program beside the sandbox: on a
/// tenant's own account, and on one that tenants share.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SubscribeApiTest {
  private PaymentProgram program;
  private Caller own;
  private Caller ada;
  private Caller bob;
  private String platformKey;
  private String price;

  @BeforeAll
  void start(@TempDir Path folder) {
    program = new PaymentProgram(folder);
    own = Caller.of(program, "Own account");
    ada = Caller.of(program, "Ada");
    bob = Caller.of(program, "Bob");
    platformKey = program.key(TenantId.PLATFORM);
    program.connect(own.tenant());
    program.connect(TenantId.PLATFORM);
    price = program.price();
  }

  @AfterAll
  void stop() {
    program.close();
  }

  private String wanted(String customer, String more) {
    return "{\"customer\":\"%s\",\"price\":\"%s\"%s}".formatted(customer, price, more);
  }

  @Test
  void beginsWithWhatTheCustomerConfirmsAndIsActiveThen() {
    String customer = own.customer();
    JsonNode started = own.made("/subscriptions", wanted(customer, ",\"quantity\":3"));
    JsonNode subscription = started.path("subscription");
    assertThat(subscription.path("provider_status").asString()).isEqualTo("incomplete");
    assertThat(subscription.path("state").asString()).isEqualTo("pending");
    assertThat(subscription.path("quantity").asInt()).isEqualTo(3);
    assertThat(subscription.path("customer_provider_id").asString()).isEqualTo(customer);
    JsonNode confirmation = started.path("confirmation");
    assertThat(confirmation.path("kind").asString()).isEqualTo("payment");
    String secret = confirmation.path("client_secret").asString();

    String path = "/subscriptions/" + subscription.path("id").asString();
    assertThat(own.get(path).path("provider_id"))
        .as("found under its id at once")
        .isEqualTo(subscription.path("provider_id"));
    assertThat(entitled(own, customer)).isFalse();
    assertThat(own.get(path + "/confirmation").path("confirmation"))
        .as("asked again when the page was left")
        .isEqualTo(confirmation);
    program.atStripe(
        "/v1/payment_intents/%s/confirm".formatted(secret.substring(0, secret.indexOf("_secret_"))),
        "payment_method=pm_card_visa");
    JsonNode active = own.await(path, now -> now.path("state").asString("").equals("active"));
    assertThat(active.path("quantity").asInt()).isEqualTo(3);
    assertThat(entitled(own, customer)).isTrue();
    assertThat(own.get(path + "/confirmation").path("confirmation").isObject())
        .as("nothing is left to confirm")
        .isFalse();
    Caller.problem(
        program.call("GET", bob.tenant(), path + "/confirmation", bob.key(), ""),
        404,
        "request.not_found");

    program.atStripe(
        "/_sandbox/subscriptions/%s/fail-payment"
            .formatted(subscription.path("provider_id").asString()),
        "");
    own.await(path, now -> now.path("state").asString("").equals("past_due"));
    JsonNode late = own.get(path + "/confirmation");
    assertThat(late.path("subscription").path("provider_status").asString()).isEqualTo("past_due");
    assertThat(late.path("confirmation").path("kind").asString()).isEqualTo("payment");
    assertThat(late.path("confirmation").path("client_secret").asString()).isNotEqualTo(secret);
  }

  private static boolean entitled(Caller caller, String customer) {
    return caller.get("/entitlements?customer=" + customer).path("entitled").asBoolean();
  }

  @Test
  void aTrialAsksForACardAndPaysNothing() {
    JsonNode started = own.made("/subscriptions", wanted(own.customer(), ",\"trial_days\":14"));
    assertThat(started.path("subscription").path("state").asString()).isEqualTo("trialing");
    assertThat(started.path("confirmation").path("kind").asString()).isEqualTo("setup");
    assertThat(started.path("confirmation").path("client_secret").asString()).startsWith("seti_");
  }

  @Test
  void severalPricesAreOneSubscription() {
    String addOn = program.price();
    String body =
        "{\"customer\":\"%s\",\"items\":[{\"price\":\"%s\"},{\"price\":\"%s\",\"quantity\":5}]}"
            .formatted(own.customer(), price, addOn);
    JsonNode items = own.made("/subscriptions", body).path("subscription").path("items");
    assertThat(items).hasSize(2);
    assertThat(items.path(1).path("price").asString()).isEqualTo(addOn);
    assertThat(items.path(1).path("quantity").asInt()).isEqualTo(5);
  }

  @Test
  void takesAPromotionCodeAsItIsTypedOrByItsId() {
    String id = promotion("SUMMER", "percent_off=50", "");
    for (String given : new String[] {"summer", id}) {
      String provider =
          own.made(
                  "/subscriptions",
                  wanted(own.customer(), ",\"promotion_code\":\"%s\"".formatted(given)))
              .path("subscription")
              .path("provider_id")
              .asString();
      assertThat(firstInvoice(provider).path("total").asLong()).isEqualTo(1450);
    }
    JsonNode problem =
        Caller.problem(
            own.post("/subscriptions", wanted(own.customer(), ",\"promotion_code\":\"NO-SUCH\"")),
            400,
            "request.invalid_field");
    assertThat(problem.path("param").asString()).isEqualTo("promotion_code");
  }

  @Test
  void ofCodesThatAreCalledTheSameTheCustomersOwnCounts() {
    String bea = own.customer();
    String cleo = own.customer();
    promotion("VIP", "percent_off=30", "&customer=" + bea);
    promotion("VIP", "percent_off=10", "");
    promotion("VIP", "percent_off=50", "&customer=" + cleo);
    long[] totals = new long[3];
    String[] customers = {bea, cleo, own.customer()};
    for (int i = 0; i < customers.length; i++) {
      totals[i] =
          firstInvoice(
                  own.made("/subscriptions", wanted(customers[i], ",\"promotion_code\":\"vip\""))
                      .path("subscription")
                      .path("provider_id")
                      .asString())
              .path("total")
              .asLong();
    }
    assertThat(totals).containsExactly(2030, 1450, 2610);

    promotion("MINE", "percent_off=50", "&customer=" + bea);
    Caller.problem(
        own.post("/subscriptions", wanted(cleo, ",\"promotion_code\":\"MINE\"")),
        400,
        "request.invalid_field");
  }

  @Test
  void whatCostsNothingIsActiveAtOnce() {
    promotion("FREE", "percent_off=100&duration=forever", "");
    JsonNode started =
        own.made("/subscriptions", wanted(own.customer(), ",\"promotion_code\":\"FREE\""));
    assertThat(started.path("subscription").path("state").asString()).isEqualTo("active");
    assertThat(started.path("confirmation").path("kind").asString()).isEqualTo("setup");
  }

  @Test
  void aLostAnswerMakesNoSecondOneAlsoWhenItUsedUpTheCode() {
    promotion("ONCE", "percent_off=10", "&max_redemptions=1");
    String body = wanted(own.customer(), ",\"promotion_code\":\"ONCE\"");
    int before = count("subscription");
    String key = UUID.randomUUID().toString();
    program
        .sandbox
        .faults("stripe")
        .add(Fault.timeOutAfterAccepting(Duration.ZERO).onlyFor("/v1/subscriptions").times(1));
    Caller.problem(own.post("/subscriptions", body, key), 503, "server.busy");
    assertThat(count("subscription")).isEqualTo(before + 1);

    JsonNode made = Caller.answered(own.post("/subscriptions", body, key), 201);
    HttpResponse<String> again = own.post("/subscriptions", body, key);
    assertThat(Caller.answered(again, 201)).isEqualTo(made);
    assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
    assertThat(count("subscription")).isEqualTo(before + 1);

    // The code is used up, and Stripe's own refusal says so.
    JsonNode problem =
        Caller.problem(
            own.post("/subscriptions", body, UUID.randomUUID().toString()),
            400,
            "request.invalid_field");
    assertThat(problem.path("param").asString()).isEqualTo("promotion_code");
    assertThat(problem.path("provider").path("name").asString()).isEqualTo("stripe");
    assertThat(problem.path("provider").path("kind").asString()).isEqualTo("request");
    assertThat(problem.path("provider").path("request_id").asString()).startsWith("req_");
  }

  @Test
  void onASharedAccountItIsTheTenantsAndOnlyOfWhatItMaySell() {
    String customer = ada.customer();
    JsonNode refused =
        Caller.problem(
            ada.post("/subscriptions", wanted(customer, "")), 400, "request.invalid_field");
    assertThat(refused.path("param").asString()).isEqualTo("price");
    for (Caller tenant : new Caller[] {ada, bob}) {
      Caller.answered(
          program.call(
              "PUT",
              tenant.tenant(),
              "/allowed-prices",
              platformKey,
              "{\"prices\":[\"%s\"]}".formatted(price)),
          200);
    }
    Caller.problem(bob.post("/subscriptions", wanted(customer, "")), 400, "request.invalid_field");
    String path =
        "/subscriptions/"
            + ada.made("/subscriptions", wanted(customer, ""))
                .path("subscription")
                .path("id")
                .asString();
    ada.await(path, now -> now.path("provider_status").asString("").equals("incomplete"));
    Caller.problem(
        program.call("GET", bob.tenant(), path, bob.key(), ""), 404, "request.not_found");
    assertThat(bob.get("/subscriptions").path("data")).isEmpty();
  }

  @Test
  void badInputIsRefusedWithTheFieldsName() {
    String customer = own.customer();
    isRefused(wanted(customer, ",\"quantity\":0"), "quantity");
    isRefused(wanted(customer, ",\"quantity\":1000001"), "quantity");
    isRefused(wanted(customer, ",\"trial_days\":731"), "trial_days");
    isRefused(wanted("cus_none", ""), "customer");
    isRefused(wanted("cus_1/../x", ""), "customer");
    isRefused(wanted(customer, "").replace(price, "price_none"), "price");
    isRefused(wanted(customer, "").replace(price, "price 1"), "price");
    isRefused("{\"customer\":\"%s\",\"items\":[]}".formatted(customer), "items");
    isRefused(
        "{\"customer\":\"%s\",\"items\":[{\"price\":\"%s\"},{\"price\":\"%s\"}]}"
            .formatted(customer, price, price),
        "items");
    JsonNode both =
        Caller.problem(
            own.post(
                "/subscriptions",
                wanted(customer, ",\"items\":[{\"price\":\"%s\"}]".formatted(price))),
            400,
            "request.missing_field");
    assertThat(both.path("param").asString()).isEqualTo("price");
  }

  @Test
  void anAmountThatNobodyCanBeChargedIsRefusedInStripesWords() {
    int before = count("subscription");
    JsonNode problem =
        Caller.problem(
            own.post("/subscriptions", wanted(own.customer(), ",\"quantity\":1000000")),
            400,
            "provider.refused");
    assertThat(problem.path("provider").path("code").asString()).isEqualTo("amount_too_large");
    assertThat(count("subscription")).isEqualTo(before);
  }

  private void isRefused(String body, String param) {
    JsonNode problem =
        Caller.problem(own.post("/subscriptions", body), 400, "request.invalid_field");
    assertThat(problem.path("param").asString()).as(problem.toString()).isEqualTo(param);
  }

  @Test
  void tooManyCallsAreToWait() {
    String customer = own.customer();
    program.sandbox.faults("stripe").add(Fault.status(429).onlyFor("/v1/subscriptions").times(1));
    HttpResponse<String> refused = own.post("/subscriptions", wanted(customer, ""));
    JsonNode problem = Caller.problem(refused, 503, "server.busy");
    assertThat(refused.headers().firstValue("Retry-After")).hasValue("2");
    assertThat(problem.path("provider").path("kind").asString()).isEqualTo("limit");
    assertThat(problem.path("provider").path("code").asString()).isEqualTo("rate_limit");
  }

  @Test
  void aKeyThatLacksARightIsToldWhich() {
    Caller restricted = Caller.of(program, "Restricted");
    program.connect(restricted.tenant(), "rk_test_lacks_subscription_write");
    String customer = restricted.customer();
    JsonNode problem =
        Caller.problem(
            restricted.post("/subscriptions", wanted(customer, "")), 409, "connection.broken");
    assertThat(problem.path("provider").path("permission").asString())
        .isEqualTo("rak_subscription_write");
    assertThat(problem.path("provider").path("kind").asString()).isEqualTo("permission");
    assertThat(problem.path("detail").asString())
        .contains("Give the key the right rak_subscription_write");
  }

  private String promotion(String code, String coupon, String more) {
    String id = program.atStripe("/v1/coupons", coupon).path("id").asString();
    return program
        .atStripe(
            "/v1/promotion_codes",
            "promotion[type]=coupon&promotion[coupon]=%s&code=%s%s".formatted(id, code, more))
        .path("id")
        .asString();
  }

  private JsonNode firstInvoice(String subscription) {
    return program
        .stripe
        .objects()
        .path("invoice")
        .valueStream()
        .filter(
            invoice ->
                invoice
                    .path("parent")
                    .path("subscription_details")
                    .path("subscription")
                    .asString()
                    .equals(subscription))
        .findFirst()
        .orElseThrow();
  }

  private int count(String type) {
    return program.stripe.objects().path(type).size();
  }
}
