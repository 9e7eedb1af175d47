package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.InvoicePreview;
import dev.tenon.connector.stripe.InvoiceSnapshot;
import dev.tenon.connector.stripe.SubscriptionChange;
import dev.tenon.connector.stripe.SubscriptionSnapshot;
import dev.tenon.http.About;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `PATCH …/subscriptions/{subscription}` and its preview: another price or quantity.
final class SubscriptionChangeRoutes {
  private static final String SUBSCRIPTION = "/v1/tenants/{tenant}/subscriptions/{subscription}";

  private final StripeCallers callers;
  private final KnownSubscriptions known;
  private final PriceChecks prices;
  private final InstantSource clock;

  private SubscriptionChangeRoutes(
      StripeCallers callers, KnownSubscriptions known, PriceChecks prices, InstantSource clock) {
    this.callers = callers;
    this.known = known;
    this.prices = prices;
    this.clock = clock;
  }

  static void declare(
      Routes routes,
      StripeCallers callers,
      KnownSubscriptions known,
      PriceChecks prices,
      InstantSource clock) {
    var here = new SubscriptionChangeRoutes(callers, known, prices, clock);
    routes
        .patch(
            SUBSCRIPTION,
            Scope.PAYMENTS_WRITE,
            UpdateSubscription.class,
            SubscribeRoutes.StartedSubscriptionView.class,
            "Change the price or quantity of a subscription",
            here::change)
        .repeatable();
    routes
        .post(
            SUBSCRIPTION + "/preview",
            Scope.PAYMENTS_READ,
            PreviewSubscription.class,
            InvoicePreviewView.class,
            "Preview the invoice that a change of a subscription leads to",
            here::preview)
        .answers(200);
  }

  /// What becomes of the rest of a period that was paid already.
  public enum Proration {
    NEXT_INVOICE,
    INVOICE_NOW,
    NONE
  }

  /// What happens when an invoice that follows at once can't be paid.
  public enum IfUnpaid {
    REFUSE,
    CONFIRM
  }

  /// Another price or quantity; what is absent stays.
  public record UpdateSubscription(
      @About("Which item: its provider's id or its price. Needed where there are several.")
          @Nullable String item,
      @About("The provider's id of the new price; one that the tenant may sell.")
          @Nullable String price,
      @About("From 1 to 1,000,000.") @Nullable Integer quantity,
      @About(
              "`next_invoice` where it is not given: the rest of the period is settled with the"
                  + " next invoice. `invoice_now`: at once. `none`: it stays as it was paid. A"
                  + " price of another interval is invoiced at once in any case.")
          @Nullable Proration proration,
      @About(
              "The `proration_at` of a preview, to be charged what it said; means nothing with"
                  + " `none`.")
          @Nullable Instant prorationAt,
      @About(
              "`refuse` where it is not given: an invoice at once that can't be paid answers 402"
                  + " and changes nothing. `confirm`: the change is made, and the customer confirms"
                  + " the payment.")
          @Nullable IfUnpaid ifUnpaid) {}

  /// A change to preview; nothing is changed.
  public record PreviewSubscription(
      @Nullable String item,
      @Nullable String price,
      @Nullable Integer quantity,
      @Nullable Proration proration,
      @About("From when it is prorated; now where it is not given.")
          @Nullable Instant prorationAt) {}

  /// An invoice that doesn't exist yet; amounts in minor units of `currency`.
  public record InvoicePreviewView(
      String currency,
      long subtotal,
      @About("After discounts and taxes; negative when more comes back than is to pay.") long total,
      @About("What is charged, after what the customer has left from before.") long amountDue,
      @About("Give it with the change to be charged the same.") Instant prorationAt,
      @About("When it is charged; null where the provider doesn't say.")
          @Nullable Instant chargedAt,
      List<InvoiceLineView> lines,
      @About("Whether the invoice has more lines than these.") boolean moreLines) {}

