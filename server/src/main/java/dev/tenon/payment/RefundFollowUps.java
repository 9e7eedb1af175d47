package dev.tenon.payment;

import dev.tenon.connector.stripe.ChargeSnapshot;
import dev.tenon.connector.stripe.StripeObjects;
import dev.tenon.event.EventType;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What follows when a charge or one of its refunds is told of: `payment.refunded` whenever more
/// went back than was known, and `payment.refund_failed` once for each refund that came to nothing.
final class RefundFollowUps {
  private RefundFollowUps() {}

  static String charge(PaymentBatch batch, StripeFact fact) {
    ChargeSnapshot charge = ChargeSnapshot.of(fact.object());
    if (fact.fact().kind().endsWith(".fetched") && charge.amountRefunded() == 0) {
      return "nothing of charge %s went back".formatted(fact.id());
    }
    RefundRow row = batch.refund(fact.id());
    row.add(charge, fact.fact().occurredAt().getEpochSecond());
    compute(batch, row, fact.uuid());
    return "%d %s of charge %s refunded"
        .formatted(row.amountRefunded, row.currency, row.providerId);
  }

  static String refund(PaymentBatch batch, StripeFact fact) {
    SingleRefundRow row = batch.singleRefund(fact.id());
    row.add(
        SingleRefundFact.of(
            fact.event(),
            fact.fact().occurredAt(),
            fact.fact().kind(),
            fact.object(),
            StripeObjects.previousAttributes(fact.tree())));
    SingleRefundFact shown = Objects.requireNonNull(row.shown());
    String state = SingleRefundFact.state(shown.status());
    if (shown.charge() == null) {
      return "refund %s is %s".formatted(row.providerId, state);
    }
    RefundRow charge = batch.refund(shown.charge());
    charge.mention(shown, batch.payer(shown.paymentIntent()));
    compute(batch, charge, fact.uuid());
    if (row.failureDue()) {
      row.failureTold = true;
      Map<String, @Nullable Object> data = data(charge);
      data.put("refund_provider_id", row.providerId);
      data.put("amount", shown.amount());
      data.put("state", state);
      data.put("failure_reason", shown.failureReason());
      batch.tell(
          EventType.PAYMENT_REFUND_FAILED, Ids.write(Prefix.REFUND, charge.id), data, fact.uuid());
    }
    return "refund %s is %s".formatted(row.providerId, state);
  }

  private static void compute(PaymentBatch batch, RefundRow row, UUID cause) {
    if (row.compute(batch.singleRefunds())) {
      batch.tell(EventType.PAYMENT_REFUNDED, Ids.write(Prefix.REFUND, row.id), data(row), cause);
    }
  }

  private static Map<String, @Nullable Object> data(RefundRow row) {
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("charge_provider_id", row.providerId);
    data.put("invoice_provider_id", row.invoice);
    data.put("payment_intent", row.paymentIntent);
    data.put("customer_provider_id", row.customer);
    data.put("amount_refunded", row.amountRefunded);
    data.put("currency", row.currency);
    return data;
  }
}
