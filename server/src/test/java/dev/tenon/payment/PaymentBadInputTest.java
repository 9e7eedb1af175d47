package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What can be wrong about a sale: each is a problem of its own, with a code, the field and words
/// that say the way out.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PaymentBadInputTest {
  private static final String RETURN =
      "\"success_url\":\"https://app.test/yes\",\"cancel_url\":\"https://app.test/no\"";

  private PaymentProgram program;
  private Caller acme;

  @BeforeAll
  void start(@TempDir Path folder) {
    program = new PaymentProgram(folder);
    program.connect(TenantId.PLATFORM);
  }

  @BeforeEach
  void tenant() {
    acme = Caller.of(program, "Acme");
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @Test
  void aPriceThatNobodyKnows() {
    program.connect(acme.tenant());
    String customer = acme.customer();
    for (String path : new String[] {"/checkout-sessions", "/subscriptions"}) {
      JsonNode problem = refused(path, customer, "price_unknown", 1);
      assertThat(problem.path("code").asString()).as(path).isEqualTo("request.invalid_field");
      assertThat(problem.path("param").asString()).as(path).isEqualTo("price");
      assertThat(problem.path("provider").path("code").asString()).isEqualTo("resource_missing");
      assertThat(problem.path("provider").path("request_id").asString()).startsWith("req_");
    }
  }

  @Test
  void aCustomerOfAnotherTenantOnASharedAccount() {
    String price = program.price();
    Caller other = Caller.of(program, "Other");
    String theirs = other.customer();
    allow(price);

    JsonNode portal =
        Caller.problem(
            acme.post(
                "/portal-sessions",
                "{\"customer\":\"%s\",\"return_url\":\"https://app.test/\"}".formatted(theirs)),
            400,
            "request.invalid_field");
    for (JsonNode problem :
        new JsonNode[] {
          portal,
          refused("/checkout-sessions", theirs, price, 1),
          refused("/subscriptions", theirs, price, 1)
        }) {
      assertThat(problem.path("code").asString()).isEqualTo("request.invalid_field");
      assertThat(problem.path("param").asString()).isEqualTo("customer");
      assertThat(problem.has("provider")).as("Stripe is not even asked").isFalse();
    }
  }

  @Test
  void aPriceThatTheTenantMayNotSell() {
    String customer = acme.customer();
    allow("price_other");

    JsonNode problem = refused("/checkout-sessions", customer, program.price(), 1);

    assertThat(problem.path("code").asString()).isEqualTo("request.invalid_field");
    assertThat(problem.path("param").asString()).isEqualTo("price");
    assertThat(problem.path("detail").asString()).contains("allowed-prices");
  }

  @Test
  void anAmountBeyondWhatCanBeCharged() {
    program.connect(acme.tenant());
    JsonNode problem = refused("/subscriptions", acme.customer(), program.price(), 999_999);
    assertThat(problem.path("code").asString()).isEqualTo("provider.refused");
    assertThat(problem.path("provider").path("code").asString()).isEqualTo("amount_too_large");
  }

  @Test
  void aPriceOfTheOtherMode() {
    program.connect(acme.tenant());
    JsonNode problem =
        Caller.answered(
            acme.post(
                "/checkout-sessions",
                "{\"mode\":\"payment\",\"customer\":\"%s\",\"price\":\"%s\",%s}"
                    .formatted(acme.customer(), program.price(), RETURN)),
            400);
    assertThat(problem.path("code").asString()).isEqualTo("request.invalid_field");
  }

  @Test
  void aKeyThatWasRevoked() {
    program.connect(acme.tenant(), "sk_revoked");
    JsonNode problem =
        Caller.problem(
            acme.post("/customers", "{\"email\":\"c@customer.test\"}"), 409, "connection.broken");
    assertThat(problem.path("provider").path("kind").asString()).isEqualTo("credentials");
    assertThat(problem.toString()).doesNotContain("sk_revoked");
  }

  @Test
  void aRestrictedKeyNamesTheRightThatEachCallLacks() {
    program.connect(acme.tenant());
    String customer = acme.customer();
    String price = program.price();
    String sale = "{\"customer\":\"%s\",\"price\":\"%s\",%s}".formatted(customer, price, RETURN);
    String[][] calls = {
      {"customer_write", "/customers", "{\"email\":\"c@customer.test\"}"},
      {"checkout_session_write", "/checkout-sessions", sale},
      {
        "subscription_write",
        "/subscriptions",
        "{\"customer\":\"%s\",\"price\":\"%s\"}".formatted(customer, price)
      },
      {
        "customer_portal_write",
        "/portal-sessions",
        "{\"customer\":\"%s\",\"return_url\":\"https://app.test/\"}".formatted(customer)
      }
    };
    for (String[] call : calls) {
      Caller lacking = Caller.of(program, call[0]);
      String connection =
          program.connect(lacking.tenant(), "rk_test_lacks_" + call[0]).id().toString();
      JsonNode problem = Caller.problem(lacking.post(call[1], call[2]), 409, "connection.broken");
      assertThat(problem.path("provider").path("permission").asString())
          .as(call[1])
          .isEqualTo("rak_" + call[0]);
      assertThat(lacking.get("/connections/" + connection).path("state").asString())
          .isEqualTo("active");
    }
    Caller lacking = Caller.of(program, "webhooks");
    String connection =
        program.connect(lacking.tenant(), "rk_test_lacks_webhook_read").id().toString();
    JsonNode problem =
        Caller.problem(
            lacking.post("/connections/" + connection + "/webhook", ""), 409, "connection.broken");
    assertThat(problem.path("provider").path("permission").asString())
        .isEqualTo("rak_webhook_read");
  }

  private JsonNode refused(String path, String customer, String price, int quantity) {
    String returns = path.equals("/checkout-sessions") ? "," + RETURN : "";
    HttpResponse<String> response =
        acme.post(
            path,
            "{\"customer\":\"%s\",\"price\":\"%s\",\"quantity\":%d%s}"
                .formatted(customer, price, quantity, returns));
    assertThat(response.statusCode()).as(response.body()).isBetween(400, 499);
    return PaymentProgram.json(response);
  }

  private void allow(String price) {
    Caller.answered(
        program.call(
            "PUT",
            acme.tenant(),
            "/allowed-prices",
            program.key(TenantId.PLATFORM),
            "{\"prices\":[\"%s\"]}".formatted(price)),
        200);
  }
}
