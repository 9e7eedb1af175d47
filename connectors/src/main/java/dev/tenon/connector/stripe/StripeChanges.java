package dev.tenon.connector.stripe;

import com.stripe.net.RequestOptions;
import com.stripe.param.InvoiceCreatePreviewParams;
import com.stripe.param.SubscriptionUpdateParams;
import dev.tenon.connector.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The calls that change what a subscription is for, or say what that would cost. Idempotency keys
/// are as for [StripeConnector].
public final class StripeChanges {
  private final StripeCalls calls;

  StripeChanges(StripeCalls calls) {
    this.calls = calls;
  }

  /// Changes a price or quantity.
  public Outcome<StartedSubscription> change(
      SubscriptionChange wanted, SubscriptionChange.Unpaid unpaid, String idempotencyKey) {
    SubscriptionUpdateParams.Item.Builder item =
        SubscriptionUpdateParams.Item.builder().setId(wanted.item());
    if (!wanted.price().isEmpty()) {
      item.setPrice(wanted.price());
    }
    if (wanted.quantity() != null) {
      item.setQuantity(wanted.quantity());
    }
    SubscriptionUpdateParams.Builder params =
        SubscriptionUpdateParams.builder()
            .addItem(item.build())
            .setProrationBehavior(
                SubscriptionUpdateParams.ProrationBehavior.valueOf(behavior(wanted.proration())))
            .setPaymentBehavior(
                switch (unpaid) {
                  case REFUSE -> SubscriptionUpdateParams.PaymentBehavior.ERROR_IF_INCOMPLETE;
                  case CONFIRM -> SubscriptionUpdateParams.PaymentBehavior.DEFAULT_INCOMPLETE;
                })
            .addAllExpand(StripeSubscriptions.CONFIRMATION);
    @Nullable Instant from = wanted.proratedFrom();
    if (from != null) {
      params.setProrationDate(from.getEpochSecond());
    }
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client ->
            client.v1().subscriptions().update(wanted.subscription(), params.build(), options),
        StartedSubscription::of);
  }

  /// Says what a change would cost, by the call that replaced the upcoming invoice
  /// (2025-03-31.basil). Nothing is changed, so it takes no key.
  public Outcome<InvoicePreview> preview(SubscriptionChange wanted) {
    InvoiceCreatePreviewParams.SubscriptionDetails.Item.Builder item =
        InvoiceCreatePreviewParams.SubscriptionDetails.Item.builder().setId(wanted.item());
    if (!wanted.price().isEmpty()) {
      item.setPrice(wanted.price());
    }
    if (wanted.quantity() != null) {
      item.setQuantity(wanted.quantity());
    }
    InvoiceCreatePreviewParams.SubscriptionDetails.Builder details =
        InvoiceCreatePreviewParams.SubscriptionDetails.builder()
            .addItem(item.build())
            .setProrationBehavior(
                InvoiceCreatePreviewParams.SubscriptionDetails.ProrationBehavior.valueOf(
                    behavior(wanted.proration())));
    @Nullable Instant from = wanted.proratedFrom();
    if (from != null) {
      details.setProrationDate(from.getEpochSecond());
    }
    InvoiceCreatePreviewParams params =
        InvoiceCreatePreviewParams.builder()
            .setSubscription(wanted.subscription())
            .setSubscriptionDetails(details.build())
            .build();
    return calls.ask(client -> client.v1().invoices().createPreview(params), InvoicePreview::of);
  }

  /// The name that two enums of the SDK share.
  private static String behavior(SubscriptionChange.Proration proration) {
    return switch (proration) {
      case NEXT_INVOICE -> "CREATE_PRORATIONS";
      case INVOICE_NOW -> "ALWAYS_INVOICE";
      case NONE -> "NONE";
    };
  }
}
