package dev.tenon.payment;

import dev.tenon.connector.stripe.InvoiceSnapshot;
import dev.tenon.email.TemplateMail;
import dev.tenon.event.EventType;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What follows when a payment changes: events for the application, mails for the customer.
///
/// A receipt is sent once for each payment but a subscription's first, which its confirmation tells
/// of. A failure is told once an invoice, and not after the payment succeeded.
final class InvoiceFollowUps {
  private InvoiceFollowUps() {}

  static void succeeded(PaymentBatch batch, PaymentRow row, InvoiceSnapshot invoice, UUID cause) {
    tell(batch, EventType.PAYMENT_SUCCEEDED, row, cause);
    if (!invoice.billingReason().equals("subscription_create")) {
      Map<String, Object> data = new HashMap<>();
      data.put("amount", Wording.amount(row.amount, 1L, row.currency));
      data.put("paid_at", Wording.day(row.paidAt));
      data.put("receipt_number", row.number == null ? row.providerId : row.number);
      data.put("description", description(invoice, "Your subscription"));
      mail(batch, "receipt", row, invoice, data, "invoice_url", cause);
    }
  }

  /// @param firstKnown no failure of this invoice was known before
  static void failed(
      PaymentBatch batch, PaymentRow row, InvoiceSnapshot invoice, boolean firstKnown, UUID cause) {
    tell(batch, EventType.PAYMENT_FAILED, row, cause);
    if (firstKnown) {
      Map<String, Object> data = new HashMap<>();
      data.put("amount", Wording.amount(row.amount, 1L, row.currency));
      data.put("plan", description(invoice, "your plan"));
      if (invoice.nextPaymentAttempt() != null) {
        data.put("next_attempt", Wording.day(invoice.nextPaymentAttempt()));
      }
      mail(batch, "payment-failed", row, invoice, data, "update_payment_url", cause);
    }
  }

  private static String description(InvoiceSnapshot invoice, String otherwise) {
    String first =
        invoice.lines().isEmpty() ? null : PlainText.name(invoice.lines().getFirst().description());
    return first == null ? otherwise : first;
  }

  private static void mail(
      PaymentBatch batch,
      String template,
      PaymentRow row,
      InvoiceSnapshot invoice,
      Map<String, Object> data,
      String urlField,
      UUID cause) {
    String address = PlainText.name(invoice.customerEmail());
    if (address == null) {
      return;
    }
    String name = PlainText.name(invoice.customerName());
    if (name != null) {
      data.put("customer_name", name);
    }
    if (invoice.hostedInvoiceUrl().startsWith("https://")
        || invoice.hostedInvoiceUrl().startsWith("http://")) {
      data.put(urlField, invoice.hostedInvoiceUrl());
    }
    String about = Ids.write(Prefix.PAYMENT, row.id);
    batch.mails.add(
        new TemplateMail(
            template + ":" + about,
            template,
            name == null ? "" : name,
            address,
            data,
            cause,
            about));
  }

  private static void tell(PaymentBatch batch, EventType type, PaymentRow row, UUID cause) {
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("provider_id", row.providerId);
    data.put("amount", row.amount);
    data.put("currency", row.currency);
    data.put("subscription_provider_id", row.subscription);
    data.put("customer_provider_id", row.customer);
    data.put("failed_tries", row.failedTries);
    batch.tell(type, Ids.write(Prefix.PAYMENT, row.id), data, cause);
  }
}
