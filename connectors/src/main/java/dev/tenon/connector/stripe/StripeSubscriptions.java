package dev.tenon.connector.stripe;

import com.stripe.net.RequestOptions;
import com.stripe.param.PromotionCodeListParams;
import com.stripe.param.SubscriptionCreateParams;
import com.stripe.param.SubscriptionResumeParams;
import com.stripe.param.SubscriptionRetrieveParams;
import com.stripe.param.SubscriptionUpdateParams;
import com.stripe.param.common.EmptyParam;
import dev.tenon.connector.Outcome;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The calls about subscriptions. Idempotency keys are as for [StripeConnector].
public final class StripeSubscriptions {
  /// Where the answer has what the customer confirms; both are left out unless they are asked for.
  static final List<String> CONFIRMATION =
      List.of("latest_invoice.confirmation_secret", "pending_setup_intent");

  private static final long CODES_MAX = 100;

  private final StripeCalls calls;

  private final boolean cardsAlone;

  StripeSubscriptions(StripeCalls calls, boolean cardsAlone) {
    this.calls = calls;
    this.cardsAlone = cardsAlone;
  }

  /// Gets a subscription. One that never was is [Outcome.RefusedRequest] with code
  /// `resource_missing`; an ended one is still there.
  public Outcome<SubscriptionSnapshot> get(String id) {
    return calls.send(client -> client.v1().subscriptions().retrieve(id), SubscriptionSnapshot::of);
  }

