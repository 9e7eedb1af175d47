package dev.tenon.payment;

import dev.tenon.connector.stripe.InvoiceSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A subscription while facts are folded into it. Every change it knows is a maximum or an "ever",
/// so the end is the same in whatever order they come.
final class SubscriptionRow {
  final UUID id;
  final String providerId;
  List<SubscriptionFact> newest;
  @Nullable String customer;
  @Nullable String contactEmail;
  @Nullable String contactName;
  String contactRank = "";
  boolean wasActive;
  boolean checkoutCompleted;
  boolean confirmationMade;
  boolean cancellationMade;
  boolean activatedTold;
  long revision;
  Map<String, String> planNames = Map.of();
  String planNamesRank = "";

  /// The key of the receipt for its first invoice, which waits to see whether a checkout belongs to
  /// it; null when there is none.
  @Nullable String firstReceipt;

  /// The end of a trial that was announced and is not told yet; null for none.
  @Nullable Instant trialNotice;

  /// When the newest announcement was, told or not.
  @Nullable Instant trialNoticeAsOf;

  boolean changed;
  private @Nullable SubscriptionFact shown;

  SubscriptionRow(UUID id, String providerId, List<SubscriptionFact> newest) {
    this.id = id;
    this.providerId = providerId;
    this.newest = newest;
    this.shown = newest.isEmpty() ? null : NewestFact.of(newest);
  }

  /// The fact that the row shows, null while only others mentioned the subscription.
  @Nullable SubscriptionFact shown() {
    return shown;
  }

  SubscriptionState state() {
    return shown == null ? SubscriptionState.PENDING : shown.state();
  }

  void add(SubscriptionFact fact) {
    newest = NewestFact.add(newest, fact);
    shown = NewestFact.of(newest);
    wasActive |= fact.tellsOfUse();
    mention(fact.customer());
    changed = true;
  }

  void checkoutCompleted(SubscriptionContact contact, @Nullable String customer) {
    checkoutCompleted = true;
    write(contact);
    mention(customer);
    changed = true;
  }

  /// Notes whom to write to, unless a better source is known.
  void write(SubscriptionContact contact) {
    if (contact.email() != null && contact.rank().compareTo(contactRank) > 0) {
      contactEmail = contact.email();
      contactName = contact.name();
      contactRank = contact.rank();
      changed = true;
    }
  }

  /// Notes that a trial is announced to end, unless a newer announcement is known.
  void announce(@Nullable Instant end, Instant asOf) {
    if (end != null && (trialNoticeAsOf == null || asOf.isAfter(trialNoticeAsOf))) {
      trialNotice = end;
      trialNoticeAsOf = asOf;
      changed = true;
    }
  }

  /// Whether the announced end is that of the trial which is shown.
  boolean trialEndsAsAnnounced() {
    return shown != null
        && trialNotice != null
        && shown.status().equals("trialing")
        && trialNotice.equals(shown.trialEnd());
  }

  /// The announcement is told, or there is nothing to tell any more.
  void endNotice() {
    trialNotice = null;
    changed = true;
  }

  /// Notes what the invoice calls the plans, unless a newer invoice is known.
  void name(InvoiceSnapshot invoice) {
    Map<String, String> names = PlanName.of(invoice);
    String rank = SubscriptionContact.rank(invoice);
    if (!names.isEmpty() && rank.compareTo(planNamesRank) > 0) {
      planNames = names;
      planNamesRank = rank;
      changed = true;
    }
  }

  /// What people call the plan: its nickname, else what an invoice calls it; null when nobody says.
  @Nullable String plan() {
    if (shown == null || shown.plan() != null) {
      return shown == null ? null : shown.plan();
    }
    return shown.price() == null ? null : planNames.get(shown.price());
  }

  private void mention(@Nullable String customer) {
    if (this.customer == null) {
      this.customer = customer;
    }
  }

  /// Both halves of a new customer have been seen and nobody has told them yet. Who has left
  /// already is not welcomed any more.
  boolean confirmationDue() {
    return checkoutCompleted
        && wasActive
        && state() != SubscriptionState.ENDED
        && !confirmationMade;
  }

  /// It was in use and is over, and nobody has told the customer yet.
  boolean cancellationDue() {
    return wasActive && state() == SubscriptionState.ENDED && !cancellationMade;
  }
}
