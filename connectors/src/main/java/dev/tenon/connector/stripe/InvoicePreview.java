package dev.tenon.connector.stripe;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An invoice that doesn't exist: what the next one would be. Amounts are minor units of
/// `currency`.
///
/// @param subtotal of the lines, before discounts and taxes
/// @param total after them; negative when more comes back than is to pay
/// @param amountDue what would be charged, after the customer's balance
/// @param chargedAt when it would be, null where Stripe doesn't say
/// @param lines the first ones
/// @param moreLines whether there are more than these
public record InvoicePreview(
    String currency,
    long subtotal,
    long total,
    long amountDue,
    @Nullable Instant chargedAt,
    List<InvoiceSnapshot.Line> lines,
    boolean moreLines) {
  public InvoicePreview {
    lines = List.copyOf(lines);
  }

  /// Throws [IllegalArgumentException] when it doesn't say what is to pay.
  static InvoicePreview of(JsonNode invoice) {
    return new InvoicePreview(
        StripeObjects.required(invoice, "currency").toLowerCase(Locale.ROOT),
        StripeObjects.number(invoice, "subtotal", 0),
        StripeObjects.requiredNumber(invoice, "total"),
        StripeObjects.requiredNumber(invoice, "amount_due"),
        StripeObjects.time(invoice, "next_payment_attempt"),
        StripeObjects.listed(invoice, "lines").stream().map(InvoiceSnapshot.Line::of).toList(),
        StripeObjects.flag(invoice.path("lines"), "has_more"));
  }
}
