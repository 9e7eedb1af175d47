package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.exception.CardException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.model.Invoice;
import com.stripe.model.InvoiceLineItem;
import com.stripe.model.Price;
import com.stripe.model.Subscription;
import com.stripe.param.InvoiceCreatePreviewParams;
import com.stripe.param.InvoiceCreatePreviewParams.SubscriptionDetails;
import com.stripe.param.PriceCreateParams;
import com.stripe.param.SubscriptionCreateParams;
import com.stripe.param.SubscriptionUpdateParams;
import com.stripe.param.SubscriptionUpdateParams.PaymentBehavior;
import com.stripe.param.SubscriptionUpdateParams.ProrationBehavior;
import com.stripe.param.common.EmptyParam;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Stripe's own Java SDK against the simulator: a subscription is changed in the middle of its
/// period of 30 days, and what that costs is previewed.
class StripeChangesTest extends StripeSimulatorRig {
  private Subscription halfWay() throws Exception {
    Subscription made =
        stripe
            .v1()
            .subscriptions()
            .create(
                SubscriptionCreateParams.builder()
                    .setCustomer(customer("ada@example.com").getId())
                    .setDefaultPaymentMethod("pm_card_visa")
                    .addItem(
                        SubscriptionCreateParams.Item.builder().setPrice(monthly().getId()).build())
                    .build());
    assertThat(made.getStatus()).isEqualTo("active");
    clock.advance(Duration.ofDays(15));
    simulator.registerEndpoint(sink.url(), SECRET);
    return made;
  }

  private static String item(Subscription subscription) {
    return subscription.getItems().getData().getFirst().getId();
  }

  private static SubscriptionUpdateParams.Builder quantity(Subscription of, long quantity) {
    return SubscriptionUpdateParams.builder()
        .addItem(
            SubscriptionUpdateParams.Item.builder().setId(item(of)).setQuantity(quantity).build());
  }

  private Invoice preview(
      Subscription of, long quantity, SubscriptionDetails.ProrationBehavior behavior)
      throws Exception {
    return stripe
        .v1()
        .invoices()
        .createPreview(
            InvoiceCreatePreviewParams.builder()
                .setSubscription(of.getId())
                .setSubscriptionDetails(
                    SubscriptionDetails.builder()
                        .setProrationBehavior(behavior)
                        .addItem(
                            SubscriptionDetails.Item.builder()
                                .setId(item(of))
                                .setQuantity(quantity)
                                .build())
                        .build())
                .build());
  }

  private Invoice latest(Subscription of) throws Exception {
    return stripe
        .v1()
        .invoices()
        .retrieve(stripe.v1().subscriptions().retrieve(of.getId()).getLatestInvoice());
  }

  @Test
  void whatIsProratedWaitsForTheNextInvoiceAsThePreviewSaid() throws Exception {
    Subscription half = halfWay();
    Invoice preview = preview(half, 3, SubscriptionDetails.ProrationBehavior.CREATE_PRORATIONS);
    assertThat(preview.getId()).startsWith("upcoming_in_");
    assertThat(preview.getTotal()).isEqualTo(-1000 + 3000 + 6000);
    assertThat(preview.getLines().getData())
        .extracting(InvoiceLineItem::getAmount)
        .containsExactly(-1000L, 3000L, 6000L);
    assertThat(preview.getLines().getData())
        .extracting(line -> line.getParent().getSubscriptionItemDetails().getProration())
        .containsExactly(true, true, false);
    assertThat(preview.getLines().getData().getFirst().getDescription())
        .isEqualTo("Unused time on Pro after 9 Dec 2026");
    assertThat(stripe.v1().subscriptions().retrieve(half.getId()).getItems().getData())
        .as("a preview changes nothing")
        .allMatch(item -> item.getQuantity() == 1);

    stripe.v1().subscriptions().update(half.getId(), quantity(half, 3).build());
    assertThat(latest(half).getBillingReason()).isEqualTo("subscription_create");
    assertThat(control("/_sandbox/subscriptions/" + half.getId() + "/renew")).isEqualTo(200);
    assertThat(latest(half).getTotal()).isEqualTo(preview.getTotal());
    assertThat(control("/_sandbox/subscriptions/" + half.getId() + "/renew")).isEqualTo(200);
    assertThat(latest(half).getTotal()).as("only once").isEqualTo(6000);
    idle();
    JsonNode previous =
        body("customer.subscription.updated").path("data").path("previous_attributes");
    assertThat(previous.path("quantity").asInt()).isOne();
    assertThat(previous.path("items").path("data").path(0).path("quantity").asInt()).isOne();
    assertThat(types()).startsWith("invoiceitem.created", "invoiceitem.created");
  }

