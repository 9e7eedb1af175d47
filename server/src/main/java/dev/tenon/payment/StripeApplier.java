package dev.tenon.payment;

import dev.tenon.connector.stripe.CheckoutSessionSnapshot;
import dev.tenon.connector.stripe.CustomerSnapshot;
import dev.tenon.connector.stripe.InvoiceSnapshot;
import dev.tenon.connector.stripe.PreviousSubscription;
import dev.tenon.connector.stripe.StripeObjects;
import dev.tenon.connector.stripe.SubscriptionSnapshot;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.email.Messages;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Applied;
import dev.tenon.lane.FactApplier;
import dev.tenon.lane.WaitingFact;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/// Applies Stripe's facts to customers, subscriptions and payments, and makes the events and mails
/// that follow.
public final class StripeApplier implements FactApplier {
  private final PaymentStore store;
  private final PlatformObjects objects = new PlatformObjects();
  private final Ids ids;
  private final Events events;
  private final Messages messages;

  public StripeApplier(Ids ids, InstantSource clock, Events events, Messages messages) {
    this.store = new PaymentStore(clock);
    this.ids = ids;
    this.events = events;
    this.messages = messages;
  }

  @Override
  public String provider() {
    return "stripe";
  }

  @Override
  public List<Applied> apply(
      EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
    Map<UUID, Applied> results = new HashMap<>();
    Map<TenantId, List<StripeFact>> byTenant = new LinkedHashMap<>();
    for (WaitingFact fact : facts) {
      StripeFact read = StripeFact.read(fact);
      if (!read.isKnown()) {
        results.put(fact.id(), new Applied.Ignored("nothing follows from " + fact.kind()));
        continue;
      }
      objects
          .tenantOf(tx, owner, connection, read.object())
          .ifPresentOrElse(
              tenant -> byTenant.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(read),
              () ->
                  results.put(
                      fact.id(),
                      new Applied.Unassigned(
                          "no tenant is known for "
                              + fact.object()
                              + ": it carries no tenant_id of ours")));
    }
    byTenant.forEach(
        (tenant, own) ->
            results.putAll(tx.asTenant(tenant, inTenant -> applyTo(inTenant, connection, own))));
    return facts.stream().map(fact -> results.get(fact.id())).toList();
  }

  private Map<UUID, Applied> applyTo(TenantTx tx, UUID connection, List<StripeFact> facts) {
    var batch = new PaymentBatch(tx, connection, store, ids);
    Set<String> customers = new LinkedHashSet<>();
    Set<String> subscriptions = new LinkedHashSet<>();
    Set<String> invoices = new LinkedHashSet<>();
    facts.forEach(fact -> fact.collect(customers, subscriptions, invoices));
    batch.load(customers, subscriptions, invoices);
    Map<UUID, Applied> results = new HashMap<>();
    for (StripeFact fact : facts) {
      results.put(fact.fact().id(), new Applied.Changed(tx.tenant(), applyOne(batch, fact)));
    }
    batch.save();
    events.tell(tx, batch.events);
    messages.queue(tx, batch.mails);
    return results;
  }

  private static String applyOne(PaymentBatch batch, StripeFact fact) {
    return switch (fact.kindOfObject()) {
      case CUSTOMER -> customer(batch, fact);
      case SUBSCRIPTION -> subscription(batch, fact);
      case CHECKOUT_SESSION -> checkout(batch, fact);
      case INVOICE -> invoice(batch, fact);
      case OTHER -> throw new IllegalStateException("unknown kinds are ignored before");
    };
  }

  private static String customer(PaymentBatch batch, StripeFact fact) {
    CustomerSnapshot snapshot = CustomerSnapshot.of(fact.object());
    CustomerRow row = batch.customer(snapshot.id());
    boolean first = row.isNew && row.asOf == null;
    row.add(snapshot, fact.fact().kind(), fact.event(), fact.fact().occurredAt());
    if (first && !row.deleted) {
      Map<String, @org.jspecify.annotations.Nullable Object> data = new HashMap<>();
      data.put("provider_id", row.providerId);
      data.put("email", row.email);
      batch.tell(
          EventType.CUSTOMER_CREATED, Ids.write(Prefix.CUSTOMER, row.id), data, fact.fact().id());
    }
    return "customer %s %s".formatted(row.providerId, row.deleted ? "deleted" : "stored");
  }

