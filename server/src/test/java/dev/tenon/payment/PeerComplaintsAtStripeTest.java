package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.net.Webhook;
import dev.tenon.sandbox.Fault;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What users of other Stripe integrations complain of in public, as far as it takes the whole
/// program: one test for each, which shows that it doesn't happen here. See [PeerComplaintsTest].
class PeerComplaintsAtStripeTest {
  private static final String RETURN =
      "\"success_url\":\"https://app.test/yes\",\"cancel_url\":\"https://app.test/no\"";

  @TempDir private Path folder;
  private PaymentProgram program;
  private Caller acme;

  @BeforeEach
  void start() {
    program = new PaymentProgram(folder);
    acme = Caller.of(program, "Acme");
  }

  @AfterEach
  void stop() {
    program.close();
  }

  /// pay-rails/pay PR #353, #840; b2b-saas-starter #283: webhooks were missed and nothing brings
  /// them back.
  @Test
  void whatNeverCameIsFoundByReconciliation() {
    String connection = program.connect(acme.tenant(), "sk_test_program").id().toString();
    program.sandbox.faults("stripe").set(List.of(Fault.loseWebhooks()));
    String customer = program.atStripe("/v1/customers", "email=lost@a.test").path("id").asString();

    HttpResponse<String> asked =
        acme.post(
            "/reconciliations",
            "{\"connection\":\"%s\",\"until\":\"%s\"}".formatted(connection, Instant.now()));

    assertThat(asked.statusCode()).as(asked.body()).isEqualTo(202);
    acme.await("/customers", list -> list.path("data").toString().contains(customer));
  }

  /// pay-rails/pay #559, #998, #1259: the connected account is dropped in follow-up calls.
  @Test
  void everyCallOfAConnectionStaysInItsAccount() {
    program.connect(TenantId.PLATFORM, "sk_test_program");
    String account = program.atStripe("/v1/accounts", "type=standard").path("id").asString();
    Caller.answered(
        program.call(
            "POST",
            acme.tenant(),
            "/connections",
            program.key(TenantId.PLATFORM),
            """
            {"provider":"stripe","name":"Connected","environment":"development",
             "settings":{"account":"%s"}}
            """
                .formatted(account)),
        201);
    String product = program.atStripe("/v1/products", "name=Pro", account).path("id").asString();
    String price =
        program
            .atStripe(
                "/v1/prices",
                "currency=eur&unit_amount=900&recurring[interval]=month&product=" + product,
                account)
            .path("id")
            .asString();

    String customer = acme.customer();
    String body = "\"customer\":\"%s\",\"price\":\"%s\"".formatted(customer, price);
    String session =
        acme.made("/checkout-sessions", "{%s,%s}".formatted(body, RETURN))
            .path("provider_id")
            .asString();
    JsonNode subscription =
        acme.made("/subscriptions", "{%s}".formatted(body)).path("subscription");
    String id = subscription.path("id").asString();
    assertThat(acme.post("/subscriptions/" + id + "/preview", "{\"quantity\":2}").statusCode())
        .isEqualTo(200);
    assertThat(
            acme.get("/subscriptions/" + id + "/confirmation")
                .path("confirmation")
                .path("kind")
                .asString())
        .isEqualTo("payment");
    acme.made(
        "/portal-sessions",
        "{\"customer\":\"%s\",\"return_url\":\"https://a.test/\"}".formatted(customer));
    assertThat(acme.post("/subscriptions/" + id + "/cancel", "{\"at\":\"now\"}").statusCode())
        .isEqualTo(200);

    for (String made :
        List.of(
            "/v1/customers/" + customer,
            "/v1/checkout/sessions/" + session,
            "/v1/subscriptions/" + subscription.path("provider_id").asString())) {
      assertThat(program.stripeCall("GET", made).statusCode()).as(made).isEqualTo(404);
    }
  }

  /// drastik stripe PR #140: several Stripe accounts on one site, and the wrong one's secret is
  /// tried.
  @Test
  void eachConnectionVerifiesWithItsOwnSecrets() {
    Caller other = Caller.of(program, "Other");
    String own = program.connect(acme.tenant(), "sk_test_program").id().toString();
    String theirs = program.connect(other.tenant(), "sk_test_other").id().toString();

    assertThat(delivered(own, signed(secret(acme)))).isEqualTo(200);
    assertThat(delivered(theirs, signed(secret(other)))).isEqualTo(200);
    assertThat(delivered(own, signed(secret(other)))).isEqualTo(401);
    assertThat(delivered(theirs, signed(secret(acme)))).isEqualTo(401);
  }

  /// medusajs/medusa #13301, #4798, #3146, #2948, #3871: nothing is known of a sale until the buyer
  /// comes back from the page, or it is captured twice.
  @Test
  void aSaleIsKnownThoughTheBuyerNeverReturnsAndIsMadeOnce() {
    program.connect(acme.tenant(), "sk_test_program");
    String body =
        "{\"customer\":\"%s\",\"price\":\"%s\",%s}"
            .formatted(acme.customer(), program.price(), RETURN);
    String key = UUID.randomUUID().toString();
    JsonNode first = Caller.answered(acme.post("/checkout-sessions", body, key), 201);
    JsonNode again = Caller.answered(acme.post("/checkout-sessions", body, key), 201);
    assertThat(again.path("provider_id")).isEqualTo(first.path("provider_id"));

    program.stripe.pay(first.path("provider_id").asString());

    acme.await(
        "/payments",
        list ->
            list.path("data").size() == 1
                && list.path("data").get(0).path("state").asString().equals("succeeded"));
    assertThat(program.stripe.objects().path("charge")).hasSize(1);
  }

  /// stripe-java PR #2149: a malformed `t=` answers 500 instead of 400.
  @Test
  void aMalformedSignatureIsTheSendersMistake() {
    String own = program.connect(acme.tenant(), "sk_test_program").id().toString();
    for (String header :
        List.of(
            "t=abc,v1=00",
            "t",
            "v1",
            "t=,v1=",
            "t=1,v1",
            "=",
            ",",
            "t=99999999999999999999,v1=0")) {
      assertThat(delivered(own, header)).as(header).isIn(400, 401);
    }
  }

  private int delivered(String connection, String signature) {
    return program.webhook(connection, EVENT, signature).statusCode();
  }

  private static final String EVENT =
      """
      {"id":"evt_1","object":"event","type":"customer.created","created":1790000000,
       "livemode":false,"data":{"object":{"id":"cus_1","object":"customer","email":"a@b.test"}}}
      """;

  private static String secret(Caller caller) {
    return "whsec_" + caller.tenant().uuid().toString().replace("-", "");
  }

  private static String signed(String secret) {
    try {
      return Webhook.Signature.generateSignatureHeader(EVENT, secret);
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
