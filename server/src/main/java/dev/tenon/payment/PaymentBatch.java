package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import dev.tenon.email.TemplateMail;
import dev.tenon.event.EventType;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The rows that a batch of facts touches, loaded and locked at once, changed in memory and written
/// back at once; with the events and mails that follow.
final class PaymentBatch {
  final TenantTx tx;
  final UUID connection;
  final List<NewEvent> events = new ArrayList<>();
  final List<TemplateMail> mails = new ArrayList<>();
  private final PaymentStore store;
  private final Ids ids;
  private final Map<String, SubscriptionRow> subscriptions = new HashMap<>();
  private final Map<String, PaymentRow> payments = new HashMap<>();
  private final Map<String, CustomerRow> customers = new HashMap<>();

  PaymentBatch(TenantTx tx, UUID connection, PaymentStore store, Ids ids) {
    this.tx = tx;
    this.connection = connection;
    this.store = store;
    this.ids = ids;
  }

  /// Loads and locks what is there, in one order for all.
  void load(
      Collection<String> customerIds,
      Collection<String> subscriptionIds,
      Collection<String> invoiceIds) {
    store.customers(tx, connection, customerIds).forEach(row -> customers.put(row.providerId, row));
    store
        .subscriptions(tx, connection, subscriptionIds)
        .forEach(row -> subscriptions.put(row.providerId, row));
    store.payments(tx, connection, invoiceIds).forEach(row -> payments.put(row.providerId, row));
  }

  SubscriptionRow subscription(String providerId) {
    return subscriptions.computeIfAbsent(
        providerId, key -> new SubscriptionRow(ids.next(), key, true, List.of()));
  }

  PaymentRow payment(String providerId) {
    return payments.computeIfAbsent(providerId, key -> new PaymentRow(ids.next(), key, true));
  }

  CustomerRow customer(String providerId) {
    return customers.computeIfAbsent(providerId, key -> new CustomerRow(ids.next(), key, true));
  }

  void tell(EventType type, String about, Map<String, @Nullable Object> data, UUID cause) {
    events.add(new NewEvent(type, about, data, cause));
  }

  void save() {
    store.save(tx, connection, customers.values(), subscriptions.values(), payments.values());
  }
}
