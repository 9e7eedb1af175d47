package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.SimulatorContext;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// One account: its parts, in the order they need each other. All accounts of a simulator share one
/// lock, so that a call in one may look at the endpoints of another.
final class StripeAccount {
  private final ReentrantLock lock;
  final Objects objects;
  final WebhookEndpoints endpoints;
  final Events events;
  final StripeApi api;
  final Payments payments;
  final SetupIntents setups;
  final Promotions promotions;
  final Invoices invoices;
  final Catalog catalog;
  final Subscriptions subscriptions;
  final SubscriptionChanges changes;
  final Cancellations cancellations;
  final Renewals renewals;
  final Confirmations confirmations;
  final Customers customers;
  final CheckoutSessions sessions;
  final CheckoutPayment payment;
  final CheckoutPage page;
  final PortalSessions portal;
  final InvoicePage invoicePage;
  final Refunds refunds;
  final Disputes disputes;
  final Accounts accounts;
  final TestClocks clocks;

  /// The platform's own account.
  static StripeAccount platform(SimulatorContext context) {
    return new StripeAccount(context, "", new ReentrantLock(), (_, _) -> List.of());
  }

  /// An account that is connected to the platform's: whatever happens there also goes to the
  /// platform's endpoints for connected accounts.
  StripeAccount connected(SimulatorContext context, String id) {
    return new StripeAccount(
        context, id, lock, (event, of) -> endpoints.connectWebhooks(event, of, id));
  }

  private StripeAccount(
      SimulatorContext context, String id, ReentrantLock lock, Events.Listeners platform) {
    this.lock = lock;
    objects = new Objects(context.clock(), id);
    endpoints = new WebhookEndpoints(objects);
    events = new Events(objects, endpoints, platform, context.webhooks());
    api = new StripeApi(objects, events, lock);
    payments = new Payments(objects, events);
    setups = new SetupIntents(objects, events);
    promotions = new Promotions(objects, events);
    Discounts discounts = new Discounts(objects, events, promotions);
    PendingItems pending = new PendingItems(objects, events);
    invoices = new Invoices(objects, events, payments, discounts, pending, context.address());
    catalog = new Catalog(objects, events);
    InvoiceLines lines = new InvoiceLines(objects);
    SubscriptionItems items = new SubscriptionItems(objects, catalog);
    changes = new SubscriptionChanges(objects, invoices, lines, pending, items);
    cancellations = new Cancellations(objects, events);
    renewals =
        new Renewals(
            objects, events, invoices, lines, payments, discounts, items, cancellations, changes);
    subscriptions =
        new Subscriptions(
            objects, events, invoices, setups, discounts, lines, items, changes, cancellations);
    confirmations = new Confirmations(objects, events, invoices, payments, setups);
    customers = new Customers(objects, events, cancellations);
    sessions = new CheckoutSessions(objects, events, catalog, setups, context.address());
    payment = new CheckoutPayment(objects, events, sessions, subscriptions, payments, setups);
    page = new CheckoutPage(objects, api, sessions, payment);
    portal = new PortalSessions(objects, api, subscriptions, cancellations, context.address());
    invoicePage = new InvoicePage(objects, api, renewals);
    refunds = new Refunds(objects, events);
    disputes = new Disputes(objects, events);
    accounts = new Accounts(objects);
    clocks = new TestClocks(objects, events, renewals);
  }
}
