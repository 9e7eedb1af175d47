package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.StartedSubscription;
import dev.tenon.connector.stripe.StripeSubscriptions;
import dev.tenon.connector.stripe.SubscriptionSnapshot;
import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `…/subscriptions/{subscription}/cancel` and what else is done to one that goes on or ends. Each
/// answers what Stripe has then; the record follows with the webhook.
final class SubscriptionActionRoutes {
  private static final String SUBSCRIPTION = "/v1/tenants/{tenant}/subscriptions/{subscription}";

  private final StripeCallers callers;
  private final KnownSubscriptions known;
  private final InstantSource clock;

  private SubscriptionActionRoutes(
      StripeCallers callers, KnownSubscriptions known, InstantSource clock) {
    this.callers = callers;
    this.known = known;
    this.clock = clock;
  }

  static void declare(
      Routes routes, StripeCallers callers, KnownSubscriptions known, InstantSource clock) {
    var here = new SubscriptionActionRoutes(callers, known, clock);
    routes
        .post(
            SUBSCRIPTION + "/cancel",
            Scope.PAYMENTS_WRITE,
            CancelSubscription.class,
            SubscriptionRoutes.SubscriptionView.class,
            "Cancel a subscription, at the end of the paid period or now",
            here::cancel)
        .answers(200)
        .repeatable();
    routes
        .act(
            SUBSCRIPTION + "/resume",
            Scope.PAYMENTS_WRITE,
            SubscribeRoutes.StartedSubscriptionView.class,
            "Take back a cancellation, or go on after a paused trial",
            here::resume)
        .repeatable();
    routes
        .post(
            SUBSCRIPTION + "/pause",
            Scope.PAYMENTS_WRITE,
            PauseCollection.class,
            SubscriptionRoutes.SubscriptionView.class,
            "Pause the collection of the invoices of a subscription",
            here::pause)
        .answers(200)
        .repeatable();
    routes
        .act(
            SUBSCRIPTION + "/unpause",
            Scope.PAYMENTS_WRITE,
            SubscriptionRoutes.SubscriptionView.class,
            "Collect the invoices of a subscription again",
            here::unpause)
        .repeatable();
  }

  /// When a cancellation comes into effect.
  public enum CancelAt {
    PERIOD_END,
    NOW
  }

  /// A cancellation.
  public record CancelSubscription(
      @About("`period_end` where it is not given; `now` ends it without a refund.")
          @Nullable CancelAt at) {}

  /// What becomes of the invoices of a pause.
  public enum PausedInvoices {
    VOID,
    KEEP_AS_DRAFT,
    MARK_UNCOLLECTIBLE
  }

  /// A pause of collection. The subscription goes on as it is, and entitles as before.
  public record PauseCollection(
      @About(
              "`void`: nobody owes them. `keep_as_draft`: they stay drafts, also when collection goes"
                  + " on, until somebody finalises them at Stripe. `mark_uncollectible`: they are"
                  + " owed, and nobody tries to collect them.")
          PausedInvoices invoices,
      @About("When it ends by itself; never where it is not given.") @Nullable Instant until) {}

  private SubscriptionRoutes.SubscriptionView cancel(Request request, CancelSubscription body) {
    PaymentViews.Found<SubscriptionRoutes.SubscriptionView> found = known.get(request);
    boolean atOnce = body.at() == CancelAt.NOW;
    UUID effect = callers.effect(request);
    if (KnownSubscriptions.isEnded(found)) {
      if (atOnce && mayHaveEnded(request, found.view().endedAt())) {
        return found.view();
      }
      throw KnownSubscriptions.ended();
    }
    StripeConnections.Account account = callers.account(request, found.connection());
    StripeSubscriptions stripe = account.stripe().subscriptions();
    String key = effect.toString();
    return view(
        found,
        account,
        atOnce
            ? endNow(request, account, found.providerId(), key)
            : callers.changed(request, account, stripe.cancelAtPeriodEnd(found.providerId(), key)));
  }

