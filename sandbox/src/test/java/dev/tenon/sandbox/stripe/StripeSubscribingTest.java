package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.exception.CardException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.PermissionException;
import com.stripe.model.Coupon;
import com.stripe.model.Customer;
import com.stripe.model.Discount;
import com.stripe.model.Event;
import com.stripe.model.Invoice;
import com.stripe.model.PromotionCode;
import com.stripe.model.Subscription;
import com.stripe.param.CouponCreateParams;
import com.stripe.param.PaymentIntentConfirmParams;
import com.stripe.param.PromotionCodeCreateParams;
import com.stripe.param.PromotionCodeListParams;
import com.stripe.param.SetupIntentConfirmParams;
import com.stripe.param.SubscriptionCreateParams;
import com.stripe.param.SubscriptionCreateParams.PaymentBehavior;
import com.stripe.param.SubscriptionCreateParams.TrialSettings.EndBehavior.MissingPaymentMethod;
import com.stripe.param.SubscriptionListParams;
import com.stripe.param.SubscriptionResumeParams;
import com.stripe.param.SubscriptionRetrieveParams;
import com.stripe.param.SubscriptionUpdateParams;
import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Stripe's own Java SDK against the simulator: how a subscription begins without Checkout.
class StripeSubscribingTest extends StripeSimulatorRig {
  private static SubscriptionCreateParams.Builder with(Customer customer, String price) {
    return SubscriptionCreateParams.builder()
        .setCustomer(customer.getId())
        .addItem(SubscriptionCreateParams.Item.builder().setPrice(price).setQuantity(2L).build())
        .setPaymentBehavior(PaymentBehavior.DEFAULT_INCOMPLETE)
        .addExpand("latest_invoice.confirmation_secret")
        .addExpand("pending_setup_intent")
        .addExpand("discounts");
  }

  @Test
  void isActiveOnceTheCustomerConfirmed() throws Exception {
    simulator.registerEndpoint(sink.url(), SECRET);
    Subscription made = incomplete(customer("ada@example.com"), monthly());
    String secret = made.getLatestInvoiceObject().getConfirmationSecret().getClientSecret();
    String intent = secret.substring(0, secret.indexOf("_secret_"));
    assertThatThrownBy(
            () ->
                stripe
                    .v1()
                    .paymentIntents()
                    .confirm(intent, paysWith("pm_card_chargeDeclinedInsufficientFunds")))
        .isInstanceOfSatisfying(
            CardException.class,
            refused -> {
              assertThat(refused.getStatusCode()).isEqualTo(402);
              assertThat(refused.getCode()).isEqualTo("card_declined");
              assertThat(refused.getDeclineCode()).isEqualTo("insufficient_funds");
            });
    assertThat(stripe.v1().subscriptions().retrieve(made.getId()).getStatus())
        .isEqualTo("incomplete");

    assertThat(stripe.v1().paymentIntents().confirm(intent, paysWith("pm_card_visa")).getStatus())
        .isEqualTo("succeeded");
    Subscription active = stripe.v1().subscriptions().retrieve(made.getId());
    assertThat(active.getStatus()).isEqualTo("active");
    assertThat(active.getDefaultPaymentMethod()).isEqualTo("pm_card_visa");
    idle();
    assertThat(types())
        .containsSubsequence(
            "customer.subscription.created",
            "invoice.created",
            "invoice.finalized",
            "customer.subscription.updated",
            "invoice.paid",
            "invoice.payment_succeeded",
            "invoice_payment.paid",
            "payment_intent.succeeded");
    Event updated = typed("customer.subscription.updated");
    assertThat(updated.getData().getPreviousAttributes())
        .containsEntry("status", "incomplete")
        .containsEntry("default_payment_method", null);
  }

  private static PaymentIntentConfirmParams paysWith(String method) {
    return PaymentIntentConfirmParams.builder().setPaymentMethod(method).build();
  }