  private static String subscription(PaymentBatch batch, StripeFact fact) {
    SubscriptionSnapshot snapshot = SubscriptionSnapshot.of(fact.object());
    SubscriptionRow row = batch.subscription(snapshot.id());
    SubscriptionState before = row.state();
    boolean wasActive = row.wasActive;
    row.add(
        SubscriptionFact.of(
            fact.event(),
            fact.fact().occurredAt(),
            fact.fact().kind(),
            snapshot,
            PreviousSubscription.of(StripeObjects.previousAttributes(fact.tree()))));
    SubscriptionFollowUps.afterChange(batch, row, before, wasActive, fact.fact().id());
    return "subscription %s is %s".formatted(row.providerId, row.state().text());
  }

  private static String checkout(PaymentBatch batch, StripeFact fact) {
    CheckoutSessionSnapshot session = CheckoutSessionSnapshot.of(fact.object());
    if (session.subscription().isEmpty()) {
      return "checkout %s completed, without a subscription".formatted(session.id());
    }
    SubscriptionRow row = batch.subscription(session.subscription());
    row.checkoutCompleted(
        SubscriptionFact.orNull(session.customerEmail()),
        SubscriptionFact.orNull(session.customerName()),
        SubscriptionFact.orNull(session.customer()));
    SubscriptionFollowUps.mails(batch, row, fact.fact().id());
    return "checkout %s completed for %s".formatted(session.id(), row.providerId);
  }

  private static String invoice(PaymentBatch batch, StripeFact fact) {
    InvoiceSnapshot invoice = InvoiceSnapshot.of(fact.object());
    boolean failed = fact.fact().kind().endsWith("payment_failed");
    if (!failed && invoice.amountPaid() == 0) {
      return "invoice %s over nothing is no payment".formatted(invoice.id());
    }
    PaymentRow row = batch.payment(invoice.id());
    boolean news = failed ? row.fail(invoice) : row.succeed(invoice, fact.fact().occurredAt());
    if (news) {
      Map<String, @org.jspecify.annotations.Nullable Object> data = new HashMap<>();
      data.put("provider_id", row.providerId);
      data.put("amount", row.amount);
      data.put("currency", row.currency);
      data.put("subscription_provider_id", row.subscription);
      batch.tell(
          failed ? EventType.PAYMENT_FAILED : EventType.PAYMENT_SUCCEEDED,
          Ids.write(Prefix.PAYMENT, row.id),
          data,
          fact.fact().id());
    }
    return "payment %s %s".formatted(row.providerId, row.succeeded ? "succeeded" : "failed");
  }

  /// The objects that facts are about.
  enum ObjectKind {
    CUSTOMER,
    SUBSCRIPTION,
    CHECKOUT_SESSION,
    INVOICE,
    OTHER
  }

  /// A fact with its tree.
  record StripeFact(WaitingFact fact, JsonNode tree, ObjectKind kindOfObject) {

    static StripeFact read(WaitingFact fact) {
      return new StripeFact(fact, StripeObjects.tree(fact.body()), kind(fact.kind()));
    }

    private static ObjectKind kind(String kind) {
      return switch (kind) {
        case "customer.created", "customer.updated", "customer.deleted" -> ObjectKind.CUSTOMER;
        case "customer.subscription.created",
            "customer.subscription.updated",
            "customer.subscription.deleted",
            "customer.subscription.paused",
            "customer.subscription.resumed" ->
            ObjectKind.SUBSCRIPTION;
        case "checkout.session.completed" -> ObjectKind.CHECKOUT_SESSION;
        case "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed" ->
            ObjectKind.INVOICE;
        default -> ObjectKind.OTHER;
      };
    }

    boolean isKnown() {
      return kindOfObject != ObjectKind.OTHER;
    }

    JsonNode object() {
      return StripeObjects.object(tree);
    }

    String event() {
      return tree.path("id").asString("");
    }

    void collect(Set<String> customers, Set<String> subscriptions, Set<String> invoices) {
      switch (kindOfObject) {
        case CUSTOMER -> customers.add(fact.object());
        case SUBSCRIPTION -> subscriptions.add(fact.object());
        case INVOICE -> invoices.add(fact.object());
        case CHECKOUT_SESSION -> {
          String subscription = CheckoutSessionSnapshot.of(object()).subscription();
          if (!subscription.isEmpty()) {
            subscriptions.add(subscription);
          }
        }
        case OTHER -> {}
      }
    }
  }
}
