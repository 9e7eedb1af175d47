package dev.tenon.connector.stripe;

import com.stripe.param.checkout.SessionCreateParams;
import java.util.List;
import java.util.Map;

/// A checkout in the words of Stripe's SDK.
final class CheckoutParams {
  private CheckoutParams() {}

  static SessionCreateParams of(NewCheckoutSession session, boolean cardsAlone) {
    Map<String, String> metadata = session.origin().metadata();
    SessionCreateParams.Builder params =
        SessionCreateParams.builder()
            .setBillingAddressCollection(SessionCreateParams.BillingAddressCollection.AUTO)
            .putAllMetadata(metadata);
    if (cardsAlone) {
      // The pinned version took `payment_method_types` away, and the SDK doesn't know this yet.
      params.putExtraParam("allowed_payment_method_types", List.of("card"));
    }
    switch (session.sale()) {
      case NewCheckoutSession.Sale.Subscription sale -> {
        var subscription = SessionCreateParams.SubscriptionData.builder().putAllMetadata(metadata);
        if (sale.trialDays() > 0) {
          subscription.setTrialPeriodDays(sale.trialDays());
        }
        params
            .setMode(SessionCreateParams.Mode.SUBSCRIPTION)
            .addLineItem(line(sale.price(), sale.quantity()))
            .setAllowPromotionCodes(sale.allowPromotionCodes())
            .setSubscriptionData(subscription.build());
      }
      case NewCheckoutSession.Sale.Payment sale ->
          params
              .setMode(SessionCreateParams.Mode.PAYMENT)
              .addLineItem(line(sale.price(), sale.quantity()))
              .setAllowPromotionCodes(sale.allowPromotionCodes())
              .setPaymentIntentData(
                  SessionCreateParams.PaymentIntentData.builder().putAllMetadata(metadata).build());
      case NewCheckoutSession.Sale.Setup sale ->
          params
              .setMode(SessionCreateParams.Mode.SETUP)
              .setCurrency(sale.currency())
              .setSetupIntentData(
                  SessionCreateParams.SetupIntentData.builder().putAllMetadata(metadata).build());
    }
    switch (session.page()) {
      case NewCheckoutSession.Page.Hosted(String successUrl, String cancelUrl) ->
          params
              .setUiMode(SessionCreateParams.UiMode.HOSTED_PAGE)
              .setSuccessUrl(successUrl)
              .setCancelUrl(cancelUrl);
      case NewCheckoutSession.Page.Embedded(String returnUrl) ->
          params.setUiMode(SessionCreateParams.UiMode.EMBEDDED_PAGE).setReturnUrl(returnUrl);
    }
    if (!session.customer().isEmpty()) {
      params.setCustomer(session.customer());
    } else if (!session.customerEmail().isEmpty()) {
      params.setCustomerEmail(session.customerEmail());
    }
    return params.build();
  }

  private static SessionCreateParams.LineItem line(String price, long quantity) {
    return SessionCreateParams.LineItem.builder().setPrice(price).setQuantity(quantity).build();
  }
}
