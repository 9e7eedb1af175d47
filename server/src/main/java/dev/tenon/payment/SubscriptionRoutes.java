package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connector.stripe.SubscriptionSnapshot;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `…/subscriptions`, read from what Stripe told.
final class SubscriptionRoutes {
  private static final String SUBSCRIPTIONS = "/v1/tenants/{tenant}/subscriptions";

  private final Database database;
  private final PaymentViews views;
  private final KnownSubscriptions known;

  private SubscriptionRoutes(Database database, PaymentViews views, KnownSubscriptions known) {
    this.database = database;
    this.views = views;
    this.known = known;
  }

  static void declare(
      Routes routes, Database database, PaymentViews views, KnownSubscriptions known) {
    var here = new SubscriptionRoutes(database, views, known);
    ListFilter.customers(
        routes.list(
            SUBSCRIPTIONS,
            Scope.PAYMENTS_READ,
            SubscriptionView.class,
            "List the subscriptions",
            here::list));
    routes.get(
        SUBSCRIPTIONS + "/{subscription}",
        Scope.PAYMENTS_READ,
        SubscriptionView.class,
        "Get a subscription",
        here::get);
  }

  /// A subscription in the API.
  public record SubscriptionView(
      String id,
      @About("The provider's id.") String providerId,
      @About("What the status means: pending, trialing, active, past_due, paused or ended.")
          String state,
      @About("The status in the provider's own word; empty until the provider has told of it.")
          String providerStatus,
      @Nullable String customerProviderId,
      @About("The price of the first item.") @Nullable String price,
      @About("The quantity of the first item.") @Nullable Long quantity,
      @Nullable Instant periodEnd,
      @Nullable Instant trialEnd,
      boolean cancelAtPeriodEnd,
      @Nullable Instant cancelAt,
      @Nullable Instant endedAt,
      @About("Null while its invoices are collected.")
          @Nullable CollectionPauseView collectionPause,
      @About("Grows with each event told about it.") long revision,
      @About("What is subscribed to: the plan and what was added to it, in the provider's order.")
          List<ItemView> items,
      @About("The connection that it was seen on.") String connection,
      @About("What that connection is for: `development`, `staging` or `production`.")
          String environment) {}

  /// A time in which the invoices of a subscription are not collected; its state stays.
  public record CollectionPauseView(
      @About("What becomes of them: `void`, `keep_as_draft` or `mark_uncollectible`.")
          @Nullable String invoices,
      @About("When it ends by itself; null for never.") @Nullable Instant until) {}

  /// One item of a subscription.
  public record ItemView(
      @About("The provider's id of the item.") @Nullable String providerId,
      @Nullable String price,
      @Nullable String product,
      long quantity,
      @About("In minor units of `currency`; null for prices without one amount.")
          @Nullable Long unitAmount,
      @Nullable String currency) {}

  private Page<SubscriptionView> list(Request request) {
    ListFilter filter = ListFilter.of(request);
    return database.asTenant(
        request.tenant(), tx -> views.subscriptions(tx, request.page(), filter));
  }

  private SubscriptionView get(Request request) {
    return known.get(request).view();
  }

  /// What Stripe has now, with our names; the record follows with the webhook.
  static SubscriptionView view(String id, long revision, Place place, SubscriptionSnapshot now) {
    List<ItemView> items = SubscriptionItem.of(now).stream().map(SubscriptionRoutes::item).toList();
    return new SubscriptionView(
        id,
        now.id(),
        SubscriptionState.of(now.status()).text(),
        now.status(),
        PlainText.id(now.customer()),
        items.isEmpty() ? null : items.getFirst().price(),
        items.isEmpty() ? null : Long.valueOf(items.getFirst().quantity()),
        now.currentPeriodEnd(),
        now.trialEnd(),
        now.endsAtPeriodEnd(),
        now.cancelAt(),
        now.endedAt(),
        pause(CollectionPause.of(now)),
        revision,
        items,
        Ids.write(Prefix.CONNECTION, place.connection()),
        place.text());
  }

  static @Nullable CollectionPauseView pause(@Nullable CollectionPause pause) {
    return pause == null ? null : new CollectionPauseView(pause.invoices(), pause.until());
  }

  static ItemView item(SubscriptionItem item) {
    return new ItemView(
        item.id(),
        item.price(),
        item.product(),
        item.quantity(),
        item.unitAmount(),
        item.currency());
  }
}