  /// Creates one that waits for its first payment (`default_incomplete`): the answer says what the
  /// customer has to confirm, and the card that pays is kept on the subscription.
  public Outcome<StartedSubscription> create(NewSubscription wanted, String idempotencyKey) {
    var payment =
        SubscriptionCreateParams.PaymentSettings.builder()
            .setSaveDefaultPaymentMethod(
                SubscriptionCreateParams.PaymentSettings.SaveDefaultPaymentMethod.ON_SUBSCRIPTION);
    if (cardsAlone) {
      payment.addPaymentMethodType(SubscriptionCreateParams.PaymentSettings.PaymentMethodType.CARD);
    }
    SubscriptionCreateParams.Builder params =
        SubscriptionCreateParams.builder()
            .setCustomer(wanted.customer())
            .setPaymentBehavior(SubscriptionCreateParams.PaymentBehavior.DEFAULT_INCOMPLETE)
            .setPaymentSettings(payment.build())
            .putAllMetadata(wanted.origin().metadata())
            .addAllExpand(CONFIRMATION);
    for (NewSubscription.Item item : wanted.items()) {
      params.addItem(
          SubscriptionCreateParams.Item.builder()
              .setPrice(item.price())
              .setQuantity(item.quantity())
              .build());
    }
    if (!wanted.promotionCode().isEmpty()) {
      params.addDiscount(
          SubscriptionCreateParams.Discount.builder()
              .setPromotionCode(wanted.promotionCode())
              .build());
    }
    if (wanted.trialDays() > 0) {
      params
          .setTrialPeriodDays(wanted.trialDays())
          .setTrialSettings(
              SubscriptionCreateParams.TrialSettings.builder()
                  .setEndBehavior(
                      SubscriptionCreateParams.TrialSettings.EndBehavior.builder()
                          .setMissingPaymentMethod(missing(wanted.withoutCard()))
                          .build())
                  .build());
    }
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().subscriptions().create(params.build(), options),
        StartedSubscription::of);
  }

  private static SubscriptionCreateParams.TrialSettings.EndBehavior.MissingPaymentMethod missing(
      NewSubscription.WithoutCard withoutCard) {
    return switch (withoutCard) {
      case INVOICE ->
          SubscriptionCreateParams.TrialSettings.EndBehavior.MissingPaymentMethod.CREATE_INVOICE;
      case CANCEL -> SubscriptionCreateParams.TrialSettings.EndBehavior.MissingPaymentMethod.CANCEL;
      case PAUSE -> SubscriptionCreateParams.TrialSettings.EndBehavior.MissingPaymentMethod.PAUSE;
    };
  }

  /// Finds the promotion codes that customers type like this, the newest first, active or not.
  /// Stripe lets one of them be active at a time for all, and one for each single customer.
  public Outcome<List<PromotionCodeSnapshot>> promotionCodes(String code) {
    PromotionCodeListParams params =
        PromotionCodeListParams.builder().setCode(code).setLimit(CODES_MAX).build();
    return calls.ask(
        client -> client.v1().promotionCodes().list(params),
        list -> StripeObjects.list(list).stream().map(PromotionCodeSnapshot::of).toList());
  }

  /// Gets a subscription with what its customer has to confirm now.
  public Outcome<StartedSubscription> confirmation(String id) {
    SubscriptionRetrieveParams params =
        SubscriptionRetrieveParams.builder().addAllExpand(CONFIRMATION).build();
    return calls.send(
        client -> client.v1().subscriptions().retrieve(id, params), StartedSubscription::of);
  }

  /// Lets it end with the paid period. That is an update: Stripe's cancellation proper ends it now.
  public Outcome<SubscriptionSnapshot> cancelAtPeriodEnd(String id, String idempotencyKey) {
    return update(
        id, SubscriptionUpdateParams.builder().setCancelAtPeriodEnd(true).build(), idempotencyKey);
  }

  /// Takes back a cancellation that has not come into effect. It has two forms, the flag and a date
  /// (flexible billing), and Stripe takes back only the one that is set.
  ///
  /// @param current the subscription as [#get] shows it now
  public Outcome<SubscriptionSnapshot> keep(SubscriptionSnapshot current, String idempotencyKey) {
    SubscriptionUpdateParams.Builder params = SubscriptionUpdateParams.builder();
    if (current.cancelAtPeriodEnd()) {
      params.setCancelAtPeriodEnd(false);
    } else {
      params.setCancelAt(EmptyParam.EMPTY);
    }
    return update(current.id(), params.build(), idempotencyKey);
  }

  /// Goes on with one whose status is `paused`: a new period begins now, and is invoiced. It stays
  /// `paused` until that invoice is paid, and each such call makes another invoice. That is not the
  /// pause of a collection.
  public Outcome<StartedSubscription> resumePaused(String id, String idempotencyKey) {
    SubscriptionResumeParams params =
        SubscriptionResumeParams.builder()
            .setBillingCycleAnchor(SubscriptionResumeParams.BillingCycleAnchor.NOW)
            .addAllExpand(CONFIRMATION)
            .build();
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().subscriptions().resume(id, params, options), StartedSubscription::of);
  }

  /// Ends it now, without a refund or an invoice for what was used.
  public Outcome<SubscriptionSnapshot> cancelNow(String id, String idempotencyKey) {
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().subscriptions().cancel(id, options), SubscriptionSnapshot::of);
  }

  /// What becomes of the invoices of a time in which collection is paused.
  public enum PausedInvoices {
    /// They are void: nobody owes them.
    VOID,
    /// They stay drafts, also when collection goes on, until somebody finalises them.
    KEEP_AS_DRAFT,
    /// They are owed, and nobody tries to collect them.
    MARK_UNCOLLECTIBLE
  }

  /// Pauses the collection of its invoices; its status stays, and so does what it entitles to.
  ///
  /// @param until when it goes on by itself; null for never
  public Outcome<SubscriptionSnapshot> pauseCollection(
      String id, PausedInvoices invoices, @Nullable Instant until, String idempotencyKey) {
    SubscriptionUpdateParams.PauseCollection.Builder pause =
        SubscriptionUpdateParams.PauseCollection.builder()
            .setBehavior(
                SubscriptionUpdateParams.PauseCollection.Behavior.valueOf(invoices.name()));
    if (until != null) {
      pause.setResumesAt(until.getEpochSecond());
    }
    return update(
        id,
        SubscriptionUpdateParams.builder().setPauseCollection(pause.build()).build(),
        idempotencyKey);
  }

  /// Collects its invoices again.
  public Outcome<SubscriptionSnapshot> resumeCollection(String id, String idempotencyKey) {
    return update(
        id,
        SubscriptionUpdateParams.builder().setPauseCollection(EmptyParam.EMPTY).build(),
        idempotencyKey);
  }

  private Outcome<SubscriptionSnapshot> update(
      String id, SubscriptionUpdateParams params, String idempotencyKey) {
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().subscriptions().update(id, params, options),
        SubscriptionSnapshot::of);
  }
}
