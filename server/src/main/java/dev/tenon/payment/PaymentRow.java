package dev.tenon.payment;

import dev.tenon.connector.stripe.CheckoutSessionSnapshot;
import dev.tenon.connector.stripe.InvoiceSnapshot;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A payment, of an invoice or a single one, while facts are folded into it. Success stays: a
/// failure that arrives later happened before. All else is a minimum or a maximum, so that the
/// order of arrival leaves no trace.
final class PaymentRow {
  private static final int CURRENCY_CHARS_MAX = 16;

  final UUID id;
  final String providerId;
  @Nullable String subscription;
  @Nullable String customer;
  @Nullable String number;
  @Nullable String billingReason;
  boolean succeeded;
  long amount;
  String currency = "";
  int failedTries;
  int actionTries;

  /// The failed try of which the customer is told by mail; 0 while there is none.
  int failureMailTry;

  /// Its invoice was given up, by which it can still be paid, or is nothing any more.
  boolean uncollectible;

  boolean voided;
  @Nullable Instant paidAt;
  boolean changed;

  PaymentRow(UUID id, String providerId) {
    this.id = id;
    this.providerId = providerId;
  }

  /// What an invoice that counts as paid brought: what was paid through Stripe, else what was due
  /// and marked as paid by hand. Nothing where nothing was due.
  static long paid(InvoiceSnapshot invoice) {
    return invoice.amountPaid() > 0 ? invoice.amountPaid() : Math.max(0, invoice.amountDue());
  }

  /// Folds a success in; answers whether it is news.
  boolean succeed(InvoiceSnapshot invoice, Instant happenedAt) {
    mention(invoice);
    return succeed(paid(invoice), invoice.paidAt() == null ? happenedAt : invoice.paidAt());
  }

  /// Folds in that a single payment was made at a checkout; answers whether it is news.
  boolean succeed(CheckoutSessionSnapshot session, Instant happenedAt) {
    mention(session);
    return succeed(total(session), happenedAt);
  }

  private boolean succeed(long paid, Instant at) {
    boolean news = !succeeded;
    paidAt = paidAt == null || at.isBefore(paidAt) ? at : paidAt;
    amount = succeeded ? Math.max(amount, paid) : paid;
    succeeded = true;
    return news;
  }

  /// Folds a failed try in; answers whether it is news.
  boolean fail(InvoiceSnapshot invoice) {
    mention(invoice);
    return fail(tries(invoice), invoice.amountDue());
  }

  /// Folds in that the bank wants the customer to confirm; answers whether it is news.
  boolean requireAction(InvoiceSnapshot invoice) {
    mention(invoice);
    int tries = tries(invoice);
    boolean news = tries > actionTries && !succeeded && !voided;
    if (!succeeded && failedTries == 0) {
      amount = Math.max(amount, invoice.amountDue());
    }
    actionTries = Math.max(actionTries, tries);
    return news;
  }

  /// Which try an invoice tells of.
  static int tries(InvoiceSnapshot invoice) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, invoice.attemptCount()));
  }

  /// Whether its last try only waits for the customer. Stripe tells of such a try twice, as one
  /// that failed as well (docs.stripe.com/billing/subscriptions/webhooks, 2026-10).
  boolean waitsForCustomer() {
    return !succeeded && actionTries > 0 && actionTries >= failedTries;
  }

  String state() {
    if (succeeded) {
      return "succeeded";
    }
    return voided
        ? "voided"
        : uncollectible ? "uncollectible" : waitsForCustomer() ? "action_required" : "failed";
  }

  /// Folds in that the invoice was given up.
  void giveUp(InvoiceSnapshot invoice, boolean isVoid) {
    mention(invoice);
    voided |= isVoid;
    uncollectible |= !isVoid;
    if (!succeeded && failedTries == 0) {
      amount = Math.max(amount, invoice.amountDue());
    }
  }

  /// Folds in that a single payment did not come; answers whether it is news.
  boolean fail(CheckoutSessionSnapshot session) {
    mention(session);
    return fail(1, total(session));
  }

  private boolean fail(int tries, long due) {
    boolean news = tries > failedTries && !succeeded && !voided;
    if (!succeeded && tries >= failedTries) {
      amount = tries > failedTries ? due : Math.max(amount, due);
    }
    failedTries = Math.max(failedTries, tries);
    return news;
  }

  private void mention(InvoiceSnapshot invoice) {
    subscription = subscription == null ? PlainText.id(invoice.subscription()) : subscription;
    customer = customer == null ? PlainText.id(invoice.customer()) : customer;
    number = number == null ? PlainText.id(invoice.number()) : number;
    billingReason = billingReason == null ? PlainText.id(invoice.billingReason()) : billingReason;
    currency = currency.isEmpty() ? currency(invoice.currency()) : currency;
    changed = true;
  }

  private void mention(CheckoutSessionSnapshot session) {
    customer = customer == null ? PlainText.id(session.customer()) : customer;
    currency = currency.isEmpty() ? currency(session.currency()) : currency;
    changed = true;
  }

  private static long total(CheckoutSessionSnapshot session) {
    return session.amountTotal() == null ? 0 : Math.max(0, session.amountTotal());
  }

  static String currency(String text) {
    String plain = PlainText.of(text, CURRENCY_CHARS_MAX);
    return plain == null ? "" : plain;
  }
}
