package dev.tenon.payment;

import dev.tenon.connector.stripe.CheckoutSessionSnapshot;
import dev.tenon.connector.stripe.InvoiceSnapshot;
import dev.tenon.connector.template.Localized;
import dev.tenon.email.TemplateMail;
import dev.tenon.event.EventType;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What follows when a payment changes: events for the application, mails for the customer.
///
/// A receipt is sent once for each payment but the first of a subscription that was bought at a
/// checkout, which its confirmation tells of. Whether a checkout belongs to a first invoice is not
/// to be seen in it, so its receipt waits an hour for one. Who switched confirmations off has the
/// receipt sent in any case. A failure is told once an invoice, not after the payment succeeded,
/// and not where the bank only wants the customer to confirm, which another mail asks for: it waits
/// a minute to see that.
final class InvoiceFollowUps {
  private static final Localized SUBSCRIPTION =
      new Localized.Words("Your subscription", Map.of("de", "Ihr Abo"));
  private static final Localized PURCHASE =
      new Localized.Words("Your purchase", Map.of("de", "Ihr Kauf"));

  private InvoiceFollowUps() {}

  /// @param of the subscription that is billed, null for none
  static void succeeded(
      PaymentBatch batch,
      PaymentRow row,
      InvoiceSnapshot invoice,
      @Nullable SubscriptionRow of,
      UUID cause) {
    tell(batch, EventType.PAYMENT_SUCCEEDED, row, cause);
    SubscriptionRow begun = invoice.billingReason().equals("subscription_create") ? of : null;
    TemplateMail receipt =
        mail(
            "receipt",
            row,
            new Recipient(invoice),
            receipt(row, row.number == null ? row.providerId : row.number, described(invoice)),
            "invoice_url",
            cause);
    if (receipt == null) {
      return;
    }
    if (begun != null && begun.checkoutCompleted) {
      batch.confirmedReceipts.add(receipt);
    } else if (begun != null) {
      batch.firstReceipts.add(receipt);
      begun.firstReceipt = receipt.onceKey();
      begun.changed = true;
    } else {
      batch.mails.add(() -> receipt);
    }
  }

  /// A checkout belongs to the subscription: its confirmation tells of the first payment.
  static void withdrawFirstReceipt(PaymentBatch batch, SubscriptionRow of) {
    String key = of.firstReceipt;
    if (key != null) {
      of.firstReceipt = null;
      of.changed = true;
      boolean fresh = false;
      for (TemplateMail mail : List.copyOf(batch.firstReceipts)) {
        if (key.equals(mail.onceKey())) {
          fresh = batch.firstReceipts.remove(mail);
          batch.confirmedReceipts.add(mail);
        }
      }
      if (!fresh) {
        batch.withdrawn.add(key);
      }
    }
  }

  /// A single payment was made at a checkout.
  static void succeeded(
      PaymentBatch batch, PaymentRow row, CheckoutSessionSnapshot session, UUID cause) {
    tell(batch, EventType.PAYMENT_SUCCEEDED, row, cause);
    TemplateMail receipt =
        mail(
            "receipt",
            row,
            new Recipient(session.customerEmail(), session.customerName(), ""),
            receipt(row, Ids.write(Prefix.PAYMENT, row.id), PURCHASE),
            "invoice_url",
            cause);
    if (receipt != null) {
      batch.mails.add(() -> receipt);
    }
  }

  /// A single payment did not come. The checkout's page told the customer; no mail does.
  static void failed(PaymentBatch batch, PaymentRow row, UUID cause) {
    tell(batch, EventType.PAYMENT_FAILED, row, cause);
  }

  /// The bank wants the customer to confirm. Where the same try was told as failed before, its mail
  /// is taken back.
  static void actionRequired(PaymentBatch batch, PaymentRow row, UUID cause) {
    tell(batch, EventType.PAYMENT_ACTION_REQUIRED, row, cause);
    if (row.failureMailTry > 0 && row.failureMailTry <= row.actionTries && row.waitsForCustomer()) {
      String key = failureKey(row);
      row.failureMailTry = 0;
      if (!batch.failures.removeIf(mail -> key.equals(mail.onceKey()))) {
        batch.noFailures.add(key);
      }
    }
  }

  private static String failureKey(PaymentRow row) {
    return "payment-failed:%s:%d".formatted(Ids.write(Prefix.PAYMENT, row.id), row.failureMailTry);
  }

