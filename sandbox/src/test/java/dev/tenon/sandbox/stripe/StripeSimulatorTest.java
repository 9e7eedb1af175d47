package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.AuthenticationException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.model.Customer;
import com.stripe.model.Event;
import com.stripe.model.Invoice;
import com.stripe.model.Price;
import com.stripe.model.Product;
import com.stripe.model.Subscription;
import com.stripe.model.WebhookEndpoint;
import com.stripe.model.checkout.Session;
import com.stripe.net.RequestOptions;
import com.stripe.net.Webhook;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerListParams;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.EventListParams;
import com.stripe.param.InvoiceListParams;
import com.stripe.param.PriceCreateParams;
import com.stripe.param.PriceListParams;
import com.stripe.param.ProductCreateParams;
import com.stripe.param.SubscriptionCreateParams;
import com.stripe.param.SubscriptionListParams;
import com.stripe.param.SubscriptionUpdateParams;
import com.stripe.param.WebhookEndpointCreateParams;
import com.stripe.param.WebhookEndpointUpdateParams;
import com.stripe.param.checkout.SessionCreateParams;
import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.MovableClock;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.WebhookSink;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Stripe's own Java SDK against the simulator.
class StripeSimulatorTest {
  private static final String SECRET = "whsec_registered_from_code";

  private final MovableClock clock = new MovableClock(Instant.parse("2026-11-24T10:00:00Z"));
  private final StripeSimulator simulator = new StripeSimulator();
  private final Sandbox sandbox =
      Sandbox.start(
          List.of(simulator),
          SandboxSettings.defaults(clock).withWebhookRetries(List.of(Duration.ofMillis(10))));
  private final WebhookSink sink = new WebhookSink();
  private final HttpClient http = HttpClient.newHttpClient();
  private final StripeClient stripe = client("sk_test_sandbox");

  private StripeClient client(String key) {
    return StripeClient.builder()
        .setApiKey(key)
        .setApiBase(sandbox.url("stripe").toString())
        .setMaxNetworkRetries(0)
        .build();
  }

  @AfterEach
  void stop() {
    sink.close();
    sandbox.close();
  }

  @Test
  void keepsCustomers() throws Exception {
    Customer ada = customer("ada@example.com");
    assertThat(ada.getId()).startsWith("cus_");
    assertThat(ada.getMetadata()).containsEntry("tenant_id", "t_1");
    Customer changed =
        stripe
            .v1()
            .customers()
            .update(
                ada.getId(),
                CustomerUpdateParams.builder()
                    .setName("Ada")
                    .putMetadata("tenant_id", "")
                    .putMetadata("7", "seven")
                    .build());
    assertThat(changed.getName()).isEqualTo("Ada");
    assertThat(changed.getMetadata()).isEqualTo(Map.of("7", "seven"));
    customer("grace@example.com");
    var found =
        stripe
            .v1()
            .customers()
            .list(CustomerListParams.builder().setEmail("ada@example.com").build());
    assertThat(found.getData()).extracting(Customer::getId).containsExactly(ada.getId());
    assertThat(stripe.v1().customers().delete(ada.getId()).getDeleted()).isTrue();
    assertThat(stripe.v1().customers().retrieve(ada.getId()).getDeleted()).isTrue();
  }

  @Test
  void pagesThroughAList() throws Exception {
    for (int i = 0; i < 5; i++) {
      customer("c" + i + "@example.com");
    }
    var first = stripe.v1().customers().list(CustomerListParams.builder().setLimit(2L).build());
    assertThat(first.getHasMore()).isTrue();
    assertThat(first.getData())
        .extracting(Customer::getEmail)
        .containsExactly("c4@example.com", "c3@example.com");
    int all = 0;
    for (Customer customer : first.autoPagingIterable()) {
      assertThat(customer.getEmail()).isEqualTo("c" + (4 - all++) + "@example.com");
    }
    assertThat(all).isEqualTo(5);
    var before =
        stripe
            .v1()
            .customers()
            .list(
                CustomerListParams.builder()
                    .setLimit(1L)
                    .setEndingBefore(first.getData().get(1).getId())
                    .build());
    assertThat(before.getData()).extracting(Customer::getEmail).containsExactly("c4@example.com");
    assertThat(before.getHasMore()).isFalse();
  }

