package dev.tenon.payment;

import dev.tenon.connector.stripe.CheckoutSessionSnapshot;
import dev.tenon.connector.stripe.InvoiceSnapshot;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whom to write to about a subscription.
///
/// @param rank orders sources: what the customer typed at the checkout beats what an invoice says,
///   then the newer one wins, whatever the order of arrival
record SubscriptionContact(@Nullable String email, @Nullable String name, String rank) {

  static SubscriptionContact of(CheckoutSessionSnapshot session) {
    return new SubscriptionContact(
        PlainText.name(session.customerEmail()),
        PlainText.name(session.customerName()),
        rank("2", session.created(), session.id()));
  }

  /// What the customer's own record says, for where nothing better is known.
  static SubscriptionContact of(CustomerFact customer) {
    return new SubscriptionContact(customer.email(), customer.name(), "");
  }

  static SubscriptionContact of(InvoiceSnapshot invoice) {
    return new SubscriptionContact(
        PlainText.name(invoice.customerEmail()),
        PlainText.name(invoice.customerName()),
        rank(invoice));
  }

  /// Orders invoices from the older to the newer.
  static String rank(InvoiceSnapshot invoice) {
    return rank("1", invoice.created(), invoice.id());
  }

  private static String rank(String source, @Nullable Instant created, String id) {
    return "%s:%012d:%s".formatted(source, created == null ? 0 : created.getEpochSecond(), id);
  }
}
