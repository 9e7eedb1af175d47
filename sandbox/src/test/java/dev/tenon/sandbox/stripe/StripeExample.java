package dev.tenon.sandbox.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.param.PriceCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
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
}
