package dev.tenon.payment;

import dev.tenon.connector.stripe.ChargeSnapshot;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What went back of one charge: what its single refunds amount to, and what the charge itself
/// said, as its events don't name them and older ones may never have been told. A refund that fails
/// lowers it, and Stripe tells of that by the refund alone.
final class RefundRow {
  final UUID id;
  final String providerId;
  @Nullable String invoice;
  @Nullable String paymentIntent;
  @Nullable String customer;
  long amountRefunded;
  String currency = "";

  /// What the newest fact about the charge said, and in which second; the greater of one second.
  long toldAmount;

  long toldSecond;
  boolean changed;

  RefundRow(UUID id, String providerId) {
    this.id = id;
    this.providerId = providerId;
  }

  /// Folds in what a charge says; what went back is to be computed anew then.
  void add(ChargeSnapshot charge, long second) {
    invoice = invoice == null ? PlainText.id(charge.invoice()) : invoice;
    paymentIntent = paymentIntent == null ? PlainText.id(charge.paymentIntent()) : paymentIntent;
    customer = customer == null ? PlainText.id(charge.customer()) : customer;
    currency = currency.isEmpty() ? PaymentRow.currency(charge.currency()) : currency;
    if (second > toldSecond) {
      toldAmount = charge.amountRefunded();
      toldSecond = second;
    } else if (second == toldSecond) {
      toldAmount = Math.max(toldAmount, charge.amountRefunded());
    }
    changed = true;
  }

  /// Folds in what a refund says of its charge.
  ///
  /// @param payer whose payment it was, null where that is not known
  void mention(SingleRefundFact refund, @Nullable String payer) {
    customer = customer == null ? payer : customer;
    paymentIntent = paymentIntent == null ? refund.paymentIntent() : paymentIntent;
    currency = currency.isEmpty() ? refund.currency() : currency;
    changed = true;
  }

  /// Computes what went back; answers whether it is more than was known. It is what the single
  /// refunds amount to that have not failed, or what the charge said without those that failed
  /// since, whichever is more: some may be known to the charge alone, and some came after its
  /// newest fact. A function of the facts, whatever order they come in.
  boolean compute(Collection<SingleRefundRow> refunds) {
    long known = 0;
    long failedSince = 0;
    for (SingleRefundRow row : refunds) {
      SingleRefundFact refund = row.shown();
      if (refund == null || !providerId.equals(refund.charge())) {
        continue;
      }
      if (!refund.isFinal()) {
        known += refund.amount();
      } else if (refund.second() >= toldSecond) {
        failedSince += refund.amount();
      }
    }
    long now = Math.max(0, Math.max(known, toldAmount - failedSince));
    boolean more = now > amountRefunded;
    amountRefunded = now;
    return more;
  }
}
