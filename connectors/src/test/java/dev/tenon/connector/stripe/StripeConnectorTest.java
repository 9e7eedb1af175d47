package dev.tenon.connector.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.Stripe;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripeConnectorTest {
  private static final Origin ORIGIN = new Origin("ten_1", "tenon-test");
  private static final String CUSTOMER =
      """
      {"id":"cus_1","object":"customer","email":"ada@example.com","created":1700000000,
       "metadata":{"tenant_id":"ten_1"}}
      """;

  private final ScriptedStripe stripe = new ScriptedStripe();
  private final ApacheProviderHttp http =
      new ApacheProviderHttp(EgressPolicy.allowing(List.of(stripe.base())));
  private final StripeConnector connector =
      new StripeConnector(Secret.of("sk_test_canary"), stripe.base(), http);

  @AfterEach
  void close() {
    http.close();
    stripe.close();
  }

  @Test
  void createsACustomerThatKnowsItsTenant() {
    stripe.answer(200, CUSTOMER);
    var outcome =
        connector.createCustomer(new NewCustomer(ORIGIN, "ada@example.com", "Ada & Co"), "key-1");
    assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
    assertThat(outcome.detail().requestId()).isEqualTo("req_1");
    CustomerSnapshot customer = accepted(outcome);
    assertThat(customer.id()).isEqualTo("cus_1");
    assertThat(customer.created()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));

    ScriptedStripe.Asked asked = stripe.asked().getFirst();
    assertThat(asked.method()).isEqualTo("POST");
    assertThat(asked.path()).isEqualTo("/v1/customers");
    assertThat(asked.form())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "email", "ada@example.com",
                "name", "Ada & Co",
                "metadata[tenant_id]", "ten_1",
                "metadata[source]", "tenon-test"));
    assertThat(asked.headers())
        .containsEntry("authorization", "Bearer sk_test_canary")
        .containsEntry("idempotency-key", "key-1")
        .containsEntry("stripe-version", Stripe.API_VERSION)
        .containsEntry("user-agent", "Tenon")
        .doesNotContainKeys(
            "stripe-account", "x-stripe-client-telemetry", "x-stripe-client-user-agent");
    assertThat(asked.headers().get("content-type")).startsWith("application/x-www-form-urlencoded");
  }

  @Test
  void sendsNoTelemetryAboutEarlierCalls() {
    for (int i = 0; i < 3; i++) {
      stripe.answer(200, CUSTOMER);
      connector.getCustomer("cus_1");
    }
    assertThat(stripe.asked())
        .hasSize(3)
        .allSatisfy(
            asked -> {
              assertThat(asked.path()).isEqualTo("/v1/customers/cus_1");
              assertThat(asked.headers()).doesNotContainKey("x-stripe-client-telemetry");
            });
  }

  @Test
  void createsACheckoutSessionWithTheTenantOnSessionAndSubscription() {
    stripe.answer(
        200,
        "{\"id\":\"cs_1\",\"object\":\"checkout.session\",\"mode\":\"subscription\","
            + "\"status\":\"open\",\"url\":\"https://checkout.stripe.com/c/pay/cs_1\"}");
    var outcome = connector.createCheckoutSession(session("", "ada@example.com", 14), "key-2");
    OpenCheckoutSession session = accepted(outcome);
    assertThat(session.clientSecret()).isNull();
    assertThat(session.url()).isEqualTo("https://checkout.stripe.com/c/pay/cs_1");
    ScriptedStripe.Asked asked = stripe.asked().getFirst();
    assertThat(asked.path()).isEqualTo("/v1/checkout/sessions");
    assertThat(asked.form())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("mode", "subscription"),
                Map.entry("ui_mode", "hosted_page"),
                Map.entry("line_items[0][price]", "price_1"),
                Map.entry("line_items[0][quantity]", "2"),
                Map.entry("success_url", "https://app.example/ok?s={CHECKOUT_SESSION_ID}"),
                Map.entry("cancel_url", "https://app.example/no"),
                Map.entry("customer_email", "ada@example.com"),
                Map.entry("allow_promotion_codes", "true"),
                Map.entry("billing_address_collection", "auto"),
                Map.entry("metadata[tenant_id]", "ten_1"),
                Map.entry("metadata[source]", "tenon-test"),
                Map.entry("subscription_data[metadata][tenant_id]", "ten_1"),
                Map.entry("subscription_data[metadata][source]", "tenon-test"),
                Map.entry("subscription_data[trial_period_days]", "14")));
  }

  @Test
  void prefersTheCustomerToAnAddress() {
    stripe.answer(200, "{\"id\":\"cs_1\",\"object\":\"checkout.session\"}");
    connector.createCheckoutSession(session("cus_1", "ada@example.com", 0), "key-3");
    assertThat(stripe.asked().getFirst().form())
        .containsEntry("customer", "cus_1")
        .doesNotContainKeys("customer_email", "subscription_data[trial_period_days]");
  }

  private static NewCheckoutSession session(String customer, String email, long trialDays) {
    return new NewCheckoutSession(
        ORIGIN,
        new NewCheckoutSession.Sale.Subscription("price_1", 2, true, trialDays),
        customer,
        email,
        new NewCheckoutSession.Page.Hosted(
            "https://app.example/ok?s={CHECKOUT_SESSION_ID}", "https://app.example/no"));
  }

  @Test
  void sellsOnceOrKeepsACardWithTheTenantOnWhatItLeadsTo() {
    for (NewCheckoutSession.Sale sale :
        List.of(
            new NewCheckoutSession.Sale.Payment("price_1", 3, true),
            new NewCheckoutSession.Sale.Setup("eur"))) {
      stripe.answer(200, "{\"id\":\"cs_1\",\"object\":\"checkout.session\"}");
      connector.createCheckoutSession(
          new NewCheckoutSession(
              ORIGIN,
              sale,
              "cus_1",
              "",
              new NewCheckoutSession.Page.Embedded("https://app.example/back")),
          "key-5");
    }
    assertThat(stripe.asked().getFirst().form())
        .containsEntry("mode", "payment")
        .containsEntry("line_items[0][quantity]", "3")
        .containsEntry("allow_promotion_codes", "true")
        .containsEntry("payment_intent_data[metadata][tenant_id]", "ten_1")
        .doesNotContainKeys("subscription_data[metadata][tenant_id]", "currency");
    assertThat(stripe.asked().getLast().form())
        .containsEntry("mode", "setup")
        .containsEntry("currency", "eur")
        .containsEntry("setup_intent_data[metadata][source]", "tenon-test")
        .doesNotContainKeys(
            "line_items[0][price]", "allow_promotion_codes", "payment_method_types[0]");
  }

  @Test
  void createsAnEmbeddedSessionForTheApplicationsOwnPage() {
    stripe.answer(
        200,
        "{\"id\":\"cs_1\",\"object\":\"checkout.session\",\"url\":null,"
            + "\"client_secret\":\"cs_1_secret_canary\"}");
    OpenCheckoutSession session =
        accepted(
            connector.createCheckoutSession(
                new NewCheckoutSession(
                    ORIGIN,
                    new NewCheckoutSession.Sale.Subscription("price_1", 1, true, 0),
                    "cus_1",
                    "",
                    new NewCheckoutSession.Page.Embedded("https://app.example/back")),
                "key-4"));
    assertThat(session.url()).isEmpty();
    assertThat(session.clientSecret())
        .isNotNull()
        .satisfies(secret -> assertThat(secret.reveal()).isEqualTo("cs_1_secret_canary"));
    assertThat(session.toString()).doesNotContain("canary");
    assertThat(stripe.asked().getFirst().form())
        .containsEntry("ui_mode", "embedded_page")
        .containsEntry("return_url", "https://app.example/back")
        .doesNotContainKeys("success_url", "cancel_url");
  }

  @Test
  void listsEventsAsAWebhookWouldBringThem() {
    stripe.answer(
        200,
        """
        {"object":"list","url":"/v1/events","has_more":true,"data":[
         {"id":"evt_2","object":"event","type":"invoice.paid","created":1700000002,
          "api_version":"2020-08-27","livemode":false,"data":{"object":{"id":"in_1",
          "object":"invoice","customer":"cus_1","subscription":"sub_1"}}},
         {"id":"evt_1","object":"event","type":"a.b","created":1700000001,
          "api_version":null,"livemode":false,"data":{"object":{"id":"x","object":"thing"}}}]}
        """);
    var query =
        new EventQuery(
            Instant.ofEpochSecond(1_700_000_000),
            Instant.ofEpochSecond(1_700_000_100),
            List.of("invoice.paid", "a.b"),
            "evt_9",
            true,
            50);
    EventPage page = accepted(connector.listEvents(query));
    assertThat(page.hasMore()).isTrue();
    assertThat(page.lastId()).isEqualTo("evt_1");
    assertThat(page.events())
        .map(event -> StripeEvent.read(event.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .allMatch(StripeEvent.Reading.Read.class::isInstance);
    assertThat(stripe.asked().getFirst().form())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "created[gte]", "1700000000",
                "created[lte]", "1700000100",
                "limit", "50",
                "types[0]", "invoice.paid",
                "types[1]", "a.b",
                "starting_after", "evt_9",
                "delivery_success", "false"));
  }

  @Test
  void registersAnEndpointWithAPinnedVersion() {
    stripe.answer(
        200,
        "{\"id\":\"we_1\",\"object\":\"webhook_endpoint\",\"url\":\"https://hub.example/in/con_1\","
            + "\"secret\":\"whsec_1\",\"api_version\":\"2026-07-29.dahlia\"}");
    URI url = URI.create("https://hub.example/in/con_1");
    WebhookEndpoint endpoint =
        accepted(
            connector
                .endpoints()
                .create(ORIGIN, url, "Ours", List.of("invoice.paid", "not.yet.known"), "key-4"));
    assertThat(endpoint.secret()).isEqualTo(Secret.of("whsec_1"));
    assertThat(endpoint.toString()).doesNotContain("whsec_1");
    assertThat(stripe.asked().getFirst().form())
        .containsEntry("url", "https://hub.example/in/con_1")
        .containsEntry("enabled_events[0]", "invoice.paid")
        .containsEntry("enabled_events[1]", "not.yet.known")
        .containsEntry("api_version", "2026-07-29.dahlia")
        .containsEntry("description", "Ours")
        .containsEntry("metadata[tenant_id]", "ten_1");
  }

  @Test
  void listsEndpointsOverPages() {
    stripe.answer(
        200,
        """
        {"object":"list","has_more":true,"data":[{"id":"we_1","object":"webhook_endpoint",
         "url":"https://a.test/in/x","status":"disabled","api_version":null,"livemode":true,
         "enabled_events":["invoice.paid"],"metadata":{"tenon_ref":"r"}}]}
        """);
    stripe.answer(
        200,
        """
        {"object":"list","has_more":false,"data":[{"id":"we_2","object":"webhook_endpoint",
         "url":"https://a.test/in/y","status":"enabled","api_version":"2020-08-27",
         "enabled_events":["*"]}]}
        """);
    List<RegisteredEndpoint> all = accepted(connector.endpoints().list());
    assertThat(all)
        .containsExactly(
            new RegisteredEndpoint(
                "we_1",
                "https://a.test/in/x",
                false,
                "",
                List.of("invoice.paid"),
                true,
                Map.of("tenon_ref", "r")),
            new RegisteredEndpoint(
                "we_2", "https://a.test/in/y", true, "2020-08-27", List.of("*"), false, Map.of()));
    assertThat(stripe.asked().get(1).form()).containsEntry("starting_after", "we_1");
  }

  @Test
  void aListThatFailsHalfwayIsNone() {
    stripe.answer(
        200,
        "{\"object\":\"list\",\"has_more\":true,\"data\":[{\"id\":\"we_1\",\"object\":\"webhook_endpoint\"}]}");
    stripe.answer(429, "{\"error\":{\"message\":\"slow down\"}}");
    assertThat(connector.endpoints().list()).isInstanceOf(Outcome.Passing.class);
  }

  @Test
  void namesTheConnectedAccount() {
    stripe.answer(200, CUSTOMER);
    StripeConnector.onBehalfOf("acct_1", Secret.of("sk_p"), stripe.base(), http)
        .getCustomer("cus_1");
    assertThat(stripe.asked().getFirst().headers()).containsEntry("stripe-account", "acct_1");
  }

  @ParameterizedTest
  @CsvSource({
    "400,invalid_request_error,parameter_missing,RefusedRequest",
    "400,idempotency_error,,Unknown",
    "401,invalid_request_error,api_key_expired,ConnectionBroken",
    "402,card_error,card_declined,RefusedRequest",
    "403,invalid_request_error,,ConnectionBroken",
    "404,invalid_request_error,resource_missing,RefusedRequest",
    "409,idempotency_error,idempotency_key_in_use,Passing",
    "429,invalid_request_error,lock_timeout,Passing",
    "500,api_error,,Unknown",
    "503,api_error,,Unknown",
  })
  void tellsEachErrorByItsClass(
      int status, String type, @org.jspecify.annotations.Nullable String code, String expected) {
    String codeField = code == null ? "" : ",\"code\":\"" + code + "\"";
    stripe.answer(
        status,
        Map.of("Retry-After", "7"),
        "{\"error\":{\"type\":\"%s\"%s,\"message\":\"bad sk_test_canary\"}}"
            .formatted(type, codeField));
    var outcome = connector.createCustomer(new NewCustomer(ORIGIN, "a@b.c", ""), "key-5");
    assertThat(outcome.getClass().getSimpleName()).isEqualTo(expected);
    assertThat(outcome.detail())
        .isEqualTo(new Outcome.Detail(status, code == null ? type : code, "bad (secret)", "req_1"));
    if (outcome instanceof Outcome.Passing<CustomerSnapshot> passing) {
      assertThat(passing.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }
    assertThat(stripe.asked()).as("nothing is repeated").hasSize(1);
  }

  @Test
  void believesStripeThatAConflictWillNotPass() {
    stripe.answer(409, Map.of("Stripe-Should-Retry", "false"), "{\"error\":{\"type\":\"x\"}}");
    assertThat(connector.getCustomer("cus_1")).isInstanceOf(Outcome.RefusedRequest.class);
  }

  @Test
  void knowsNothingAfterALostAnswer() {
    var outcome = connector.createCustomer(new NewCustomer(ORIGIN, "a@b.c", ""), "key-6");
    assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
    assertThat(stripe.asked()).hasSize(1);
  }

  @Test
  void knowsNothingAfterASuccessThatIsNotStripes() {
    for (String body : List.of("<html>gateway</html>", "", "[]", "7")) {
      stripe.answer(200, body);
      assertThat(connector.getCustomer("cus_1")).as(body).isInstanceOf(Outcome.Unknown.class);
    }
    stripe.answer(200, "{\"id\":\"we_1\",\"object\":\"webhook_endpoint\"}");
    assertThat(
            connector
                .endpoints()
                .create(ORIGIN, URI.create("https://a.b/"), "Ours", List.of("a.b"), "key-7"))
        .as("an endpoint without a secret is of no use")
        .isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void saysThatARefusedConnectionDidNotHappen() {
    stripe.close();
    var outcome = connector.createCustomer(new NewCustomer(ORIGIN, "a@b.c", ""), "key-8");
    assertThat(outcome).isInstanceOf(Outcome.Passing.class);
  }

  @Test
  void refusesAnIdempotencyKeyThatStripeWouldRefuse() {
    NewCustomer customer = new NewCustomer(ORIGIN, "a@b.c", "");
    for (String key : List.of("", " ", "k".repeat(256))) {
      assertThatThrownBy(() -> connector.createCustomer(customer, key))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static <T> T accepted(Outcome<T> outcome) {
    if (outcome instanceof Outcome.Accepted<T>(T value, _)) {
      return value;
    }
    throw new AssertionError(outcome);
  }
}
