package dev.tenon.payment;

import dev.tenon.connector.stripe.InvoiceSnapshot;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A payment while facts are folded into it. Success stays: a failure that arrives later happened
/// before.
final class PaymentRow {
  final UUID id;
  final String providerId;
  final boolean isNew;
  @Nullable String subscription;
  @Nullable String customer;
  boolean succeeded;
  long amount;
  String currency = "";
  int failedTries;
  @Nullable Instant paidAt;
  boolean changed;

  PaymentRow(UUID id, String providerId, boolean isNew) {
    this.id = id;
    this.providerId = providerId;
    this.isNew = isNew;
  }

  /// Folds a success in; answers whether it is news.
  boolean succeed(InvoiceSnapshot invoice, Instant happenedAt) {
    mention(invoice);
    boolean news = !succeeded;
    Instant paid = invoice.paidAt() == null ? happenedAt : invoice.paidAt();
    paidAt = paidAt == null || paid.isBefore(paidAt) ? paid : paidAt;
    succeeded = true;
    amount = invoice.amountPaid();
    return news;
  }

  /// Folds a failed try in; answers whether it is news.
  boolean fail(InvoiceSnapshot invoice) {
    mention(invoice);
    int tries = (int) Math.max(1, Math.min(Integer.MAX_VALUE, invoice.attemptCount()));
    boolean news = tries > failedTries && !succeeded;
    failedTries = Math.max(failedTries, tries);
    if (!succeeded) {
      amount = invoice.amountDue();
    }
    return news;
  }

  private void mention(InvoiceSnapshot invoice) {
    subscription =
        subscription == null ? SubscriptionFact.orNull(invoice.subscription()) : subscription;
    customer = customer == null ? SubscriptionFact.orNull(invoice.customer()) : customer;
    currency = invoice.currency();
    changed = true;
  }
}
