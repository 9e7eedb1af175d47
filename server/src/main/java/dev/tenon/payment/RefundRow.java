package dev.tenon.payment;

import dev.tenon.connector.stripe.ChargeSnapshot;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What went back of one charge. The amount only grows, so the greatest one is the newest.
final class RefundRow {
  final UUID id;
  final String providerId;
  @Nullable String invoice;
  @Nullable String paymentIntent;
  @Nullable String customer;
  long amountRefunded;
  String currency = "";
  boolean changed;

  RefundRow(UUID id, String providerId) {
    this.id = id;
    this.providerId = providerId;
  }

  /// Folds a charge in; answers whether more went back than was known.
  boolean add(ChargeSnapshot charge) {
    invoice = invoice == null ? PlainText.id(charge.invoice()) : invoice;
    paymentIntent = paymentIntent == null ? PlainText.id(charge.paymentIntent()) : paymentIntent;
    customer = customer == null ? PlainText.id(charge.customer()) : customer;
    currency = currency.isEmpty() ? PaymentRow.currency(charge.currency()) : currency;
    boolean news = charge.amountRefunded() > amountRefunded;
    amountRefunded = Math.max(amountRefunded, charge.amountRefunded());
    changed = true;
    return news;
  }
}