  @Test
  void makesProductsAndPrices() throws Exception {
    Price price = monthly();
    assertThat(price.getRecurring().getInterval()).isEqualTo("month");
    assertThat(price.getUnitAmount()).isEqualTo(2000L);
    var listed =
        stripe.v1().prices().list(PriceListParams.builder().setProduct(price.getProduct()).build());
    assertThat(listed.getData()).extracting(Price::getId).containsExactly(price.getId());
    assertThat(stripe.v1().products().retrieve(price.getProduct()).getName()).isEqualTo("Pro");
    assertThat(stripe.v1().products().list().getData()).hasSize(1);
    assertThatThrownBy(() -> stripe.v1().prices().retrieve("price_none"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.getStatusCode()).isEqualTo(404);
              assertThat(e.getCode()).isEqualTo("resource_missing");
              assertThat(e.getRequestId()).startsWith("req_");
            });
  }

  @Test
  void repeatsTheFirstAnswerForAnIdempotencyKey() throws Exception {
    RequestOptions key = RequestOptions.builder().setIdempotencyKey("k-1").build();
    CustomerCreateParams ada = CustomerCreateParams.builder().setEmail("ada@example.com").build();
    Customer first = stripe.v1().customers().create(ada, key);
    Customer second = stripe.v1().customers().create(ada, key);
    assertThat(second.getId()).isEqualTo(first.getId());
    assertThat(second.getLastResponse().headers().firstValue("Idempotent-Replayed"))
        .contains("true");
    CustomerCreateParams other = CustomerCreateParams.builder().setEmail("x@example.com").build();
    assertThatThrownBy(() -> stripe.v1().customers().create(other, key))
        .isInstanceOf(IdempotencyException.class);
    clock.advance(Duration.ofHours(25));
    assertThat(stripe.v1().customers().create(other, key).getId()).isNotEqualTo(first.getId());
  }

  @Test
  void remembersWorkThatWasAcceptedButNeverAnswered() throws Exception {
    sandbox
        .faults("stripe")
        .set(List.of(Fault.timeOutAfterAccepting(Duration.ofMinutes(1)).times(1)));
    // The client must give up first: Java's HttpURLConnection repeats a POST that was cut off.
    RequestOptions key =
        RequestOptions.builder().setIdempotencyKey("k-2").setReadTimeout(300).build();
    CustomerCreateParams ada = CustomerCreateParams.builder().setEmail("ada@example.com").build();
    assertThatThrownBy(() -> stripe.v1().customers().create(ada, key))
        .isInstanceOf(com.stripe.exception.ApiConnectionException.class);
    stripe.v1().customers().create(ada, key);
    assertThat(stripe.v1().customers().list().getData()).hasSize(1);
  }

  @Test
  void refusesWhatStripeRefuses() {
    assertThatThrownBy(() -> client("pk_live_no").v1().customers().list())
        .isInstanceOf(AuthenticationException.class);
    assertThat(post("/v1/customers", "nonsense=1")).contains("parameter_unknown");
    assertThat(post("/v1/customers", "email=ada")).contains("email_invalid");
    assertThat(post("/v1/customers", "metadata=x&metadata[a]=b")).contains("both a value");
    assertThat(post("/v1/nothing", "")).contains("Unrecognized request URL (POST: /v1/nothing)");
    assertThat(post("/v1/checkout/sessions", "mode=payment&payment_method_types[]=card"))
        .contains("payment_method_types");
    assertThat(
            post(
                "/v1/checkout/sessions",
                "mode=payment&ui_mode=hosted&success_url=https://app.example/ok"))
        .contains("ui_mode");
  }

  @Test
  void sellsASubscriptionThroughTheHostedPage() throws Exception {
    simulator.registerEndpoint(sink.url(), SECRET);
    Price price = monthly();
    Session session = checkout(price);
    HttpResponse<String> page = get(session.getUrl());
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("Pro", "20.00 USD", "id=\"pay\"", "value=\"ada@example.com\"");
    HttpResponse<String> declined =
        form(
            session.getUrl(), Map.of("email", "ada@example.com", "card", "4242", "outcome", "pay"));
    assertThat(declined.body()).contains("Enter a card number");
    assertThat(
            form(
                    session.getUrl(),
                    Map.of(
                        "email",
                        "ada@example.com",
                        "card",
                        "4242424242424242",
                        "outcome",
                        "decline"))
                .body())
        .contains("The card was declined");
    idle();
    sink.clear();
    HttpResponse<String> paid =
        form(
            session.getUrl(),
            Map.of("email", "ada@example.com", "card", "4242 4242 4242 4242", "outcome", "pay"));
    assertThat(paid.statusCode()).isEqualTo(303);
    assertThat(paid.headers().firstValue("Location"))
        .contains("https://app.example/done?session=" + session.getId());
    idle();
    assertThat(types())
        .containsExactly(
            "customer.created",
            "checkout.session.completed",
            "customer.subscription.created",
            "customer.subscription.updated",
            "invoice.created",
            "invoice.finalized",
            "invoice.paid",
            "invoice.payment_succeeded",
            "invoice_payment.paid",
            "payment_intent.succeeded",
            "charge.succeeded");
    for (WebhookSink.Received received : sink.received()) {
      assertThat(verifies(received, SECRET)).isTrue();
      assertThat(verifies(received, "whsec_other")).isFalse();
    }
    Session complete = stripe.v1().checkout().sessions().retrieve(session.getId());
    assertThat(complete.getStatus()).isEqualTo("complete");
    Subscription subscription = stripe.v1().subscriptions().retrieve(complete.getSubscription());
    assertThat(subscription.getStatus()).isEqualTo("active");
    assertThat(subscription.getMetadata()).containsEntry("tenant_id", "t_1");
    assertThat(subscription.getItems().getData().getFirst().getCurrentPeriodEnd())
        .isEqualTo(Instant.parse("2026-12-24T10:00:00Z").getEpochSecond());
    Invoice invoice = stripe.v1().invoices().retrieve(subscription.getLatestInvoice());
    assertThat(invoice.getStatus()).isEqualTo("paid");
    assertThat(invoice.getParent().getSubscriptionDetails().getSubscription())
        .isEqualTo(subscription.getId());
    Event updated = typed("customer.subscription.updated");
    assertThat(updated.getData().getPreviousAttributes()).containsEntry("status", "incomplete");
    assertThat(updated.getDataObjectDeserializer().getObject()).isPresent();
    assertThat(get(session.getUrl()).body()).contains("This session is complete");
  }

  @Test
  void createsUpdatesAndCancelsASubscription() throws Exception {
    simulator.registerEndpoint(sink.url(), SECRET);
    Price price = monthly();
    Subscription made = incomplete(customer("ada@example.com"), price);
    assertThat(made.getStatus()).isEqualTo("incomplete");
    assertThat(made.getLatestInvoiceObject().getConfirmationSecret().getClientSecret())
        .contains("_secret_");
    assertThat(control("/_sandbox/subscriptions/" + made.getId() + "/renew")).isEqualTo(200);
    Subscription ending =
        stripe
            .v1()
            .subscriptions()
            .update(
                made.getId(),
                SubscriptionUpdateParams.builder()
                    .setCancelAtPeriodEnd(true)
                    .addItem(
                        SubscriptionUpdateParams.Item.builder()
                            .setId(made.getItems().getData().getFirst().getId())
                            .setQuantity(3L)
                            .build())
                    .build());
    assertThat(ending.getStatus()).isEqualTo("active");
    assertThat(ending.getCancelAtPeriodEnd()).isTrue();
    assertThat(ending.getItems().getData().getFirst().getQuantity()).isEqualTo(3L);
    assertThat(
            stripe
                .v1()
                .subscriptions()
                .list(SubscriptionListParams.builder().setCustomer(made.getCustomer()).build())
                .getData())
        .hasSize(1);
    Subscription gone = stripe.v1().subscriptions().cancel(made.getId());
    assertThat(gone.getStatus()).isEqualTo("canceled");
    idle();
    assertThat(types()).contains("customer.subscription.deleted");
    assertThatThrownBy(() -> stripe.v1().subscriptions().cancel(made.getId()))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void renewsAndFailsOnDemand() throws Exception {
    Session session = checkout(monthly());
    simulator.pay(session.getId());
    assertThat(simulator.paid(session.getId())).contains(true);
    String id = stripe.v1().checkout().sessions().retrieve(session.getId()).getSubscription();
    simulator.registerEndpoint(sink.url(), SECRET);
    assertThat(control("/_sandbox/subscriptions/" + id + "/fail-payment")).isEqualTo(200);
    assertThat(stripe.v1().subscriptions().retrieve(id).getStatus()).isEqualTo("past_due");
    idle();
    assertThat(types()).contains("invoice.payment_failed", "customer.subscription.updated");
    sink.clear();
    assertThat(control("/_sandbox/subscriptions/" + id + "/renew")).isEqualTo(200);
    assertThat(stripe.v1().subscriptions().retrieve(id).getStatus()).isEqualTo("active");
    idle();
    assertThat(types()).contains("invoice.paid").doesNotContain("invoice.created");
    assertThat(
            stripe
                .v1()
                .invoices()
                .list(InvoiceListParams.builder().setSubscription(id).build())
                .getData())
        .hasSize(2);
    assertThat(control("/_sandbox/subscriptions/" + id + "/cancel")).isEqualTo(200);
    assertThat(control("/_sandbox/subscriptions/sub_none/cancel")).isEqualTo(404);
  }

  @Test
  void letsACustomerCancelInThePortal() throws Exception {
    Session session = checkout(monthly());
    simulator.pay(session.getId());
    Session paid = stripe.v1().checkout().sessions().retrieve(session.getId());
    var portal =
        stripe
            .v1()
            .billingPortal()
            .sessions()
            .create(
                com.stripe.param.billingportal.SessionCreateParams.builder()
                    .setCustomer(paid.getCustomer())
                    .setReturnUrl("https://app.example/account")
                    .build());
    assertThat(get(portal.getUrl()).body())
        .contains(paid.getSubscription(), "https://app.example/account");
    form(portal.getUrl(), Map.of("subscription", paid.getSubscription(), "action", "cancel"));
    Subscription ending = stripe.v1().subscriptions().retrieve(paid.getSubscription());
    assertThat(ending.getCancelAt()).isNotNull();
    assertThat(ending.getCancelAtPeriodEnd()).isFalse();
    form(portal.getUrl(), Map.of("subscription", paid.getSubscription(), "action", "keep"));
    assertThat(stripe.v1().subscriptions().retrieve(paid.getSubscription()).getCancelAt()).isNull();
  }

  @Test
  void takesOneOffPayments() throws Exception {
    Product product =
        stripe.v1().products().create(ProductCreateParams.builder().setName("Book").build());
    Price price =
        stripe
            .v1()
            .prices()
            .create(
                PriceCreateParams.builder()
                    .setCurrency("eur")
                    .setUnitAmount(1500L)
                    .setProduct(product.getId())
                    .build());
    Session session =
        stripe
            .v1()
            .checkout()
            .sessions()
            .create(
                SessionCreateParams.builder()
                    .setMode(SessionCreateParams.Mode.PAYMENT)
                    .setSuccessUrl("https://app.example/ok")
                    .addLineItem(
                        SessionCreateParams.LineItem.builder()
                            .setPrice(price.getId())
                            .setQuantity(2L)
                            .build())
                    .build());
    simulator.pay(session.getId());
    Session paid = stripe.v1().checkout().sessions().retrieve(session.getId());
    assertThat(paid.getPaymentStatus()).isEqualTo("paid");
    var intent = stripe.v1().paymentIntents().retrieve(paid.getPaymentIntent());
    assertThat(intent.getAmountReceived()).isEqualTo(3000L);
    assertThat(stripe.v1().charges().retrieve(intent.getLatestCharge()).getPaid()).isTrue();
    assertThat(stripe.v1().checkout().sessions().lineItems().list(session.getId()).getData())
        .hasSize(1);
  }

  @Test
  void expiresASession() throws Exception {
    Price price = monthly();
    Session session = checkout(price);
    assertThat(stripe.v1().checkout().sessions().expire(session.getId()).getStatus())
        .isEqualTo("expired");
    assertThatThrownBy(() -> stripe.v1().checkout().sessions().expire(session.getId()))
        .isInstanceOf(InvalidRequestException.class);
    Session late = checkout(price);
    clock.advance(Duration.ofHours(24));
    assertThat(stripe.v1().checkout().sessions().retrieve(late.getId()).getStatus())
        .isEqualTo("expired");
  }

  @Test
  void listsEventsByTypeAndDelivery() throws Exception {
    customer("ada@example.com");
    monthly();
    assertThat(
            stripe
                .v1()
                .events()
                .list(EventListParams.builder().setType("price.created").build())
                .getData())
        .extracting(Event::getType)
        .containsExactly("price.created");
    var two =
        stripe
            .v1()
            .events()
            .list(
                EventListParams.builder()
                    .addType("customer.created")
                    .addType("product.created")
                    .build());
    assertThat(two.getData())
        .extracting(Event::getType)
        .containsExactly("product.created", "customer.created");
    Event one = stripe.v1().events().retrieve(two.getData().getFirst().getId());
    assertThat(one.getRequest().getIdempotencyKey()).isNotBlank();
    simulator.registerEndpoint(URI.create("http://127.0.0.1:1/nobody"), SECRET);
    customer("lost@example.com");
    idle();
    var lost =
        stripe.v1().events().list(EventListParams.builder().setDeliverySuccess(false).build());
    assertThat(lost.getData()).extracting(Event::getType).containsExactly("customer.created");
    clock.advance(Duration.ofDays(31));
    assertThat(stripe.v1().events().list().getData()).isEmpty();
  }

  @Test
  void registersEndpointsWithASecretShownOnce() throws Exception {
    WebhookEndpoint endpoint =
        stripe
            .v1()
            .webhookEndpoints()
            .create(
                WebhookEndpointCreateParams.builder()
                    .setUrl(sink.url().toString())
                    .addEnabledEvent(WebhookEndpointCreateParams.EnabledEvent.CUSTOMER__CREATED)
                    .setApiVersion(WebhookEndpointCreateParams.ApiVersion.VERSION_2026_07_29_DAHLIA)
                    .build());
    assertThat(endpoint.getSecret()).startsWith("whsec_");
    assertThat(stripe.v1().webhookEndpoints().retrieve(endpoint.getId()).getSecret()).isNull();
    customer("ada@example.com");
    monthly();
    idle();
    assertThat(types()).containsExactly("customer.created");
    assertThat(verifies(sink.received().getFirst(), endpoint.getSecret())).isTrue();
    String next = simulator.rollSecret(endpoint.getId());
    sink.clear();
    customer("grace@example.com");
    idle();
    assertThat(verifies(sink.received().getFirst(), endpoint.getSecret())).isTrue();
    assertThat(verifies(sink.received().getFirst(), next)).isTrue();
    clock.advance(Duration.ofHours(25));
    sink.clear();
    customer("alan@example.com");
    idle();
    assertThat(verifies(sink.received().getFirst(), endpoint.getSecret())).isFalse();
    stripe
        .v1()
        .webhookEndpoints()
        .update(endpoint.getId(), WebhookEndpointUpdateParams.builder().setDisabled(true).build());
    assertThat(stripe.v1().webhookEndpoints().list().getData())
        .extracting(WebhookEndpoint::getStatus)
        .containsExactly("disabled");
    assertThat(stripe.v1().webhookEndpoints().delete(endpoint.getId()).getDeleted()).isTrue();
  }

  @Test
  void speaksOldShapesToAnEndpointThatPinsThem() throws Exception {
    post(
        "/v1/webhook_endpoints",
        "enabled_events[]=*&api_version=2024-06-20&url="
            + URLEncoder.encode(sink.url().toString(), StandardCharsets.UTF_8));
    Session session = checkout(monthly());
    simulator.pay(session.getId());
    idle();
    var invoice = body("invoice.paid").path("data").path("object");
    assertThat(invoice.path("subscription").asString()).startsWith("sub_");
    assertThat(invoice.has("parent")).isFalse();
    var subscription = body("customer.subscription.updated").path("data").path("object");
    assertThat(subscription.path("current_period_end").asLong()).isPositive();
    var charge = body("charge.succeeded").path("data").path("object");
    assertThat(charge.path("invoice").asString()).isEqualTo(invoice.path("id").asString());
  }

  private Customer customer(String email) throws Exception {
    return stripe
        .v1()
        .customers()
        .create(
            CustomerCreateParams.builder().setEmail(email).putMetadata("tenant_id", "t_1").build());
  }

  private Price monthly() throws Exception {
    return stripe
        .v1()
        .prices()
        .create(
            PriceCreateParams.builder()
                .setCurrency("usd")
                .setUnitAmount(2000L)
                .setProductData(PriceCreateParams.ProductData.builder().setName("Pro").build())
                .setRecurring(
                    PriceCreateParams.Recurring.builder()
                        .setInterval(PriceCreateParams.Recurring.Interval.MONTH)
                        .build())
                .build());
  }

  private Session checkout(Price price) throws Exception {
    return stripe
        .v1()
        .checkout()
        .sessions()
        .create(
            SessionCreateParams.builder()
                .setMode(SessionCreateParams.Mode.SUBSCRIPTION)
                .setUiMode(SessionCreateParams.UiMode.HOSTED_PAGE)
                .setSuccessUrl("https://app.example/done?session={CHECKOUT_SESSION_ID}")
                .setCancelUrl("https://app.example/back")
                .setCustomerEmail("ada@example.com")
                .setAllowPromotionCodes(true)
                .putMetadata("tenant_id", "t_1")
                .setSubscriptionData(
                    SessionCreateParams.SubscriptionData.builder()
                        .putMetadata("tenant_id", "t_1")
                        .build())
                .addLineItem(
                    SessionCreateParams.LineItem.builder()
                        .setPrice(price.getId())
                        .setQuantity(1L)
                        .build())
                .build());
  }

  private Subscription incomplete(Customer customer, Price price) throws Exception {
    return stripe
        .v1()
        .subscriptions()
        .create(
            SubscriptionCreateParams.builder()
                .setCustomer(customer.getId())
                .addItem(SubscriptionCreateParams.Item.builder().setPrice(price.getId()).build())
                .setPaymentBehavior(SubscriptionCreateParams.PaymentBehavior.DEFAULT_INCOMPLETE)
                .setPaymentSettings(
                    SubscriptionCreateParams.PaymentSettings.builder()
                        .setSaveDefaultPaymentMethod(
                            SubscriptionCreateParams.PaymentSettings.SaveDefaultPaymentMethod
                                .ON_SUBSCRIPTION)
                        .build())
                .addExpand("latest_invoice.confirmation_secret")
                .build());
  }

  private void idle() throws InterruptedException {
    assertThat(sandbox.webhooks("stripe").awaitIdle(Duration.ofSeconds(10))).isTrue();
  }

  private List<String> types() {
    return sink.received().stream()
        .map(r -> Json.readObject(bytes(r.body())).path("type").asString())
        .toList();
  }

  private tools.jackson.databind.node.ObjectNode body(String type) {
    return sink.received().stream()
        .map(r -> Json.readObject(bytes(r.body())))
        .filter(event -> event.path("type").asString().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private Event typed(String type) {
    return com.stripe.net.ApiResource.GSON.fromJson(Json.write(body(type)), Event.class);
  }

  private boolean verifies(WebhookSink.Received received, String secret) {
    String header = received.headers().getOrDefault("Stripe-Signature", "");
    try {
      // The clock of this test stands still, so the age is not checked.
      return Webhook.Signature.verifyHeader(received.body(), header, secret, 0);
    } catch (com.stripe.exception.SignatureVerificationException e) {
      return false;
    }
  }

  private String post(String path, String form) {
    return send(HttpRequest.newBuilder(URI.create(sandbox.url("stripe") + path))
            .header("Authorization", "Bearer sk_test_sandbox")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build())
        .body();
  }

  private int control(String path) {
    return send(HttpRequest.newBuilder(URI.create(sandbox.url("stripe") + path))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build())
        .statusCode();
  }

  private HttpResponse<String> get(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)).build());
  }

  private HttpResponse<String> form(String url, Map<String, String> fields) {
    String body =
        fields.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
