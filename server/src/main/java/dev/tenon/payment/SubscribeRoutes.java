package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
import dev.tenon.connector.stripe.Confirmation;
import dev.tenon.connector.stripe.NewSubscription;
import dev.tenon.connector.stripe.PromotionCodeSnapshot;
import dev.tenon.connector.stripe.StartedSubscription;
import dev.tenon.connector.stripe.StripeLookUps;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.work.Jobs;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `POST …/subscriptions`: a subscription that begins in the application's own page, without
/// Checkout.
final class SubscribeRoutes {
  private static final String SUBSCRIPTIONS = "/v1/tenants/{tenant}/subscriptions";
  private static final int CODE_CHARS_MAX = 500;

  private final Database database;
  private final StripeCallers callers;
  private final PriceChecks prices;
  private final PaymentViews views;
  private final KnownSubscriptions known;
  private final Ids ids;
  private final Jobs jobs;
  private final InstantSource clock;

  private SubscribeRoutes(
      Database database,
      StripeCallers callers,
      PriceChecks prices,
      PaymentViews views,
      Ids ids,
      Jobs jobs,
      InstantSource clock) {
    this.database = database;
    this.callers = callers;
    this.prices = prices;
    this.views = views;
    this.known = new KnownSubscriptions(database, views);
    this.ids = ids;
    this.jobs = jobs;
    this.clock = clock;
  }

  static void declare(
      Routes routes,
      Database database,
      StripeCallers callers,
      PriceChecks prices,
      PaymentViews views,
      Ids ids,
      Jobs jobs,
      InstantSource clock) {
    var here = new SubscribeRoutes(database, callers, prices, views, ids, jobs, clock);
    routes
        .post(
            SUBSCRIPTIONS,
            Scope.PAYMENTS_WRITE,
            CreateSubscription.class,
            StartedSubscriptionView.class,
            "Create a subscription",
            here::create)
        .repeatable();
    routes.get(
        SUBSCRIPTIONS + "/{subscription}/confirmation",
        Scope.PAYMENTS_WRITE,
        StartedSubscriptionView.class,
        "Ask what the customer of a subscription has to confirm now",
        here::confirmation);
  }

  /// A subscription to create. It waits for its customer, who confirms the first payment in the
  /// browser; for a hosted page, create a checkout session instead.
  public record CreateSubscription(
      @About("Our id of the customer or the provider's.") String customer,
      @About("The provider's id of the price; one that the tenant may sell. Or give `items`.")
          @Nullable String price,
      @About("1 where it is not given; at most 1,000,000.") @Nullable Integer quantity,
      @About("Several prices instead of one: 1 to 20, each once.")
          @Nullable List<SubscribedItem> items,
      @About("Days until the first payment, at most 730; none where it is not given.")
          @Nullable Integer trialDays,
      @About(
              "What happens when the trial ends and no card was given: `invoice` (where it is not"
                  + " given; past due until it is paid), `cancel`, or `pause` until it is resumed.")
          @Nullable TrialWithoutCard trialWithoutCard,
      @About("What the customer typed, or the provider's id (`promo_…`).")
          @Nullable String promotionCode,
      @About(StripeCallers.CONNECTION) @Nullable String connection,
      @About(StripeCallers.ENVIRONMENT) Connection.@Nullable Environment environment) {}

  /// The end of a trial for which nobody gave a card.
  public enum TrialWithoutCard {
    INVOICE,
    CANCEL,
    PAUSE
  }

  /// One price to subscribe to.
  public record SubscribedItem(
      @About("The provider's id of the price.") String price,
      @About("1 where it is not given.") @Nullable Integer quantity) {}

  /// A subscription as it was made or changed, and what its customer has to confirm.
  public record StartedSubscriptionView(
      @About("As the provider answered it. The record at its `id` follows with the webhooks.")
          SubscriptionRoutes.SubscriptionView subscription,
      @About(
              "Null when nothing is to be confirmed, as for one that costs nothing. One that goes on"
                  + " after a paused trial stays `paused` until it is confirmed.")
          @Nullable ConfirmationView confirmation) {}

  /// What the customer confirms, by Stripe.js.
  public record ConfirmationView(
      @About(
              "`payment`: `stripe.confirmPayment`. `setup`: `stripe.confirmSetup`, a card for later"
                  + " payments.")
          String kind,
      @About("For this customer's browser alone.") String clientSecret) {}