  @Test
  void aTrialWithoutACardWaitsForOne() throws Exception {
    Subscription trial =
        stripe
            .v1()
            .subscriptions()
            .create(
                with(customer("ada@example.com"), monthly().getId())
                    .setTrialPeriodDays(14L)
                    .build());
    assertThat(trial.getStatus()).isEqualTo("trialing");
    assertThat(trial.getTrialEnd()).isEqualTo(clock.instant().getEpochSecond() + 14 * 86_400);
    assertThat(trial.getLatestInvoiceObject().getAmountDue()).isZero();
    assertThat(trial.getLatestInvoiceObject().getConfirmationSecret()).isNull();
    String setup = trial.getPendingSetupIntent();
    assertThat(trial.getPendingSetupIntentObject().getClientSecret())
        .startsWith(setup + "_secret_");
    stripe
        .v1()
        .setupIntents()
        .confirm(
            setup, SetupIntentConfirmParams.builder().setPaymentMethod("pm_card_visa").build());
    Subscription ready = stripe.v1().subscriptions().retrieve(trial.getId());
    assertThat(ready.getPendingSetupIntent()).isNull();
    assertThat(ready.getDefaultPaymentMethod()).isEqualTo("pm_card_visa");
  }

  @Test
  void aTrialThatEndsWithoutACardDoesWhatItWasAskedTo() throws Exception {
    Customer ada = customer("ada@example.com");
    String price = monthly().getId();
    simulator.registerEndpoint(sink.url(), SECRET);
    for (var behavior : MissingPaymentMethod.values()) {
      Subscription trial =
          stripe
              .v1()
              .subscriptions()
              .create(
                  with(ada, price)
                      .setTrialPeriodDays(14L)
                      .setTrialSettings(
                          SubscriptionCreateParams.TrialSettings.builder()
                              .setEndBehavior(
                                  SubscriptionCreateParams.TrialSettings.EndBehavior.builder()
                                      .setMissingPaymentMethod(behavior)
                                      .build())
                              .build())
                      .build());
      assertThat(control("/_sandbox/subscriptions/" + trial.getId() + "/renew")).isEqualTo(200);
      assertThat(stripe.v1().subscriptions().retrieve(trial.getId()).getStatus())
          .isEqualTo(
              switch (behavior) {
                case CANCEL -> "canceled";
                case CREATE_INVOICE -> "active";
                case PAUSE -> "paused";
              });
    }
    idle();
    assertThat(types()).contains("customer.subscription.paused");
    Subscription paused =
        stripe
            .v1()
            .subscriptions()
            .list(
                SubscriptionListParams.builder()
                    .setStatus(SubscriptionListParams.Status.PAUSED)
                    .build())
            .getData()
            .getFirst();
    assertThatThrownBy(() -> stripe.v1().subscriptions().resume(paused.getId()))
        .hasMessageContaining("no attached payment source");
    stripe
        .v1()
        .subscriptions()
        .update(
            paused.getId(),
            SubscriptionUpdateParams.builder().setDefaultPaymentMethod("pm_card_visa").build());
    clock.advance(Duration.ofDays(40));
    Subscription waits =
        stripe
            .v1()
            .subscriptions()
            .resume(
                paused.getId(),
                SubscriptionResumeParams.builder()
                    .addExpand("latest_invoice.confirmation_secret")
                    .build());
    assertThat(waits.getStatus()).as("until it is paid").isEqualTo("paused");
    assertThat(waits.getLatestInvoiceObject().getStatus()).isEqualTo("open");
    idle();
    assertThat(types()).doesNotContain("customer.subscription.resumed");
    String secret = waits.getLatestInvoiceObject().getConfirmationSecret().getClientSecret();
    stripe
        .v1()
        .paymentIntents()
        .confirm(
            secret.substring(0, secret.indexOf("_secret_")),
            PaymentIntentConfirmParams.builder().setPaymentMethod("pm_card_visa").build());
    Subscription on = stripe.v1().subscriptions().retrieve(paused.getId());
    assertThat(on.getStatus()).isEqualTo("active");
    assertThat(on.getItems().getData().getFirst().getCurrentPeriodStart())
        .isEqualTo(clock.instant().getEpochSecond());
    assertThat(stripe.v1().invoices().retrieve(on.getLatestInvoice()).getAmountPaid())
        .isEqualTo(4000);
    idle();
    assertThat(types()).contains("customer.subscription.resumed");
    assertThatThrownBy(() -> stripe.v1().subscriptions().resume(on.getId()))
        .hasMessageContaining("Only paused");
  }

