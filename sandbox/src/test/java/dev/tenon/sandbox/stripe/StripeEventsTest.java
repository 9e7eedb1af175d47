package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.model.Event;
import com.stripe.model.WebhookEndpoint;
import com.stripe.model.checkout.Session;
import com.stripe.param.EventListParams;
import com.stripe.param.WebhookEndpointCreateParams;
import com.stripe.param.WebhookEndpointUpdateParams;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Stripe's own Java SDK against the simulator: events and the endpoints they go to.
class StripeEventsTest extends StripeSimulatorRig {
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
  void lostWebhooksLeaveNoTraceButTheList() throws Exception {
    simulator.registerEndpoint(sink.url(), SECRET);
    sandbox
        .faults("stripe")
        .set(java.util.List.of(dev.tenon.sandbox.Fault.loseWebhooks().times(1)));
    customer("lost@example.com");
    customer("ada@example.com");
    idle();
    assertThat(types()).containsExactly("customer.created");
    assertThat(stripe.v1().events().list().getData()).hasSize(2);
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
  void sendsThinEventsThatStripesSdkReads() throws Exception {
    String endpoint = simulator.registerEndpoint(sink.url(), SECRET);
    var answer =
        http.send(
            java.net.http.HttpRequest.newBuilder(
                    URI.create(
                        sandbox.url("stripe")
                            + "/_sandbox/webhook-endpoints/"
                            + endpoint
                            + "/thin"))
                .POST(java.net.http.HttpRequest.BodyPublishers.noBody())
                .build(),
            java.net.http.HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    String customer = customer("ada@example.com").getId();
    idle();
    var received = sink.received().getFirst();
    var thin =
        stripe.parseEventNotification(
            received.body(),
            received.headers().getOrDefault("Stripe-Signature", ""),
            SECRET,
            Long.MAX_VALUE / 2);
    assertThat(thin.getType()).isEqualTo("v1.customer.created");
    var tree = dev.tenon.sandbox.Json.readObject(received.body().getBytes(StandardCharsets.UTF_8));
    assertThat(tree.path("related_object").path("id").asString()).isEqualTo(customer);
    Event whole = stripe.v1().events().retrieve(tree.path("snapshot_event").asString());
    assertThat(whole.getType()).isEqualTo("customer.created");
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
    assertThat(invoice.path("payment_intent").asString()).startsWith("pi_");
    assertThat(invoice.path("charge").asString()).startsWith("ch_");
    var line = invoice.path("lines").path("data").path(0);
    assertThat(line.path("price").path("unit_amount").asLong()).isEqualTo(2000);
    assertThat(line.path("plan").path("interval").asString()).isEqualTo("month");
    assertThat(line.path("proration").asBoolean(true)).isFalse();
    assertThat(line.has("pricing")).isFalse();
    var subscription = body("customer.subscription.updated").path("data").path("object");
    assertThat(subscription.path("current_period_end").asLong()).isPositive();
    var charge = body("charge.succeeded").path("data").path("object");
    assertThat(charge.path("invoice").asString()).isEqualTo(invoice.path("id").asString());
  }
}
