package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.exception.InvalidRequestException;
import com.stripe.model.Event;
import com.stripe.model.Invoice;
import com.stripe.model.Price;
import com.stripe.model.Product;
import com.stripe.model.Refund;
import com.stripe.model.Subscription;
import com.stripe.model.checkout.Session;
import com.stripe.param.InvoiceListParams;
import com.stripe.param.InvoiceRetrieveParams;
import com.stripe.param.PriceCreateParams;
import com.stripe.param.ProductCreateParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.SubscriptionListParams;
import com.stripe.param.SubscriptionUpdateParams;
import com.stripe.param.checkout.SessionCreateParams;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.WebhookSink;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Stripe's own Java SDK against the simulator: checkout, subscriptions, the portal.
class StripeSalesTest extends StripeSimulatorRig {
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
  void keepsACardForPaymentsToCome() throws Exception {
    SessionCreateParams.Builder params =
        SessionCreateParams.builder()
            .setMode(SessionCreateParams.Mode.SETUP)
            .setCustomer(customer("ada@example.com").getId())
            .setSuccessUrl("https://app.example/ok")
            .setSetupIntentData(
                SessionCreateParams.SetupIntentData.builder().putMetadata("a", "b").build());
    assertThatThrownBy(() -> stripe.v1().checkout().sessions().create(params.build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("currency");
    simulator.registerEndpoint(sink.url(), SECRET);
    Session session = stripe.v1().checkout().sessions().create(params.setCurrency("eur").build());
    assertThat(session.getPaymentStatus()).isEqualTo("unpaid");
    simulator.pay(session.getId());
    Session complete = stripe.v1().checkout().sessions().retrieve(session.getId());
    assertThat(complete.getPaymentStatus()).isEqualTo("no_payment_required");
    var setup = stripe.v1().setupIntents().retrieve(complete.getSetupIntent());
    assertThat(setup.getStatus()).isEqualTo("succeeded");
    assertThat(setup.getPaymentMethod()).startsWith("pm_");
    assertThat(setup.getMetadata()).containsEntry("a", "b");
    idle();
    assertThat(types())
        .containsExactly(
            "setup_intent.created", "setup_intent.succeeded", "checkout.session.completed");
  }

  @Test
  void givesBackInParts() throws Exception {
    Session session = checkout(monthly());
    simulator.pay(session.getId());
    String invoice = stripe.v1().checkout().sessions().retrieve(session.getId()).getInvoice();
    String intent =
        stripe
            .v1()
            .invoices()
            .retrieve(invoice, InvoiceRetrieveParams.builder().addExpand("payments").build())
            .getPayments()
            .getData()
            .getFirst()
            .getPayment()
            .getPaymentIntent();
    simulator.registerEndpoint(sink.url(), SECRET);
    Refund part =
        stripe
            .v1()
            .refunds()
            .create(RefundCreateParams.builder().setPaymentIntent(intent).setAmount(500L).build());
    assertThat(part.getStatus()).isEqualTo("succeeded");
    assertThatThrownBy(
            () ->
                stripe
                    .v1()
                    .refunds()
                    .create(
                        RefundCreateParams.builder()
                            .setCharge(part.getCharge())
                            .setAmount(1_501L)
                            .build()))
        .hasMessageContaining("greater than unrefunded amount");
    stripe.v1().refunds().create(RefundCreateParams.builder().setCharge(part.getCharge()).build());
    assertThat(
            stripe
                .v1()
                .refunds()
                .list(RefundListParams.builder().setCharge(part.getCharge()).build())
                .getData())
        .extracting(Refund::getAmount)
        .containsExactly(1_500L, 500L);
    assertThat(stripe.v1().charges().retrieve(part.getCharge()).getRefunded()).isTrue();
    idle();
    assertThat(types())
        .containsExactly("refund.created", "charge.refunded", "refund.created", "charge.refunded");
    assertThat(body("charge.refunded").path("data").path("object").path("amount_refunded").asLong())
        .isEqualTo(500);
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
  void aPaymentThatFailsHalfWayLeavesNothingBehind() throws Exception {
    simulator.registerEndpoint(sink.url(), SECRET);
    String once =
        Json.readObject(
                bytes(post("/v1/prices", "currency=usd&unit_amount=500&product_data[name]=Setup")))
            .path("id")
            .asString();
    String session =
        Json.readObject(
                bytes(
                    post(
                        "/v1/checkout/sessions",
                        "mode=subscription&success_url=https://app.example/ok"
                            + "&line_items[0][quantity]=1&line_items[0][price]="
                            + monthly().getId()
                            + "&line_items[1][quantity]=1&line_items[1][price]="
                            + once)))
            .path("id")
            .asString();
    idle();
    sink.clear();
    String before = Json.write(simulator.objects());
    assertThatThrownBy(() -> simulator.pay(session)).hasMessageContaining("must be recurring");
    idle();
    assertThat(simulator.paid(session)).contains(false);
    assertThat(Json.write(simulator.objects())).isEqualTo(before);
    assertThat(types()).isEmpty();
  }
}
