package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Customers, checkout, subscriptions, the portal, payments and entitlement over the API, on the
/// whole program beside the sandbox: on a tenant's own account, and on one that tenants share.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PaymentApiTest {
  private static final String RETURN =
      "\"success_url\":\"https://app.test/ok?s={CHECKOUT_SESSION_ID}\",\"cancel_url\":\"https://app.test/no\"";

  private PaymentProgram program;
  private TenantId own;
  private String ownKey;
  private TenantId ada;
  private String adaKey;
  private TenantId bob;
  private String bobKey;
  private String platformKey;
  private String price;

  @BeforeAll
  void start(@TempDir Path folder) {
    program = new PaymentProgram(folder);
    own = program.tenant("Own account");
    ownKey = program.key(own);
    ada = program.tenant("Ada");
    adaKey = program.key(ada);
    bob = program.tenant("Bob");
    bobKey = program.key(bob);
    platformKey = program.key(TenantId.PLATFORM);
    program.connect(own);
    program.connect(TenantId.PLATFORM);
    price = program.price();
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @Test
  void sellsOnATenantsOwnAccountFromTheCustomerToTheEnd() {
    JsonNode customer = made(own, ownKey, "/customers", "{\"email\":\"c@customer.test\"}");
    String id = customer.path("id").asString();
    String providerId = customer.path("provider_id").asString();
    assertThat(get(own, ownKey, "/customers/" + id)).isEqualTo(customer);

    JsonNode changed =
        ok(program.call("PATCH", own, "/customers/" + id, ownKey, "{\"name\":\"Cleo\"}"));
    assertThat(changed.path("name").asString()).isEqualTo("Cleo");
    program.awaitAnswer(
        own, "/customers/" + id, ownKey, now -> now.path("name").asString("").equals("Cleo"));

    program.stripe.pay(checkout(own, ownKey, id));
    JsonNode held =
        program.awaitAnswer(
            own,
            "/subscriptions?customer=" + providerId,
            ownKey,
            list -> list.path("data").path(0).path("state").asString("").equals("active"));
    assertThat(held.path("data")).hasSize(1);
    String subscription = held.path("data").path(0).path("id").asString();
    JsonNode entitled =
        get(own, ownKey, "/entitlements?customer=%s&price=%s".formatted(providerId, price));
    assertThat(entitled.path("entitled").asBoolean()).isTrue();
    assertThat(get(own, ownKey, "/entitlements?customer=" + providerId + "&price=other").toString())
        .isEqualTo("{\"entitled\":false,\"subscriptions\":[]}");

    JsonNode ending = made200(own, ownKey, "/subscriptions/" + subscription + "/cancel", "{}");
    assertThat(ending.path("cancel_at_period_end").asBoolean()).isTrue();
    assertThat(ending.path("state").asString()).isEqualTo("active");
    program.awaitAnswer(
        own,
        "/subscriptions/" + subscription,
        ownKey,
        now -> now.path("cancel_at_period_end").asBoolean());
    JsonNode kept = made200(own, ownKey, "/subscriptions/" + subscription + "/resume", "");
    assertThat(kept.path("subscription").path("state").asString()).isEqualTo("active");
    assertThat(kept.path("subscription").path("cancel_at_period_end").asBoolean()).isFalse();
    JsonNode ended =
        made200(own, ownKey, "/subscriptions/" + subscription + "/cancel", "{\"at\":\"now\"}");
    assertThat(ended.path("state").asString()).isEqualTo("ended");
    program.awaitAnswer(
        own,
        "/subscriptions/" + subscription,
        ownKey,
        now -> now.path("state").asString().equals("ended"));
    assertThat(
            get(own, ownKey, "/entitlements?customer=" + providerId).path("entitled").asBoolean())
        .isFalse();
    isProblem(
        program.call("POST", own, "/subscriptions/" + subscription + "/resume", ownKey, ""),
        409,
        "request.conflict");
  }

  @Test
  void everyItemOfASubscriptionEntitles() {
    JsonNode customer = made(own, ownKey, "/customers", "{\"email\":\"i@customer.test\"}");
    String providerId = customer.path("provider_id").asString();
    String addOn = program.price();
    String subscription =
        program
            .atStripe(
                "/v1/subscriptions",
                "customer=%s&items[0][price]=%s&items[1][price]=%s&items[1][quantity]=3&default_payment_method=pm_card_visa"
                    .formatted(providerId, price, addOn))
            .path("id")
            .asString();
    String asked = "/entitlements?customer=%s&price=%s".formatted(providerId, addOn);
    JsonNode entitled =
        program.awaitAnswer(own, asked, ownKey, now -> now.path("entitled").asBoolean());
    assertThat(entitled.path("subscriptions").path(0).path("prices").toString())
        .isEqualTo("[\"%s\",\"%s\"]".formatted(price, addOn));

    JsonNode held = get(own, ownKey, "/subscriptions?customer=" + providerId).path("data").path(0);
    assertThat(held.path("price").asString()).isEqualTo(price);
    assertThat(held.path("items")).hasSize(2);
    assertThat(held.path("items").path(1).path("quantity").asInt()).isEqualTo(3);
    long revision = held.path("revision").asLong();

    String item =
        program
            .stripe
            .objects()
            .path("subscription")
            .valueStream()
            .filter(one -> one.path("id").asString().equals(subscription))
            .findFirst()
            .orElseThrow()
            .path("items")
            .path("data")
            .path(1)
            .path("id")
            .asString();
    program.atStripe(
        "/v1/subscriptions/" + subscription,
        "items[0][id]=%s&items[0][quantity]=5".formatted(item));
    JsonNode changed =
        program.awaitAnswer(
            own,
            "/subscriptions/" + held.path("id").asString(),
            ownKey,
            now -> now.path("items").path(1).path("quantity").asInt() == 5);
    assertThat(changed.path("revision").asLong()).as("an update is told").isGreaterThan(revision);

    program.atStripe(
        "/v1/subscriptions/" + subscription,
        "items[0][id]=%s&items[0][deleted]=true".formatted(item));
    program.awaitAnswer(own, asked, ownKey, now -> !now.path("entitled").asBoolean());
  }

  @Test
  void showsAPaymentAndWhatWentBack() {
    JsonNode customer = made(own, ownKey, "/customers", "{\"email\":\"r@customer.test\"}");
    String providerId = customer.path("provider_id").asString();
    program.stripe.pay(checkout(own, ownKey, providerId));
    JsonNode payments =
        program.awaitAnswer(
            own, "/payments?customer=" + providerId, ownKey, list -> !list.path("data").isEmpty());
    JsonNode payment = payments.path("data").path(0);
    assertThat(payment.path("amount").asLong()).isEqualTo(2900);
    assertThat(payment.path("amount_refunded").asLong()).isZero();

    for (JsonNode charge : program.stripe.objects().path("charge")) {
      if (charge.path("customer").asString().equals(providerId)) {
        program.atStripe("/_sandbox/charges/" + charge.path("id").asString() + "/refund", "");
      }
    }
    program.awaitAnswer(
        own,
        "/payments/" + payment.path("id").asString(),
        ownKey,
        now -> now.path("amount_refunded").asLong() == 2900);
    JsonNode refunds = get(own, ownKey, "/refunds?customer=" + providerId).path("data");
    assertThat(refunds).hasSize(1);
    JsonNode refund = refunds.path(0);
    assertThat(refund.path("amount_refunded").asLong()).isEqualTo(2900);
    assertThat(refund.path("currency").asString()).isEqualTo("eur");
    assertThat(refund.path("payment")).isEqualTo(payment.path("id"));
    assertThat(refund.path("charge_provider_id").asString()).startsWith("ch_");
    String path = "/refunds/" + refund.path("id").asString();
    assertThat(get(own, ownKey, path).path("refunds")).isEqualTo(refund.path("refunds"));
    isProblem(program.call("GET", bob, path, bobKey, ""), 404, "request.not_found");
    assertThat(get(own, ownKey, "/refunds?customer=cus_none").path("data")).isEmpty();
  }

  @Test
  void sellsOnceAndGivesBackAPart() {
    String once =
        program
            .atStripe("/v1/prices", "currency=eur&unit_amount=1500&product_data[name]=Book")
            .path("id")
            .asString();
    String customer =
        made(own, ownKey, "/customers", "{\"email\":\"o@customer.test\"}")
            .path("provider_id")
            .asString();
    String body =
        "{\"mode\":\"payment\",\"price\":\"%s\",\"quantity\":2,\"customer\":\"%s\",%s}"
            .formatted(once, customer, RETURN);
    program.stripe.pay(
        made(own, ownKey, "/checkout-sessions", body).path("provider_id").asString());
    JsonNode payment =
        program
            .awaitAnswer(
                own, "/payments?customer=" + customer, ownKey, list -> !list.path("data").isEmpty())
            .path("data")
            .path(0);
    assertThat(payment.path("amount").asLong()).isEqualTo(3000);
    for (JsonNode charge : program.stripe.objects().path("charge")) {
      if (charge.path("customer").asString("").equals(customer)) {
        program.atStripe("/v1/refunds", "amount=700&charge=" + charge.path("id").asString());
      }
    }
    JsonNode refund =
        program
            .awaitAnswer(
                own, "/refunds?customer=" + customer, ownKey, list -> !list.path("data").isEmpty())
            .path("data")
            .path(0);
    assertThat(refund.path("amount_refunded").asLong()).isEqualTo(700);
    assertThat(refund.path("payment")).isEqualTo(payment.path("id"));
    assertThat(refund.path("invoice_provider_id").isNull() || !refund.has("invoice_provider_id"))
        .isTrue();
    // A price that is paid once is no plan, and a plan is not paid once.
    for (String unfit :
        new String[] {
          body.replace("payment", "subscription"),
          checkoutBody(customer).replace("{\"price", "{\"mode\":\"payment\",\"price")
        }) {
      isProblem(
          program.call("POST", own, "/checkout-sessions", ownKey, unfit),
          400,
          "request.invalid_field");
    }
  }

  @Test
  void givesMoneyBackOnceAndSaysWhereItFailed() {
    JsonNode customer = made(own, ownKey, "/customers", "{\"email\":\"g@customer.test\"}");
    String providerId = customer.path("provider_id").asString();
    program.stripe.pay(checkout(own, ownKey, providerId));
    JsonNode payment =
        program
            .awaitAnswer(
                own,
                "/payments?customer=" + customer.path("id").asString(),
                ownKey,
                list -> list.path("data").path(0).path("state").asString("").equals("succeeded"))
            .path("data")
            .path(0);
    String path = "/payments/" + payment.path("id").asString();
    String refunds = path + "/refunds";
    for (String wrong : new String[] {"{\"amount\":0}", "{\"amount\":2901}"}) {
      isProblem(program.call("POST", own, refunds, ownKey, wrong), 400, "request.invalid_field");
    }
    isProblem(program.call("POST", bob, refunds, bobKey, "{}"), 404, "request.not_found");

    String body = "{\"amount\":900,\"reason\":\"requested_by_customer\"}";
    String key = java.util.UUID.randomUUID().toString();
    program
        .sandbox
        .faults("stripe")
        .add(
            dev.tenon.sandbox.Fault.timeOutAfterAccepting(java.time.Duration.ZERO)
                .onlyFor("/v1/refunds")
                .times(1));
    isProblem(program.post(own, refunds, ownKey, body, key), 503, "server.busy");
    JsonNode refund = answered(program.post(own, refunds, ownKey, body, key), 201);
    assertThat(refund.path("amount").asLong()).isEqualTo(900);
    assertThat(refund.path("state").asString()).isEqualTo("succeeded");
    program.awaitAnswer(own, path, ownKey, now -> now.path("amount_refunded").asLong() == 900);

    JsonNode listed =
        program
            .awaitAnswer(
                own,
                "/refunds?customer=" + providerId,
                ownKey,
                list -> !list.path("data").path(0).path("refunds").isEmpty())
            .path("data");
    assertThat(listed).hasSize(1);
    assertThat(listed.path(0).path("refunds").path(0)).isEqualTo(refund);
    assertThat(listed.path(0).path("refunds")).as("made once").hasSize(1);

    // To this card nothing can be given back: Stripe takes the refund, and it fails later.
    String closed =
        made(own, ownKey, "/customers", "{\"email\":\"h@customer.test\"}")
            .path("provider_id")
            .asString();
    program.atStripe(
        "/v1/subscriptions",
        "customer=%s&items[0][price]=%s&default_payment_method=pm_card_refundFail"
            .formatted(closed, price));
    String paid =
        program
            .awaitAnswer(
                own, "/payments?customer=" + closed, ownKey, list -> !list.path("data").isEmpty())
            .path("data")
            .path(0)
            .path("id")
            .asString();
    JsonNode failing = refund(paid);
    assertThat(failing.path("amount").asLong()).isEqualTo(2900);
    JsonNode failed =
        program
            .awaitAnswer(
                own,
                "/refunds?customer=" + closed,
                ownKey,
                list ->
                    list.toString().contains("\"failed\"")
                        && list.path("data").path(0).path("amount_refunded").asLong(-1) == 0)
            .path("data")
            .path(0);
    assertThat(failed.path("refunds").path(0).path("failure_reason").asString())
        .isEqualTo("expired_or_canceled_card");
    assertThat(get(own, ownKey, "/payments/" + paid).path("amount_refunded").asLong()).isZero();
    JsonNode told = get(own, ownKey, "/events?type=payment.refund_failed").path("data");
    assertThat(told).hasSize(1);
    assertThat(told.toString()).contains("\"refund_provider_id\":" + failing.path("provider_id"));
  }

  @Test
  void keepsACardForPaymentsToCome() {
    String customer =
        made(own, ownKey, "/customers", "{\"email\":\"s@customer.test\"}")
            .path("provider_id")
            .asString();
    String body =
        "{\"mode\":\"setup\",\"currency\":\"EUR\",\"customer\":\"%s\",%s}"
            .formatted(customer, RETURN);
    String session = made(own, ownKey, "/checkout-sessions", body).path("provider_id").asString();
    program.stripe.pay(session);
    assertThat(program.stripe.paid(session)).contains(true);
    assertThat(get(own, ownKey, "/payments?customer=" + customer).path("data")).isEmpty();
    for (String missing : new String[] {"currency", "customer"}) {
      isProblem(
          program.call(
              "POST",
              own,
              "/checkout-sessions",
              ownKey,
              body.replaceFirst("\"%s\":\"[^\"]*\",".formatted(missing), "")),
          400,
          "request.missing_field");
    }
    for (String unfit : new String[] {"\"price\":\"x\"", "\"quantity\":1", "\"trial_days\":1"}) {
      isProblem(
          program.call(
              "POST",
              own,
              "/checkout-sessions",
              ownKey,
              body.replaceFirst("\\{", "{" + unfit + ",")),
          400,
          "request.invalid_field");
    }
  }

  @Test
  void makesACheckoutThatIsEmbeddedInAPageOfTheApplication() {
    String customer =
        made(own, ownKey, "/customers", "{\"email\":\"e@customer.test\"}").path("id").asString();
    String body =
        "{\"price\":\"%s\",\"customer\":\"%s\",\"return_url\":\"https://app.test/back\"}"
            .formatted(price, customer);
    JsonNode embedded = made(own, ownKey, "/checkout-sessions", body);
    assertThat(embedded.path("client_secret").asString())
        .startsWith(embedded.path("provider_id").asString() + "_secret_");
    assertThat(embedded.path("url").isNull() || embedded.path("url").isMissingNode()).isTrue();
    isProblem(
        program.call(
            "POST", own, "/checkout-sessions", ownKey, body.replace("}", "," + RETURN + "}")),
        400,
        "request.invalid_field");
    isProblem(
        program.call(
            "POST",
            own,
            "/checkout-sessions",
            ownKey,
            body.replace("\"return_url\"", "\"success_url\"")),
        400,
        "request.missing_field");
  }

  @Test
  void opensThePortalAndLeadsBack() {
    JsonNode customer = made(own, ownKey, "/customers", "{\"email\":\"p@customer.test\"}");
    String body =
        "{\"customer\":\"%s\",\"return_url\":\"https://app.test/account\"}"
            .formatted(customer.path("id").asString());
    assertThat(made(own, ownKey, "/portal-sessions", body).path("url").asString())
        .startsWith(program.sandbox.url("stripe") + "/p/session/");
    isProblem(
        program.call(
            "POST",
            own,
            "/portal-sessions",
            ownKey,
            body.replace("https://app.test/account", "javascript:alert(1)")),
        400,
        "request.invalid_field");
  }

  @Test
  void aSharedAccountSellsOnlyWhatThePlatformAllowsAndKeepsTenantsApart() {
    JsonNode customer = made(ada, adaKey, "/customers", "{\"email\":\"a@customer.test\"}");
    String providerId = customer.path("provider_id").asString();
    isProblem(
        program.call("POST", ada, "/checkout-sessions", adaKey, checkoutBody(providerId)),
        400,
        "request.invalid_field");
    String list = "{\"prices\":[\"%s\"]}".formatted(price);
    isProblem(
        program.call("PUT", ada, "/allowed-prices", adaKey, list), 403, "access.platform_only");
    assertThat(ok(program.call("PUT", ada, "/allowed-prices", platformKey, list)).toString())
        .contains(price);
    ok(program.call("PUT", bob, "/allowed-prices", platformKey, list));

    program.stripe.pay(checkout(ada, adaKey, providerId));
    program.awaitAnswer(
        ada,
        "/entitlements?customer=" + providerId,
        adaKey,
        now -> now.path("entitled").asBoolean());
    assertThat(get(ada, adaKey, "/entitlements").path("entitled").asBoolean())
        .as("what the tenant sold to its own customer is not its own plan")
        .isFalse();
    answered(
        program.call(
            "PATCH",
            ada,
            "/customers/" + customer.path("id").asString(),
            adaKey,
            "{\"subscriber\":\"tenant\"}"),
        200);
    assertThat(get(ada, adaKey, "/entitlements").path("entitled").asBoolean())
        .as("the customer is the tenant itself, on the platform's account")
        .isTrue();
    assertThat(
            get(ada, adaKey, "/entitlements?customer=" + customer.path("id").asString())
                .path("entitled")
                .asBoolean())
        .as("by our id")
        .isTrue();
    assertThat(get(bob, bobKey, "/subscriptions").path("data")).isEmpty();
    assertThat(get(bob, bobKey, "/payments").path("data")).isEmpty();

    for (String named : new String[] {providerId, customer.path("id").asString()}) {
      isProblem(
          program.call("POST", bob, "/checkout-sessions", bobKey, checkoutBody(named)),
          400,
          "request.invalid_field");
      isProblem(
          program.call(
              "POST",
              bob,
              "/portal-sessions",
              bobKey,
              "{\"customer\":\"%s\",\"return_url\":\"https://app.test\"}".formatted(named)),
          400,
          "request.invalid_field");
    }
    String subscription =
        get(ada, adaKey, "/subscriptions").path("data").path(0).path("id").asString();
    isProblem(
        program.call("POST", bob, "/subscriptions/" + subscription + "/cancel", bobKey, "{}"),
        404,
        "request.not_found");
  }

  @Test
  void refusesBadInput() {
    for (String bad :
        new String[] {
          "{\"email\":\"\"}", "{\"email\":\"nobody\"}", "{\"email\":\"a@b\",\"name\":\" \"}"
        }) {
      isProblem(program.call("POST", own, "/customers", ownKey, bad), 400, "request.invalid_field");
    }
    for (String bad :
        new String[] {
          checkoutBody("").replace("\"customer\":\"\",", "\"quantity\":0,"),
          checkoutBody("").replace("\"customer\":\"\",", "\"trial_days\":731,"),
          checkoutBody("").replace("https://app.test/no", "/no"),
          checkoutBody("cus_1/../x"),
          checkoutBody("").replace(price, "price 1")
        }) {
      isProblem(
          program.call("POST", own, "/checkout-sessions", ownKey, bad),
          400,
          "request.invalid_field");
    }
    isProblem(
        program.call("GET", own, "/subscriptions/sub_x", ownKey, ""), 404, "request.not_found");
    isProblem(
        program.call("PUT", own, "/payment-mails", ownKey, "{\"off\":[\"welcome\"]}"),
        400,
        "request.invalid_field");
  }

  @Test
  void switchesMailsOffAndOn() {
    JsonNode off =
        ok(program.call("PUT", bob, "/payment-mails", bobKey, "{\"off\":[\"receipt\"]}"));
    assertThat(off.path("off").toString()).isEqualTo("[\"receipt\"]");
    assertThat(get(bob, bobKey, "/payment-mails")).isEqualTo(off);
    assertThat(ok(program.call("PUT", bob, "/payment-mails", bobKey, "{\"off\":[]}")).path("off"))
        .isEmpty();
  }

  /// Which intent paid is told by an event of its own, which may be the last one.
  private JsonNode refund(String payment) {
    for (int i = 0; i < 1000; i++) {
      HttpResponse<String> answer =
          program.call("POST", own, "/payments/" + payment + "/refunds", ownKey, "{}");
      if (answer.statusCode() != 409) {
        return answered(answer, 201);
      }
      assertThat(answer.body()).contains("has not told what was charged");
    }
    throw new AssertionError("nobody told what was charged");
  }

  private String checkout(TenantId tenant, String key, String customer) {
    return made(tenant, key, "/checkout-sessions", checkoutBody(customer))
        .path("provider_id")
        .asString();
  }

  private String checkoutBody(String customer) {
    return "{\"price\":\"%s\",\"customer\":\"%s\",%s}".formatted(price, customer, RETURN);
  }

  private JsonNode get(TenantId tenant, String key, String path) {
    return ok(program.call("GET", tenant, path, key, ""));
  }

  private JsonNode made(TenantId tenant, String key, String path, String body) {
    return answered(program.call("POST", tenant, path, key, body), 201);
  }

  private JsonNode made200(TenantId tenant, String key, String path, String body) {
    return answered(program.call("POST", tenant, path, key, body), 200);
  }

  private static JsonNode ok(HttpResponse<String> response) {
    return answered(response, 200);
  }

  private static JsonNode answered(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return PaymentProgram.json(response);
  }

  private static void isProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.body()).contains("\"code\":\"" + code + "\"");
    assertThat(response.statusCode()).isEqualTo(status);
  }
}