  @Test
  void aPromotionCodeTakesOffAndIsUsedUp() throws Exception {
    Coupon coupon =
        stripe
            .v1()
            .coupons()
            .create(
                CouponCreateParams.builder()
                    .setPercentOff(BigDecimal.valueOf(25.5))
                    .setDuration(CouponCreateParams.Duration.FOREVER)
                    .build());
    PromotionCode code =
        stripe
            .v1()
            .promotionCodes()
            .create(
                PromotionCodeCreateParams.builder()
                    .setCode("FALL20")
                    .setMaxRedemptions(1L)
                    .setPromotion(
                        PromotionCodeCreateParams.Promotion.builder()
                            .setType(PromotionCodeCreateParams.Promotion.Type.COUPON)
                            .setCoupon(coupon.getId())
                            .build())
                    .build());
    Customer ada = customer("ada@example.com");
    String price = monthly().getId();
    SubscriptionCreateParams params =
        with(ada, price)
            .addDiscount(
                SubscriptionCreateParams.Discount.builder().setPromotionCode(code.getId()).build())
            .build();
    Subscription made = stripe.v1().subscriptions().create(params);
    Invoice first = made.getLatestInvoiceObject();
    assertThat(first.getSubtotal()).isEqualTo(4000L);
    assertThat(first.getTotal()).isEqualTo(2980L);
    assertThat(first.getTotalDiscountAmounts().getFirst().getAmount()).isEqualTo(1020L);
    Discount discount = made.getDiscountObjects().getFirst();
    assertThat(discount.getPromotionCode()).isEqualTo(code.getId());
    assertThat(discount.getSource().getCoupon()).isEqualTo(coupon.getId());
    assertThat(
            stripe
                .v1()
                .promotionCodes()
                .list(PromotionCodeListParams.builder().setCode("fall20").setActive(true).build())
                .getData())
        .as("used up")
        .isEmpty();
    assertThat(stripe.v1().promotionCodes().retrieve(code.getId()).getTimesRedeemed()).isOne();
    assertThatThrownBy(() -> stripe.v1().subscriptions().create(params))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("cannot be redeemed");
    assertThat(stripe.v1().subscriptions().list().getData()).hasSize(1);
  }

  @Test
  void whatCostsNothingIsActiveAtOnce() throws Exception {
    Coupon all =
        stripe
            .v1()
            .coupons()
            .create(CouponCreateParams.builder().setPercentOff(BigDecimal.valueOf(100)).build());
    Subscription made =
        stripe
            .v1()
            .subscriptions()
            .create(
                with(customer("ada@example.com"), monthly().getId())
                    .addDiscount(
                        SubscriptionCreateParams.Discount.builder().setCoupon(all.getId()).build())
                    .build());
    Subscription now =
        stripe
            .v1()
            .subscriptions()
            .retrieve(made.getId(), SubscriptionRetrieveParams.builder().build());
    assertThat(now.getStatus()).isEqualTo("active");
    assertThat(now.getPendingSetupIntent()).isNotNull();
  }

  @Test
  void aRefusedCardRefusesTheWholeWhereThatIsAskedFor() throws Exception {
    Customer ada = customer("ada@example.com");
    SubscriptionCreateParams.Builder params =
        SubscriptionCreateParams.builder()
            .setCustomer(ada.getId())
            .setDefaultPaymentMethod("pm_card_chargeDeclinedExpiredCard")
            .addItem(SubscriptionCreateParams.Item.builder().setPrice(monthly().getId()).build());
    assertThatThrownBy(
            () ->
                stripe
                    .v1()
                    .subscriptions()
                    .create(params.setPaymentBehavior(PaymentBehavior.ERROR_IF_INCOMPLETE).build()))
        .isInstanceOfSatisfying(
            CardException.class,
            refused -> assertThat(refused.getCode()).isEqualTo("expired_card"));
    assertThat(stripe.v1().subscriptions().list().getData()).isEmpty();
    simulator.registerEndpoint(sink.url(), SECRET);
    assertThat(
            stripe
                .v1()
                .subscriptions()
                .create(params.setPaymentBehavior(PaymentBehavior.ALLOW_INCOMPLETE).build())
                .getStatus())
        .isEqualTo("incomplete");
    idle();
    assertThat(types()).contains("invoice.payment_failed").doesNotContain("invoice.paid");
  }

  @Test
  void aRestrictedKeyIsToldWhichRightItLacks() {
    var restricted = client("rk_test_lacks_subscription_write");
    assertThatThrownBy(() -> restricted.v1().subscriptions().cancel("sub_1"))
        .isInstanceOfSatisfying(
            PermissionException.class,
            refused -> assertThat(refused.getStatusCode()).isEqualTo(403))
        .hasMessageContaining("Having the 'rak_subscription_write' permission would allow");
    assertThatThrownBy(() -> restricted.v1().subscriptions().retrieve("sub_1"))
        .isInstanceOf(InvalidRequestException.class);
  }
}