  /// One line of an invoice.
  public record InvoiceLineView(
      String description,
      long amount,
      @Nullable String price,
      @About("It settles a part of a period.") boolean proration,
      @Nullable Instant periodStart,
      @Nullable Instant periodEnd) {}

  private SubscribeRoutes.StartedSubscriptionView change(Request request, UpdateSubscription body) {
    var wanted =
        new WantedChange(
            body.item(), body.price(), body.quantity(), body.proration(), body.prorationAt());
    var found = known.alive(request);
    StripeConnections.Account account = callers.account(request, found.connection());
    String price = price(request, account, wanted);
    // What Stripe told last names the item; only where it doesn't is Stripe asked.
    String item =
        wanted
            .item(known(found.view()), price, request.isTakenUp())
            .orElseGet(
                () ->
                    item(
                        wanted,
                        price,
                        callers.accepted(account, now(account, found)),
                        request.isTakenUp()));
    SubscriptionChange change = wanted.of(found.providerId(), item, price, body.prorationAt());
    SubscriptionChange.Unpaid unpaid =
        body.ifUnpaid() == IfUnpaid.CONFIRM
            ? SubscriptionChange.Unpaid.CONFIRM
            : SubscriptionChange.Unpaid.REFUSE;
    String key = callers.effect(request).toString();
    return SubscribeRoutes.view(
        found.view().id(),
        found.view().revision(),
        account.place(),
        callers.changed(request, account, account.stripe().changes().change(change, unpaid, key)));
  }

  private InvoicePreviewView preview(Request request, PreviewSubscription body) {
    var wanted =
        new WantedChange(
            body.item(), body.price(), body.quantity(), body.proration(), body.prorationAt());
    var found = known.alive(request);
    StripeConnections.Account account = callers.account(request, found.connection());
    String price = price(request, account, wanted);
    SubscriptionSnapshot now = callers.accepted(account, now(account, found));
    Instant at = body.prorationAt() == null ? from(now) : body.prorationAt();
    InvoicePreview preview =
        callers.accepted(
            account,
            account
                .stripe()
                .changes()
                .preview(
                    wanted.of(found.providerId(), item(wanted, price, now, false), price, at)));
    return new InvoicePreviewView(
        preview.currency(),
        preview.subtotal(),
        preview.total(),
        preview.amountDue(),
        at,
        preview.chargedAt(),
        preview.lines().stream().map(SubscriptionChangeRoutes::line).toList(),
        preview.moreLines());
  }

  private String price(Request request, StripeConnections.Account account, WantedChange wanted) {
    return wanted.price() == null ? "" : prices.sellable(request, account, wanted.price(), "price");
  }

  private static Outcome<SubscriptionSnapshot> now(
      StripeConnections.Account account,
      PaymentViews.Found<SubscriptionRoutes.SubscriptionView> found) {
    return account.stripe().subscriptions().get(found.providerId());
  }

  /// Now; our clock may be a little behind Stripe's, but nothing is prorated before a period began.
  private Instant from(SubscriptionSnapshot subscription) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant start = subscription.currentPeriodStart();
    return start != null && now.isBefore(start) ? start : now;
  }

  private static List<WantedChange.Item> known(SubscriptionRoutes.SubscriptionView view) {
    return view.items().stream()
        .map(item -> new WantedChange.Item(item.providerId(), item.price()))
        .toList();
  }

  private static String item(
      WantedChange wanted, String price, SubscriptionSnapshot now, boolean takenUp) {
    if (SubscriptionState.of(now.status()) == SubscriptionState.ENDED) {
      throw KnownSubscriptions.ended();
    }
    List<WantedChange.Item> items =
        now.items().stream().map(item -> new WantedChange.Item(item.id(), item.price())).toList();
    return wanted.item(items, price, takenUp).orElseThrow(() -> wanted.noSuchItem(items));
  }

  private static InvoiceLineView line(InvoiceSnapshot.Line line) {
    return new InvoiceLineView(
        line.description(),
        line.amount(),
        PlainText.id(line.price()),
        line.proration(),
        line.periodStart(),
        line.periodEnd());
  }
}