  private static Object described(InvoiceSnapshot invoice) {
    String description = description(invoice, "");
    return description.isEmpty() ? SUBSCRIPTION : description;
  }

  private static Map<String, Object> receipt(PaymentRow row, String number, Object description) {
    Map<String, Object> data = new HashMap<>();
    data.put("amount", Wording.amount(row.amount, row.currency));
    data.put("paid_at", Wording.day(row.paidAt));
    data.put("receipt_number", number);
    data.put("description", description);
    return data;
  }

  /// A try failed. The mail is made once an invoice. Of a first invoice it is made only once the
  /// subscription has been in use: until then its buyer sits in the form that says so.
  ///
  /// @param of the subscription that is billed, null for none
  static void failed(
      PaymentBatch batch,
      PaymentRow row,
      InvoiceSnapshot invoice,
      @Nullable SubscriptionRow of,
      UUID cause) {
    tell(batch, EventType.PAYMENT_FAILED, row, cause);
    boolean inTheForm =
        invoice.billingReason().equals("subscription_create") && (of == null || !of.wasActive);
    if (row.failureMailTry == 0 && !inTheForm) {
      row.failureMailTry = row.failedTries;
      Map<String, Object> data = new HashMap<>();
      data.put("amount", Wording.amount(row.amount, row.currency));
      String plan = PlanName.of(description(invoice, ""));
      if (plan != null) {
        data.put("plan", plan);
      }
      if (invoice.nextPaymentAttempt() != null) {
        data.put("next_attempt", Wording.day(invoice.nextPaymentAttempt()));
      }
      TemplateMail mail =
          mail("payment-failed", row, new Recipient(invoice), data, "update_payment_url", cause);
      if (mail == null) {
        row.failureMailTry = 0;
      } else {
        batch.failures.add(mail.onceKey(failureKey(row)));
      }
    }
  }

  /// The customer's bank wants a confirmation. Asked for once an invoice, and not for the first one
  /// of a subscription, which is confirmed in the form that buys it; nor when it is paid already.
  static void toConfirm(PaymentBatch batch, String invoiceId, InvoiceSnapshot invoice, UUID cause) {
    String address = PlainText.name(invoice.customerEmail());
    if (address == null || invoice.billingReason().equals("subscription_create")) {
      return;
    }
    Map<String, Object> data = new HashMap<>();
    data.put(
        "amount", Wording.amount(invoice.amountDue(), PaymentRow.currency(invoice.currency())));
    String plan = PlanName.of(description(invoice, ""));
    if (plan != null) {
      data.put("plan", plan);
    }
    String name = PlainText.name(invoice.customerName());
    if (name != null) {
      data.put("customer_name", name);
    }
    String page = invoice.hostedInvoiceUrl();
    if (page.startsWith("https://") || page.startsWith("http://")) {
      data.put("confirm_url", page);
    }
    batch.confirmations.put(
        invoiceId,
        new TemplateMail(
            "payment-action-required:" + invoiceId,
            "payment-action-required",
            name == null ? "" : name,
            address,
            data,
            cause,
            null));
  }

  private static String description(InvoiceSnapshot invoice, String otherwise) {
    String first =
        invoice.lines().isEmpty() ? null : PlainText.name(invoice.lines().getFirst().description());
    return first == null ? otherwise : first;
  }

  /// Whom to write to, and the page that the mail leads to.
  private record Recipient(String email, String name, String page) {
    Recipient(InvoiceSnapshot invoice) {
      this(invoice.customerEmail(), invoice.customerName(), invoice.hostedInvoiceUrl());
    }
  }

  private static @Nullable TemplateMail mail(
      String template,
      PaymentRow row,
      Recipient to,
      Map<String, Object> data,
      String urlField,
      UUID cause) {
    String address = PlainText.name(to.email());
    if (address == null) {
      return null;
    }
    String name = PlainText.name(to.name());
    if (name != null) {
      data.put("customer_name", name);
    }
    if (to.page().startsWith("https://") || to.page().startsWith("http://")) {
      data.put(urlField, to.page());
    }
    String about = Ids.write(Prefix.PAYMENT, row.id);
    return new TemplateMail(
        template + ":" + about, template, name == null ? "" : name, address, data, cause, about);
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
