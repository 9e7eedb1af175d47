package dev.tenon.connector.stripe;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An invoice as one event or answer showed it. Absent texts are empty, absent times null; amounts
/// are minor units of `currency`.
///
/// @param subscription the subscription it bills, empty for a single invoice
/// @param status Stripe's own word: `draft`, `open`, `paid`, `uncollectible`, `void`, or a newer
///   one
/// @param paid paid by an attempt or marked as paid; says the same in every API version
/// @param paymentIntent the (default) payment's intent; since 2025-03-31 only where `payments` came
///   along
/// @param charge the charge, where the payload still names one
/// @param metadata the invoice's own
/// @param subscriptionMetadata the subscription's at the time, where `tenant_id` stands
public record InvoiceSnapshot(
    String id,
    String number,
    String customer,
    String customerEmail,
    String customerName,
    String subscription,
    String status,
    boolean paid,
    String billingReason,
    String currency,
    long amountDue,
    long amountPaid,
    long amountRemaining,
    long total,
    long attemptCount,
    @Nullable Instant created,
    @Nullable Instant dueAt,
    @Nullable Instant paidAt,
    @Nullable Instant nextPaymentAttempt,
    String paymentIntent,
    String charge,
    String hostedInvoiceUrl,
    String invoicePdf,
    List<Line> lines,
    Map<String, String> metadata,
    Map<String, String> subscriptionMetadata,
    boolean livemode) {

  /// One line. The event carries the first few only.
  ///
  /// @param price the price's id; a plan's where the payload is older than prices
  public record Line(
      String price,
      String description,
      long amount,
      boolean proration,
      @Nullable Instant periodStart,
      @Nullable Instant periodEnd) {

    static Line of(JsonNode line) {
      JsonNode parent = line.path("parent");
      JsonNode details =
          StripeObjects.firstObject(
              parent.path("subscription_item_details"), parent.path("invoice_item_details"), line);
      return new Line(
          StripeObjects.firstNonEmpty(
              StripeObjects.reference(line.path("pricing").path("price_details"), "price"),
              StripeObjects.reference(line, "price"),
              StripeObjects.reference(line, "plan")),
          StripeObjects.text(line, "description"),
          StripeObjects.number(line, "amount", 0),
          StripeObjects.flag(details, "proration"),
          StripeObjects.time(line.path("period"), "start"),
          StripeObjects.time(line.path("period"), "end"));
    }
  }

  public InvoiceSnapshot {
    lines = List.copyOf(lines);
  }

  /// Reads an invoice of any API version since 2020-08-27.
  public static InvoiceSnapshot of(JsonNode invoice) {
    JsonNode details =
        StripeObjects.firstObject(
            invoice.path("parent").path("subscription_details"),
            invoice.path("subscription_details"));
    JsonNode payment = payment(invoice);
    String status = StripeObjects.text(invoice, "status");
    return new InvoiceSnapshot(
        StripeObjects.text(invoice, "id"),
        StripeObjects.text(invoice, "number"),
        StripeObjects.customer(invoice),
        StripeObjects.text(invoice, "customer_email"),
        StripeObjects.text(invoice, "customer_name"),
        StripeObjects.firstNonEmpty(
            StripeObjects.reference(details, "subscription"),
            StripeObjects.reference(invoice, "subscription")),
        status,
        status.equals("paid") || StripeObjects.flag(invoice, "paid"),
        StripeObjects.text(invoice, "billing_reason"),
        StripeObjects.currency(invoice),
        StripeObjects.number(invoice, "amount_due", 0),
        StripeObjects.number(invoice, "amount_paid", 0),
        StripeObjects.number(invoice, "amount_remaining", 0),
        StripeObjects.number(invoice, "total", 0),
        StripeObjects.number(invoice, "attempt_count", 0),
        StripeObjects.time(invoice, "created"),
        StripeObjects.time(invoice, "due_date"),
        StripeObjects.time(invoice.path("status_transitions"), "paid_at"),
        StripeObjects.time(invoice, "next_payment_attempt"),
        StripeObjects.firstNonEmpty(
            StripeObjects.reference(invoice, "payment_intent"),
            StripeObjects.reference(payment, "payment_intent")),
        StripeObjects.firstNonEmpty(
            StripeObjects.reference(invoice, "charge"), StripeObjects.reference(payment, "charge")),
        StripeObjects.text(invoice, "hosted_invoice_url"),
        StripeObjects.text(invoice, "invoice_pdf"),
        StripeObjects.listed(invoice, "lines").stream().map(Line::of).toList(),
        StripeObjects.metadata(invoice),
        StripeObjects.metadata(details),
        StripeObjects.flag(invoice, "livemode"));
  }

  /// The default one of the payments, or the first; missing when none came along.
  private static JsonNode payment(JsonNode invoice) {
    List<JsonNode> payments = StripeObjects.listed(invoice, "payments");
    JsonNode first =
        payments.isEmpty() ? StripeObjects.firstObject() : payments.getFirst().path("payment");
    return payments.stream()
        .filter(payment -> StripeObjects.flag(payment, "is_default"))
        .findFirst()
        .map(payment -> payment.path("payment"))
        .orElse(first);
  }
}
