package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.StripeClient;
import com.stripe.model.Customer;
import com.stripe.model.Event;
import com.stripe.model.Price;
import com.stripe.model.Subscription;
import com.stripe.model.checkout.Session;
import com.stripe.net.Webhook;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.PriceCreateParams;
import com.stripe.param.SubscriptionCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
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

/// The simulator in a running sandbox, Stripe's own Java SDK pointed at it, and a place that takes
/// its webhooks. Each test of the simulator starts one.
abstract class StripeSimulatorRig {
  static final String SECRET = "whsec_registered_from_code";

  final MovableClock clock = new MovableClock(Instant.parse("2026-11-24T10:00:00Z"));
  final StripeSimulator simulator = new StripeSimulator();
  final Sandbox sandbox =
      Sandbox.start(
          List.of(simulator),
          SandboxSettings.defaults(clock).withWebhookRetries(List.of(Duration.ofMillis(10))));
  final WebhookSink sink = new WebhookSink();
  final HttpClient http = HttpClient.newHttpClient();
  final StripeClient stripe = client("sk_test_sandbox");

  StripeClient client(String key) {
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

  Customer customer(String email) throws Exception {
    return stripe
        .v1()
        .customers()
        .create(
            CustomerCreateParams.builder().setEmail(email).putMetadata("tenant_id", "t_1").build());
  }

  Price monthly() throws Exception {
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

  Session checkout(Price price) throws Exception {
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

  Subscription incomplete(Customer customer, Price price) throws Exception {
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

  void idle() throws InterruptedException {
    assertThat(sandbox.webhooks("stripe").awaitIdle(Duration.ofSeconds(10))).isTrue();
  }

  List<String> types() {
    return sink.received().stream()
        .map(r -> Json.readObject(bytes(r.body())).path("type").asString())
        .toList();
  }

  tools.jackson.databind.node.ObjectNode body(String type) {
    return sink.received().stream()
        .map(r -> Json.readObject(bytes(r.body())))
        .filter(event -> event.path("type").asString().equals(type))
        .findFirst()
        .orElseThrow();
  }

  Event typed(String type) {
    return com.stripe.net.ApiResource.GSON.fromJson(Json.write(body(type)), Event.class);
  }

  boolean verifies(WebhookSink.Received received, String secret) {
    String header = received.headers().getOrDefault("Stripe-Signature", "");
    try {
      // The clock of this test stands still, so the age is not checked.
      return Webhook.Signature.verifyHeader(received.body(), header, secret, 0);
    } catch (com.stripe.exception.SignatureVerificationException e) {
      return false;
    }
  }

  String post(String path, String form) {
    return send(HttpRequest.newBuilder(URI.create(sandbox.url("stripe") + path))
            .header("Authorization", "Bearer sk_test_sandbox")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build())
        .body();
  }

  int control(String path) {
    return send(HttpRequest.newBuilder(URI.create(sandbox.url("stripe") + path))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build())
        .statusCode();
  }

  HttpResponse<String> get(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)).build());
  }

  HttpResponse<String> form(String url, Map<String, String> fields) {
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

  HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
