package dev.tenon.payment;

import java.util.List;
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
  boolean changed;

  SubscriptionRow(UUID id, String providerId, List<SubscriptionFact> newest) {
    this.id = id;
    this.providerId = providerId;
    this.newest = newest;
  }

  /// The fact that the row shows, null while only others mentioned the subscription.
  @Nullable SubscriptionFact shown() {
    return newest.isEmpty() ? null : NewestFact.of(newest);
  }

  SubscriptionState state() {
    SubscriptionFact shown = shown();
    return shown == null ? SubscriptionState.PENDING : shown.state();
  }

  void add(SubscriptionFact fact) {
    newest = NewestFact.add(newest, fact);
    wasActive |= fact.state().tellsOfUse();
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
        && !confirmationMade
        && contactEmail != null;
  }

  /// It was in use and is over, and nobody has told the customer yet.
  boolean cancellationDue() {
    return wasActive
        && state() == SubscriptionState.ENDED
        && !cancellationMade
        && contactEmail != null;
  }
}