  @Test
  void whatIsInvoicedAtOnceIsPaidAtOnce() throws Exception {
    Subscription half = halfWay();
    Invoice preview = preview(half, 3, SubscriptionDetails.ProrationBehavior.ALWAYS_INVOICE);
    assertThat(preview.getTotal()).isEqualTo(2000);
    stripe
        .v1()
        .subscriptions()
        .update(
            half.getId(),
            quantity(half, 3).setProrationBehavior(ProrationBehavior.ALWAYS_INVOICE).build());
    Invoice invoice = latest(half);
    assertThat(invoice.getBillingReason()).isEqualTo("subscription_update");
    assertThat(invoice.getStatus()).isEqualTo("paid");
    assertThat(invoice.getAmountPaid()).isEqualTo(2000);
    idle();
    assertThat(types())
        .containsExactly(
            "customer.subscription.updated",
            "invoice.created",
            "invoice.finalized",
            "invoice.paid",
            "invoice.payment_succeeded",
            "invoice_payment.paid",
            "payment_intent.succeeded",
            "charge.succeeded");
  }

  @Test
  void whatComesBackStaysWithTheCustomerForTheNextInvoice() throws Exception {
    Subscription half = halfWay();
    stripe
        .v1()
        .subscriptions()
        .update(
            half.getId(), quantity(half, 3).setProrationBehavior(ProrationBehavior.NONE).build());
    stripe
        .v1()
        .subscriptions()
        .update(
            half.getId(),
            quantity(half, 1).setProrationBehavior(ProrationBehavior.ALWAYS_INVOICE).build());
    assertThat(latest(half).getTotal()).isEqualTo(-2000);
    assertThat(latest(half).getAmountDue()).isZero();
    assertThat(stripe.v1().customers().retrieve(half.getCustomer()).getBalance()).isEqualTo(-2000L);
    assertThat(control("/_sandbox/subscriptions/" + half.getId() + "/renew")).isEqualTo(200);
    assertThat(latest(half).getTotal()).isEqualTo(2000);
    assertThat(latest(half).getAmountDue()).isZero();
    assertThat(stripe.v1().customers().retrieve(half.getCustomer()).getBalance()).isZero();
  }

