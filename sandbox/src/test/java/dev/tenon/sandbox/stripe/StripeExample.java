package dev.tenon.sandbox.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.param.CouponCreateParams;
import com.stripe.param.PriceCreateParams;
import com.stripe.param.PromotionCodeCreateParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.SubscriptionCreateParams;
import com.stripe.param.SubscriptionUpdateParams;
import com.stripe.param.checkout.SessionCreateParams;
import java.math.BigDecimal;
import java.net.URI;

/// One sale, for tests that need an account in which something has happened.
final class StripeExample {
  private final StripeClient stripe;

  StripeExample(URI url) {
    stripe = StripeClient.builder().setApiKey("sk_test_example").setApiBase(url.toString()).build();
  }

  /// Sells a monthly plan through Checkout and gives the session's id.
  String sell(StripeSimulator simulator) throws StripeException {
    String price =
        stripe
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
                    .build())
            .getId();
    String session =
        stripe
            .v1()
            .checkout()
            .sessions()
            .create(
                SessionCreateParams.builder()
                    .setMode(SessionCreateParams.Mode.SUBSCRIPTION)
                    .setSuccessUrl("https://app.example/ok")
                    .addLineItem(
                        SessionCreateParams.LineItem.builder()
                            .setPrice(price)
                            .setQuantity(1L)
                            .build())
                    .build())
            .getId();
    simulator.pay(session);
    return session;
  }

  /// Sells another with a promotion code and a trial, which waits for a card.
  void discount() throws StripeException {
    String coupon =
        stripe
            .v1()
            .coupons()
            .create(CouponCreateParams.builder().setPercentOff(BigDecimal.TEN).build())
            .getId();
    String code =
        stripe
            .v1()
            .promotionCodes()
            .create(
                PromotionCodeCreateParams.builder()
                    .setPromotion(
                        PromotionCodeCreateParams.Promotion.builder()
                            .setType(PromotionCodeCreateParams.Promotion.Type.COUPON)
                            .setCoupon(coupon)
                            .build())
                    .build())
            .getId();
    var first = stripe.v1().subscriptions().list().getData().getFirst();
    stripe
        .v1()
        .subscriptions()
        .create(
            SubscriptionCreateParams.builder()
                .setCustomer(first.getCustomer())
                .addItem(
                    SubscriptionCreateParams.Item.builder()
                        .setPrice(first.getItems().getData().getFirst().getPrice().getId())
                        .build())
                .addDiscount(
                    SubscriptionCreateParams.Discount.builder().setPromotionCode(code).build())
                .setTrialPeriodDays(7L)
                .setPaymentBehavior(SubscriptionCreateParams.PaymentBehavior.DEFAULT_INCOMPLETE)
                .build());
  }

  /// Sells more of the first one, and gives back what was paid for it.
  void changeAndGiveBack() throws StripeException {
    var first = stripe.v1().subscriptions().list().getData().getLast();
    stripe
        .v1()
        .subscriptions()
        .update(
            first.getId(),
            SubscriptionUpdateParams.builder()
                .addItem(
                    SubscriptionUpdateParams.Item.builder()
                        .setId(first.getItems().getData().getFirst().getId())
                        .setQuantity(2L)
                        .build())
                .build());
    String intent =
        stripe.v1().paymentIntents().list().getData().stream()
            .filter(one -> one.getLatestCharge() != null)
            .findFirst()
            .orElseThrow()
            .getId();
    stripe
        .v1()
        .refunds()
        .create(RefundCreateParams.builder().setPaymentIntent(intent).setAmount(1L).build());
  }
}
