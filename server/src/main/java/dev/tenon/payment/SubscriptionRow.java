package dev.tenon.payment;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A subscription while facts are folded into it. Every change it knows is a maximum or an "ever",
/// so the end is the same in whatever order they come.
final class SubscriptionRow {
  final UUID id;
  final String providerId;
  final boolean isNew;
  List<SubscriptionFact> newest;
  @Nullable String customer;
  @Nullable String contactEmail;
  @Nullable String contactName;
  boolean wasActive;
  boolean checkoutCompleted;
  boolean confirmationMade;
  boolean cancellationMade;
  boolean changed;

  SubscriptionRow(UUID id, String providerId, boolean isNew, List<SubscriptionFact> newest) {
    this.id = id;
    this.providerId = providerId;
    this.isNew = isNew;
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
    wasActive |= fact.state().inUse();
    if (customer == null) {
      customer = fact.customer();
    }
    changed = true;
  }

  void checkoutCompleted(@Nullable String email, @Nullable String name, @Nullable String customer) {
    checkoutCompleted = true;
    contactEmail = email == null ? contactEmail : email;
    contactName = name == null ? contactName : name;
    this.customer = this.customer == null ? customer : this.customer;
    changed = true;
  }

  /// Both halves of a new customer have been seen and nobody has told them yet.
  boolean confirmationDue() {
    return checkoutCompleted && wasActive && !confirmationMade && contactEmail != null;
  }

  /// It was in use and is over, and nobody has told the customer yet.
  boolean cancellationDue() {
    return wasActive
        && state() == SubscriptionState.ENDED
        && !cancellationMade
        && contactEmail != null;
  }
}