  @Test
  void aDateWithoutAProrationIsRefused() throws Exception {
    Subscription half = halfWay();
    long now = clock.instant().getEpochSecond();
    assertThatThrownBy(
            () ->
                stripe
                    .v1()
                    .subscriptions()
                    .update(
                        half.getId(),
                        quantity(half, 3)
                            .setProrationBehavior(ProrationBehavior.NONE)
                            .setProrationDate(now)
                            .build()))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            refused -> assertThat(refused.getParam()).isEqualTo("proration_date"));
    assertThatThrownBy(
            () ->
                stripe
                    .v1()
                    .invoices()
                    .createPreview(
                        InvoiceCreatePreviewParams.builder()
                            .setSubscription(half.getId())
                            .setSubscriptionDetails(
                                SubscriptionDetails.builder()
                                    .setProrationBehavior(
                                        SubscriptionDetails.ProrationBehavior.NONE)
                                    .setProrationDate(now)
                                    .build())
                            .build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("proration_date");
  }

  @Test
  void aRefusedCardChangesNothingWhereThatIsAskedFor() throws Exception {
    Subscription half = halfWay();
    stripe
        .v1()
        .subscriptions()
        .update(
            half.getId(),
            SubscriptionUpdateParams.builder()
                .setDefaultPaymentMethod("pm_card_authenticationRequired")
                .build());
    idle();
    sink.clear();
    SubscriptionUpdateParams.Builder more =
        quantity(half, 3).setProrationBehavior(ProrationBehavior.ALWAYS_INVOICE);
    assertThatThrownBy(
            () ->
                stripe
                    .v1()
                    .subscriptions()
                    .update(
                        half.getId(),
                        more.setPaymentBehavior(PaymentBehavior.ERROR_IF_INCOMPLETE).build()))
        .isInstanceOfSatisfying(
            CardException.class,
            refused -> assertThat(refused.getCode()).isEqualTo("authentication_required"));
    idle();
    assertThat(types()).isEmpty();
    Subscription waits =
        stripe
            .v1()
            .subscriptions()
            .update(
                half.getId(),
                more.setPaymentBehavior(PaymentBehavior.DEFAULT_INCOMPLETE)
                    .addExpand("latest_invoice.confirmation_secret")
                    .build());
    assertThat(waits.getStatus()).isEqualTo("past_due");
    assertThat(waits.getLatestInvoiceObject().getConfirmationSecret().getClientSecret())
        .startsWith("pi_");
  }

  @Test
  void anotherIntervalBeginsAndIsPaidAtOnce() throws Exception {
    Subscription half = halfWay();
    Price yearly =
        stripe
            .v1()
            .prices()
            .create(
                PriceCreateParams.builder()
                    .setCurrency("usd")
                    .setUnitAmount(20_000L)
                    .setProduct(half.getItems().getData().getFirst().getPrice().getProduct())
                    .setRecurring(
                        PriceCreateParams.Recurring.builder()
                            .setInterval(PriceCreateParams.Recurring.Interval.YEAR)
                            .build())
                    .build());
    Subscription now =
        stripe
            .v1()
            .subscriptions()
            .update(
                half.getId(),
                SubscriptionUpdateParams.builder()
                    .addItem(
                        SubscriptionUpdateParams.Item.builder()
                            .setId(item(half))
                            .setPrice(yearly.getId())
                            .build())
                    .build());
    assertThat(latest(half).getTotal()).isEqualTo(20_000 - 1_000);
    assertThat(now.getItems().getData().getFirst().getCurrentPeriodEnd())
        .isEqualTo(clock.instant().plus(Duration.ofDays(365)).getEpochSecond());
  }

  @Test
  void whatEndsHasNoNextInvoice() throws Exception {
    Subscription half = halfWay();
    InvoiceCreatePreviewParams next =
        InvoiceCreatePreviewParams.builder().setSubscription(half.getId()).build();
    assertThat(stripe.v1().invoices().createPreview(next).getTotal()).isEqualTo(2000);
    stripe
        .v1()
        .subscriptions()
        .update(
            half.getId(), SubscriptionUpdateParams.builder().setCancelAtPeriodEnd(true).build());
    assertThatThrownBy(() -> stripe.v1().invoices().createPreview(next))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            none -> assertThat(none.getCode()).isEqualTo("invoice_upcoming_none"));
  }

  @Test
  void aPauseHoldsInvoicesBackAsItIsAskedTo() throws Exception {
    Subscription half = halfWay();
    String renew = "/_sandbox/subscriptions/" + half.getId() + "/renew";
    for (var behavior : SubscriptionUpdateParams.PauseCollection.Behavior.values()) {
      Subscription paused =
          stripe
              .v1()
              .subscriptions()
              .update(
                  half.getId(),
                  SubscriptionUpdateParams.builder()
                      .setPauseCollection(
                          SubscriptionUpdateParams.PauseCollection.builder()
                              .setBehavior(behavior)
                              .build())
                      .build());
      assertThat(paused.getStatus()).isEqualTo("active");
      assertThat(paused.getPauseCollection().getBehavior()).isEqualTo(behavior.getValue());
      assertThat(control(renew)).isEqualTo(200);
      assertThat(latest(half).getStatus())
          .isEqualTo(
              switch (behavior) {
                case KEEP_AS_DRAFT -> "draft";
                case MARK_UNCOLLECTIBLE -> "uncollectible";
                case VOID -> "void";
              });
    }
    idle();
    assertThat(types())
        .contains("invoice.voided", "invoice.marked_uncollectible")
        .doesNotContain("invoice.paid", "customer.subscription.paused");
    assertThat(body("customer.subscription.updated").path("data").path("previous_attributes"))
        .hasToString("{\"pause_collection\":null}");
    Subscription on =
        stripe
            .v1()
            .subscriptions()
            .update(
                half.getId(),
                SubscriptionUpdateParams.builder().setPauseCollection(EmptyParam.EMPTY).build());
    assertThat(on.getPauseCollection()).isNull();
    assertThat(control(renew)).isEqualTo(200);
    assertThat(latest(half).getStatus()).isEqualTo("paid");
  }
}
