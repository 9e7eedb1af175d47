package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import dev.tenon.email.TemplateMail;
import dev.tenon.event.EventType;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The rows that a batch of facts touches, loaded and locked at once, changed in memory and written
/// back at once; with the events and mails that follow.
final class PaymentBatch {
  final List<NewEvent> events = new ArrayList<>();

  /// Mails that follow; written when the whole batch is known, so that they say all of it.
  final List<Supplier<TemplateMail>> mails = new ArrayList<>();

  /// Subscriptions of which the end of a trial may be to be told, with the last fact that touched
  /// them; decided when the whole batch is known.
  final Map<SubscriptionRow, UUID> trials = new LinkedHashMap<>();

  /// Mails about payments that failed, which wait to see whether they only want a confirmation.
  final List<TemplateMail> failures = new ArrayList<>();

  /// Receipts that a confirmation makes needless, where the tenant sends confirmations.
  final List<TemplateMail> confirmedReceipts = new ArrayList<>();

  /// Receipts for first invoices, which wait to see whether a checkout belongs to them.
  final List<TemplateMail> firstReceipts = new ArrayList<>();

  /// Mails that ask for a confirmation, by the invoice; needless when the same batch tells that it
  /// was paid.
  final Map<String, TemplateMail> confirmations = new HashMap<>();

  /// The keys of those that waited in vain, which go where the tenant sends no confirmations.
  final List<String> withdrawn = new ArrayList<>();

  /// The keys of mails about failures that were none.
  final List<String> noFailures = new ArrayList<>();

  /// Subscriptions whose newest fact can't be told from their facts, or shows a part of their
  /// items, with the last of these.
  private final Map<String, UUID> ties = new TreeMap<>();

  private final TenantTx tx;
  private final Place place;
  private final Stores stores;
  private final Ids ids;
  private final Map<String, SubscriptionRow> subscriptions = new HashMap<>();
  private final Map<String, PaymentRow> payments = new HashMap<>();
  private final Map<String, CustomerRow> customers = new HashMap<>();
  private final Map<String, RefundRow> refunds = new HashMap<>();
  private final Map<String, String> payers = new HashMap<>();
  private final Map<String, SingleRefundRow> singleRefunds = new HashMap<>();
  private final Map<String, DisputeRow> disputes = new HashMap<>();
  private final Map<String, String> invoiceByIntent = new HashMap<>();

  /// The tables.
  record Stores(
      CustomerStore customers,
      SubscriptionStore subscriptions,
      PaymentStore payments,
      RefundStore refunds,
      SingleRefundStore singleRefunds,
      DisputeStore disputes) {}

  PaymentBatch(TenantTx tx, Place place, Stores stores, Ids ids) {
    this.tx = tx;
    this.place = place;
    this.stores = stores;
    this.ids = ids;
  }

  /// Loads and locks what is there, in one order for all.
  void load(StripeFact.Rows rows) {
    stores
        .customers
        .load(tx, place.connection(), rows.customers)
        .forEach(row -> customers.put(row.providerId, row));
    stores
        .subscriptions
        .load(tx, place.connection(), rows.subscriptions, rows.customersHeardOf)
        .forEach(row -> subscriptions.put(row.providerId, row));
    stores
        .payments
        .load(tx, place.connection(), rows.invoices)
        .forEach(row -> payments.put(row.providerId, row));
    stores
        .refunds
        .load(tx, place.connection(), rows.charges)
        .forEach(row -> refunds.put(row.providerId, row));
    payers.putAll(stores.refunds.customers(tx, place.connection(), rows.intents));
    // After their charges: who has those locked sees all of their refunds.
    stores
        .singleRefunds
        .load(tx, place.connection(), rows.refunds, rows.charges)
        .forEach(row -> singleRefunds.put(row.providerId, row));
    stores
        .disputes
        .load(tx, place.connection(), rows.disputes)
        .forEach(row -> disputes.put(row.providerId, row));
  }

  SubscriptionRow subscription(String providerId) {
    return subscriptions.computeIfAbsent(
        providerId, key -> new SubscriptionRow(ids.next(), key, List.of()));
  }

  /// The loaded subscriptions of a customer.
  List<SubscriptionRow> subscriptionsOf(String customer) {
    return subscriptions.values().stream()
        .filter(row -> customer.equals(row.customer))
        .sorted(Comparator.comparing(row -> row.providerId))
        .toList();
  }

  /// Whom to write to about a subscription: what a checkout or an invoice says, else what the
  /// customer's record says; null when nobody does.
  @Nullable SubscriptionContact contact(SubscriptionRow row) {
    if (row.contactEmail != null) {
      return new SubscriptionContact(row.contactEmail, row.contactName, row.contactRank);
    }
    CustomerRow known = row.customer == null ? null : customers.get(row.customer);
    CustomerFact shown = known == null ? null : known.shown();
    return shown == null || shown.email() == null ? null : SubscriptionContact.of(shown);
  }

  PaymentRow payment(String providerId) {
    return payments.computeIfAbsent(providerId, key -> new PaymentRow(ids.next(), key));
  }

  /// Whether an invoice is known to be paid.
  boolean isPaid(String providerId) {
    PaymentRow known = payments.get(providerId);
    return known != null && known.succeeded;
  }

  CustomerRow customer(String providerId) {
    return customers.computeIfAbsent(
        providerId, key -> new CustomerRow(ids.next(), key, List.of()));
  }

  RefundRow refund(String providerId) {
    return refunds.computeIfAbsent(providerId, key -> new RefundRow(ids.next(), key));
  }

  /// Whose payment an intent paid; null where nobody has told.
  @Nullable String payer(@Nullable String paymentIntent) {
    return paymentIntent == null ? null : payers.get(paymentIntent);
  }

  SingleRefundRow singleRefund(String providerId) {
    return singleRefunds.computeIfAbsent(
        providerId, key -> new SingleRefundRow(ids.next(), key, List.of()));
  }

  /// The loaded ones: all of the charges that the batch touches.
  Collection<SingleRefundRow> singleRefunds() {
    return singleRefunds.values();
  }

  DisputeRow dispute(String providerId) {
    return disputes.computeIfAbsent(providerId, key -> new DisputeRow(ids.next(), key, List.of()));
  }

  boolean hasMails() {
    return !(mails.isEmpty()
        && firstReceipts.isEmpty()
        && confirmedReceipts.isEmpty()
        && failures.isEmpty()
        && withdrawn.isEmpty());
  }

  void tie(String subscription, UUID cause) {
    ties.put(subscription, cause);
  }

  void noTie(String subscription) {
    ties.remove(subscription);
  }

  Map<String, UUID> ties() {
    return ties;
  }

  void link(@Nullable String paymentIntent, @Nullable String invoice) {
    if (paymentIntent != null && invoice != null) {
      invoiceByIntent.putIfAbsent(paymentIntent, invoice);
    }
  }

  void tell(EventType type, String about, Map<String, @Nullable Object> data, UUID cause) {
    data.put("connection", Ids.write(Prefix.CONNECTION, place.connection()));
    data.put("environment", place.text());
    events.add(new NewEvent(type, about, data, cause));
  }

  void save() {
    stores.customers.save(tx, place, customers.values());
    stores.subscriptions.save(tx, place, subscriptions.values());
    stores.payments.save(tx, place, payments.values());
    stores.refunds.save(tx, place, refunds.values());
    stores.singleRefunds.save(tx, place, singleRefunds.values());
    stores.disputes.save(tx, place, disputes.values());
    stores.payments.link(tx, place.connection(), invoiceByIntent);
  }
}
