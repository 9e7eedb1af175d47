package dev.tenon.connector.stripe;

import java.time.Instant;
import java.util.List;
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

  static InvoicePreview of(JsonNode invoice) {
    return new InvoicePreview(
        StripeObjects.currency(invoice),
        StripeObjects.number(invoice, "subtotal", 0),
        StripeObjects.number(invoice, "total", 0),
        StripeObjects.number(invoice, "amount_due", 0),
        StripeObjects.time(invoice, "next_payment_attempt"),
        StripeObjects.listed(invoice, "lines").stream().map(InvoiceSnapshot.Line::of).toList(),
        StripeObjects.flag(invoice.path("lines"), "has_more"));
  }
}