  private StartedSubscriptionView create(Request request, CreateSubscription body) {
    List<PriceChecks.Wanted> wanted =
        PriceChecks.wanted(body.price(), body.quantity(), items(body.items()));
    int trialDays =
        PriceChecks.bounded("trial_days", body.trialDays(), 0, 0, PriceChecks.TRIAL_DAYS_MAX);
    if (body.trialWithoutCard() != null && trialDays == 0) {
      throw ProblemException.invalidField(
          "trial_without_card", "`trial_without_card` goes with `trial_days`.");
    }
    UUID effect = callers.effect(request);
    StripeConnections.Account account =
        callers.account(request, body.connection(), body.environment(), body.customer());
    List<NewSubscription.Item> items = new ArrayList<>();
    for (PriceChecks.Wanted one : wanted) {
      items.add(
          new NewSubscription.Item(
              prices.sellable(request, account, one.price(), "price"), one.quantity()));
    }
    String customer = callers.customer(request, account, body.customer());
    String promotion =
        body.promotionCode() == null
            ? ""
            : promotion(account, customer, body.promotionCode().strip());
    StartedSubscription started =
        callers.changed(
            request,
            account,
            account
                .stripe()
                .subscriptions()
                .create(
                    new NewSubscription(
                        callers.origin(request, account, effect),
                        customer,
                        items,
                        promotion,
                        trialDays,
                        withoutCard(body.trialWithoutCard())),
                    effect.toString()));
    callers.made(request, account, started.subscription().id());
    PaymentViews.Made made =
        database.asTenant(
            request.tenant(),
            tx ->
                views.madeSubscription(
                    tx, account.place(), ids.next(), started.subscription(), clock.instant()));
    if (made.told()) {
      // A webhook was faster and didn't know that it was bought. One more fact makes up for it.
      var wish =
          new FetchWish(
              account.place().connection(),
              StripeLookUps.Kind.SUBSCRIPTION,
              started.subscription().id());
      database.useTenant(
          account.owner(),
          tx -> jobs.make(tx, List.of(wish.job(null, clock.instant().plus(FetchWish.TIE_WAITS)))));
    }
    return view(Ids.write(Prefix.SUBSCRIPTION, made.id()), 0, account.place(), started);
  }

  /// As Stripe has it now: a first payment whose page was left, or a later one that the bank wants
  /// confirmed.
  private StartedSubscriptionView confirmation(Request request) {
    var found = known.alive(request);
    StripeConnections.Account account = callers.account(request, found.connection());
    return view(
        found.view().id(),
        found.view().revision(),
        account.place(),
        callers.accepted(
            account, account.stripe().subscriptions().confirmation(found.providerId())));
  }

  private static NewSubscription.WithoutCard withoutCard(@Nullable TrialWithoutCard asked) {
    return switch (asked == null ? TrialWithoutCard.INVOICE : asked) {
      case INVOICE -> NewSubscription.WithoutCard.INVOICE;
      case CANCEL -> NewSubscription.WithoutCard.CANCEL;
      case PAUSE -> NewSubscription.WithoutCard.PAUSE;
    };
  }

  private static @Nullable List<PriceChecks.Wanted> items(@Nullable List<SubscribedItem> given) {
    return given == null
        ? null
        : given.stream()
            .map(
                item -> new PriceChecks.Wanted(item.price(), PriceChecks.quantity(item.quantity())))
            .toList();
  }

  /// The provider's id of a promotion code. One that has been used up since the first run is still
  /// found, so that a repetition is the same to the byte; Stripe says when it can't be used.
  /// Several may be called the same, where they are for single customers.
  private String promotion(StripeConnections.Account account, String customer, String given) {
    boolean id = given.startsWith("promo_");
    if (given.isEmpty() || given.length() > CODE_CHARS_MAX || !given.matches("[A-Za-z0-9_-]+")) {
      throw noSuchCode();
    }
    return id
        ? given
        : callers.accepted(account, account.stripe().subscriptions().promotionCodes(given)).stream()
            .filter(code -> code.customer().isEmpty() || code.customer().equals(customer))
            .max(
                Comparator.comparing((PromotionCodeSnapshot code) -> !code.customer().isEmpty())
                    .thenComparing(PromotionCodeSnapshot::active)
                    .thenComparing(
                        PromotionCodeSnapshot::created,
                        Comparator.nullsFirst(Comparator.naturalOrder())))
            .orElseThrow(SubscribeRoutes::noSuchCode)
            .id();
  }

  private static ProblemException noSuchCode() {
    return ProblemException.invalidField("promotion_code", "There is no such promotion code.");
  }

  static StartedSubscriptionView view(
      String id, long revision, Place place, StartedSubscription started) {
    @Nullable Confirmation confirmation = started.confirmation();
    return new StartedSubscriptionView(
        SubscriptionRoutes.view(id, revision, place, started.subscription()),
        confirmation == null
            ? null
            : new ConfirmationView(
                confirmation.kind().name().toLowerCase(java.util.Locale.ROOT),
                confirmation.clientSecret().reveal()));
  }
}