  /// Stripe takes no idempotency key for a deletion, so a repetition finds nothing to delete. Then
  /// the subscription says whether this request may have ended it.
  private SubscriptionSnapshot endNow(
      Request request, StripeConnections.Account account, String id, String key) {
    StripeSubscriptions stripe = account.stripe().subscriptions();
    Outcome<SubscriptionSnapshot> outcome = stripe.cancelNow(id, key);
    if (!(outcome instanceof Outcome.RefusedRequest<SubscriptionSnapshot>)
        || !outcome.detail().code().equals("resource_missing")) {
      return callers.changed(request, account, outcome);
    }
    SubscriptionSnapshot now = callers.accepted(account, stripe.get(id));
    if (SubscriptionState.of(now.status()) != SubscriptionState.ENDED) {
      throw StripeProblems.refused(outcome.detail());
    }
    if (!mayHaveEnded(request, now.endedAt())) {
      throw KnownSubscriptions.ended();
    }
    return now;
  }

  /// Whether an earlier run of this request can have been the end: its key is older than that. An
  /// end is told in whole seconds.
  private static boolean mayHaveEnded(Request request, @Nullable Instant endedAt) {
    return endedAt != null
        && request
            .effect()
            .filter(effect -> !Ids.madeAt(effect).truncatedTo(ChronoUnit.SECONDS).isAfter(endedAt))
            .isPresent();
  }

  /// What Stripe has now says which of the two it is, so that a repetition does nothing twice. A
  /// paused one stays so until the invoice that goes with it is paid; while that is open, going on
  /// again would only make another.
  private SubscribeRoutes.StartedSubscriptionView resume(Request request) {
    PaymentViews.Found<SubscriptionRoutes.SubscriptionView> found = known.alive(request);
    String key = callers.effect(request).toString();
    StripeConnections.Account account = callers.account(request, found.connection());
    StripeSubscriptions stripe = account.stripe().subscriptions();
    StartedSubscription now = callers.accepted(account, stripe.confirmation(found.providerId()));
    SubscriptionSnapshot subscription = now.subscription();
    if (SubscriptionState.of(subscription.status()) == SubscriptionState.PAUSED) {
      if (!now.invoiceOpen()) {
        now = callers.changed(request, account, stripe.resumePaused(found.providerId(), key));
      }
    } else if (subscription.cancelAtPeriodEnd() || subscription.cancelAt() != null) {
      now = now.with(callers.changed(request, account, stripe.keep(subscription, key)));
    }
    return SubscribeRoutes.view(found.view().id(), found.view().revision(), account.place(), now);
  }

  private SubscriptionRoutes.SubscriptionView pause(Request request, PauseCollection body) {
    if (body.until() != null && !body.until().isAfter(clock.instant())) {
      throw ProblemException.invalidField("until", "`until` is a time to come.");
    }
    PaymentViews.Found<SubscriptionRoutes.SubscriptionView> found = known.alive(request);
    StripeConnections.Account account = callers.account(request, found.connection());
    return view(
        found,
        account,
        callers.changed(
            request,
            account,
            account
                .stripe()
                .subscriptions()
                .pauseCollection(
                    found.providerId(),
                    switch (body.invoices()) {
                      case VOID -> StripeSubscriptions.PausedInvoices.VOID;
                      case KEEP_AS_DRAFT -> StripeSubscriptions.PausedInvoices.KEEP_AS_DRAFT;
                      case MARK_UNCOLLECTIBLE ->
                          StripeSubscriptions.PausedInvoices.MARK_UNCOLLECTIBLE;
                    },
                    body.until(),
                    callers.effect(request).toString())));
  }

  private SubscriptionRoutes.SubscriptionView unpause(Request request) {
    PaymentViews.Found<SubscriptionRoutes.SubscriptionView> found = known.alive(request);
    StripeConnections.Account account = callers.account(request, found.connection());
    return view(
        found,
        account,
        callers.changed(
            request,
            account,
            account
                .stripe()
                .subscriptions()
                .resumeCollection(found.providerId(), callers.effect(request).toString())));
  }

  private static SubscriptionRoutes.SubscriptionView view(
      PaymentViews.Found<SubscriptionRoutes.SubscriptionView> found,
      StripeConnections.Account account,
      SubscriptionSnapshot now) {
    return SubscriptionRoutes.view(
        found.view().id(), found.view().revision(), account.place(), now);
  }
}
