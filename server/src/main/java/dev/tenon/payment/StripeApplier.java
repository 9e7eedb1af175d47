package dev.tenon.payment;

import dev.tenon.connector.stripe.CheckoutSessionSnapshot;
import dev.tenon.connector.stripe.InvoicePaymentSnapshot;
import dev.tenon.connector.stripe.InvoiceSnapshot;
import dev.tenon.connector.stripe.StripeLookUps;
import dev.tenon.connector.stripe.StripeObjects;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.email.Messages;
import dev.tenon.email.TemplateMail;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Applied;
import dev.tenon.lane.FactApplier;
import dev.tenon.lane.WaitingFact;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Applies Stripe's facts to customers, subscriptions and payments, and makes the events and mails
/// that follow.
public final class StripeApplier implements FactApplier {
  /// How long the webhook of a checkout may come after that of its first invoice: Stripe sends both
  /// in the same second, and tries again within the hour where an endpoint was away.
  private static final Duration FIRST_RECEIPT_WAITS = Duration.ofHours(1);

  /// How long the event may come later that says of a failed try that it waits for its customer:
  /// Stripe makes both in the same moment.
  private static final Duration FAILURE_WAITS = Duration.ofMinutes(1);

  private final PaymentBatch.Stores stores;
  private final PlatformObjects objects = new PlatformObjects();
  private final Ids ids;
  private final InstantSource clock;
  private final Events events;
  private final Messages messages;
  private final Jobs jobs;

  /// @param jobs asks Stripe where facts are not enough, by [StripeFetchWork]
  public StripeApplier(Ids ids, InstantSource clock, Events events, Messages messages, Jobs jobs) {
    var saver = new RowSaver(clock);
    this.stores =
        new PaymentBatch.Stores(
            new CustomerStore(saver),
            new SubscriptionStore(saver),
            new PaymentStore(saver),
            new RefundStore(saver),
            new SingleRefundStore(saver),
            new DisputeStore(saver));
    this.ids = ids;
    this.clock = clock;
    this.events = events;
    this.messages = messages;
    this.jobs = jobs;
  }

  @Override
  public String provider() {
    return "stripe";
  }

  @Override
  public List<Applied> apply(
      EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
    Map<UUID, Applied> results = new HashMap<>();
    new StripeScope(owner, connection, results)
        .sort(tx, facts)
        .forEach(group -> results.putAll(apply(tx, group)));
    return facts.stream().map(fact -> results.get(fact.id())).toList();
  }

  private Map<UUID, Applied> apply(EngineTx tx, StripeScope.Group group) {
    Map<UUID, Applied> results = new HashMap<>();
    List<StripeFact> readable = new ArrayList<>(group.facts().size());
    Map<String, NewJob> fetches = new LinkedHashMap<>();
    for (StripeFact.Reading reading : group.facts()) {
      switch (reading) {
        case StripeFact.Reading.Thin thin -> {
          FetchWish wish = thin.wish();
          fetches.putIfAbsent(wish.payload(), wish.job(thin.fact(), null));
          results.put(
              thin.fact(), new Applied.Ignored("it came thin: " + wish.id() + " is asked for"));
        }
        case StripeFact.Reading.Told found -> readable.add(found.fact());
        case StripeFact.Reading.Nothing _ -> {
          // Has its result already.
        }
      }
    }
    UUID connection = group.place().connection();
    Map<TenantId, List<StripeFact>> byTenant = new LinkedHashMap<>();
    if (group.owner().equals(TenantId.PLATFORM)) {
      PlatformObjects.Assigned assigned = objects.assign(tx, connection, readable);
      assigned
          .tenants()
          .forEach(
              (fact, tenant) -> byTenant.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(fact));
      assigned
          .unassigned()
          .forEach(
              (fact, why) -> {
                results.put(fact.uuid(), new Applied.Unassigned(why));
                FetchWish.ofCharge(connection, fact)
                    .ifPresent(
                        wish -> fetches.putIfAbsent(wish.payload(), wish.job(fact.uuid(), null)));
              });
    } else if (!readable.isEmpty()) {
      byTenant.put(group.owner(), readable);
    }
    byTenant.forEach(
        (tenant, own) ->
            results.putAll(
                tx.asTenant(tenant, inTenant -> applyTo(inTenant, group.place(), own, fetches))));
    if (!fetches.isEmpty()) {
      boolean _ =
          tx.asTenant(
              group.owner(),
              inTenant -> {
                jobs.make(inTenant, List.copyOf(fetches.values()));
                return true;
              });
    }
    return results;
  }

  private Map<UUID, Applied> applyTo(
      TenantTx tx, Place place, List<StripeFact> facts, Map<String, NewJob> fetches) {
    var batch = new PaymentBatch(tx, place, stores, ids);
    var rows = new StripeFact.Rows();
    facts.forEach(fact -> fact.collect(rows));
    batch.load(rows);
    Map<UUID, Applied> results = new HashMap<>();
    for (StripeFact fact : facts) {
      results.put(fact.uuid(), new Applied.Changed(tx.tenant(), applyOne(batch, fact)));
    }
    TrialEndings.tell(batch, clock.instant());
    batch
        .ties()
        .forEach(
            (subscription, cause) -> {
              var wish =
                  new FetchWish(place.connection(), StripeLookUps.Kind.SUBSCRIPTION, subscription);
              fetches.putIfAbsent(
                  wish.payload(), wish.job(cause, clock.instant().plus(FetchWish.TIE_WAITS)));
            });
    batch.save();
    events.tell(tx, batch.events);
    send(tx, batch);
    return results;
  }

  private void send(TenantTx tx, PaymentBatch batch) {
    batch.confirmations.forEach(
        (invoice, mail) -> {
          if (!batch.isPaid(invoice)) {
            batch.mails.add(() -> mail);
          }
        });
    messages.withdraw(
        tx, batch.noFailures, "the bank wants the customer to confirm, and another mail says so");
    if (!batch.hasMails()) {
      return;
    }
    Set<String> off = PaymentMails.off(tx);
    List<TemplateMail> atOnce = new ArrayList<>(batch.mails.stream().map(Supplier::get).toList());
    // Of a first payment the confirmation tells, unless the tenant sends none.
    if (off.contains(PaymentMails.CONFIRMATION)) {
      atOnce.addAll(batch.confirmedReceipts);
    } else {
      messages.withdraw(
          tx,
          batch.withdrawn,
          "a checkout belongs to the invoice, and its confirmation tells of it");
    }
    messages.queue(tx, PaymentMails.wanted(atOnce, off));
    messages.queueFor(
        tx,
        PaymentMails.wanted(batch.firstReceipts, off),
        clock.instant().plus(FIRST_RECEIPT_WAITS));
    messages.queueFor(
        tx, PaymentMails.wanted(batch.failures, off), clock.instant().plus(FAILURE_WAITS));
  }

  private static String applyOne(PaymentBatch batch, StripeFact fact) {
    return switch (fact.about()) {
      case CUSTOMER -> customer(batch, fact);
      case SUBSCRIPTION -> subscription(batch, fact);
      case CHECKOUT_SESSION -> checkout(batch, fact);
      case INVOICE -> invoice(batch, fact);
      case INVOICE_PAYMENT -> invoicePayment(batch, fact);
      case CHARGE -> RefundFollowUps.charge(batch, fact);
      case REFUND -> RefundFollowUps.refund(batch, fact);
      case DISPUTE -> dispute(batch, fact);
    };
  }

  private static String customer(PaymentBatch batch, StripeFact fact) {
    CustomerRow row = batch.customer(fact.id());
    boolean first = row.newest.isEmpty();
    row.add(
        CustomerFact.of(
            fact.event(),
            fact.fact().occurredAt(),
            fact.fact().kind(),
            fact.object(),
            StripeObjects.previousAttributes(fact.tree())));
    CustomerFact shown = Objects.requireNonNull(row.shown());
    if (first && !shown.deleted()) {
      Map<String, @Nullable Object> data = new HashMap<>();
      data.put("provider_id", row.providerId);
      data.put("email", shown.email());
      batch.tell(EventType.CUSTOMER_CREATED, Ids.write(Prefix.CUSTOMER, row.id), data, fact.uuid());
    }
    for (SubscriptionRow waiting : batch.subscriptionsOf(row.providerId)) {
      SubscriptionFollowUps.mails(batch, waiting, fact.uuid());
    }
    return "customer %s %s".formatted(row.providerId, shown.deleted() ? "deleted" : "stored");
  }

  private static String subscription(PaymentBatch batch, StripeFact fact) {
    SubscriptionRow row = batch.subscription(fact.id());
    SubscriptionFact before = row.shown();
    SubscriptionFact now =
        SubscriptionFact.of(
            fact.event(),
            fact.fact().occurredAt(),
            fact.fact().kind(),
            fact.object(),
            StripeObjects.previousAttributes(fact.tree()));
    row.add(now);
    boolean part = fact.object().path("items").path("has_more").asBoolean(false);
    if (part || NewestFact.isTie(row.newest)) {
      batch.tie(row.providerId, fact.uuid());
    } else {
      batch.noTie(row.providerId);
    }
    boolean trialEnds = fact.fact().kind().endsWith("trial_will_end");
    if (trialEnds) {
      row.announce(now.trialEnd(), Instant.ofEpochSecond(now.second()));
    }
    SubscriptionFollowUps.afterChange(batch, row, before, fact.uuid());
    if (trialEnds) {
      return "subscription %s: %s".formatted(row.providerId, TrialEndings.inWords(batch, row));
    }
    return "subscription %s is %s".formatted(row.providerId, row.state().text());
  }

  private static String checkout(PaymentBatch batch, StripeFact fact) {
    CheckoutSessionSnapshot session = CheckoutSessionSnapshot.of(fact.object());
    boolean failed = fact.fact().kind().endsWith("payment_failed");
    String subscription = PlainText.id(session.subscription());
    if (fact.fact().kind().endsWith(".fetched") && !session.status().equals("complete")) {
      return "checkout %s is %s".formatted(fact.id(), session.status());
    }
    if (subscription == null) {
      return singlePayment(batch, fact, session, failed);
    }
    if (failed) {
      return "the payment of checkout %s failed; its subscription tells what follows"
          .formatted(fact.id());
    }
    SubscriptionRow row = batch.subscription(subscription);
    row.checkoutCompleted(SubscriptionContact.of(session), PlainText.id(session.customer()));
    InvoiceFollowUps.withdrawFirstReceipt(batch, row);
    SubscriptionFollowUps.mails(batch, row, fact.uuid());
    return "checkout %s completed for %s".formatted(fact.id(), row.providerId);
  }

  /// A checkout that sells something once. With an invoice, that one's facts tell of the payment.
  private static String singlePayment(
      PaymentBatch batch, StripeFact fact, CheckoutSessionSnapshot session, boolean failed) {
    boolean paid = session.paymentStatus().equals("paid");
    if (!session.mode().equals("payment") || !session.invoice().isEmpty() || !(paid || failed)) {
      return "checkout %s completed, without a payment of its own so far".formatted(fact.id());
    }
    batch.link(PlainText.id(session.paymentIntent()), fact.id());
    PaymentRow row = batch.payment(fact.id());
    if (failed) {
      if (row.fail(session)) {
        InvoiceFollowUps.failed(batch, row, fact.uuid());
      }
    } else if (row.succeed(session, fact.fact().occurredAt())) {
      InvoiceFollowUps.succeeded(batch, row, session, fact.uuid());
    }
    return "single payment %s %s".formatted(row.providerId, row.succeeded ? "succeeded" : "failed");
  }

  private static String invoice(PaymentBatch batch, StripeFact fact) {
    InvoiceSnapshot invoice = InvoiceSnapshot.of(fact.object());
    String subscription = PlainText.id(invoice.subscription());
    SubscriptionRow of = subscription == null ? null : batch.subscription(subscription);
    if (of != null) {
      of.write(SubscriptionContact.of(invoice));
      of.name(invoice);
      SubscriptionFollowUps.mails(batch, of, fact.uuid());
    }
    String kind = fact.fact().kind();
    boolean fetched = kind.endsWith(".fetched");
    boolean isVoid = fetched ? invoice.status().equals("void") : kind.endsWith(".voided");
    if (isVoid
        || kind.endsWith(".marked_uncollectible")
        || (fetched && invoice.status().equals("uncollectible"))) {
      PaymentRow given = batch.payment(fact.id());
      given.giveUp(invoice, isVoid);
      return "payment %s is %s".formatted(given.providerId, given.state());
    }
    if (fetched && !invoice.status().equals("paid")) {
      return "invoice %s is %s".formatted(fact.id(), invoice.status());
    }
    boolean action = fact.fact().kind().endsWith("payment_action_required");
    if (action) {
      InvoiceFollowUps.toConfirm(batch, fact.id(), invoice, fact.uuid());
    }
    boolean failed = fact.fact().kind().endsWith("payment_failed");
    if (!failed && !action && PaymentRow.paid(invoice) == 0) {
      return "invoice %s over nothing is no payment".formatted(fact.id());
    }
    batch.link(PlainText.id(invoice.paymentIntent()), fact.id());
    PaymentRow row = batch.payment(fact.id());
    if (action) {
      if (row.requireAction(invoice)) {
        InvoiceFollowUps.actionRequired(batch, row, fact.uuid());
      }
    } else if (failed) {
      if (row.fail(invoice) && !row.waitsForCustomer()) {
        InvoiceFollowUps.failed(batch, row, invoice, of, fact.uuid());
      }
    } else if (row.succeed(invoice, fact.fact().occurredAt())) {
      InvoiceFollowUps.succeeded(batch, row, invoice, of, fact.uuid());
    }
    return "payment %s is %s".formatted(row.providerId, row.state());
  }

  private static String dispute(PaymentBatch batch, StripeFact fact) {
    DisputeRow row = batch.dispute(fact.id());
    DisputeFollowUps.add(
        batch,
        row,
        DisputeFact.of(
            fact.event(),
            fact.fact().occurredAt(),
            fact.fact().kind(),
            fact.object(),
            StripeObjects.previousAttributes(fact.tree())),
        fact.fact().kind(),
        fact.uuid());
    return "dispute %s is %s"
        .formatted(row.providerId, Objects.requireNonNull(row.shown()).state());
  }

  private static String invoicePayment(PaymentBatch batch, StripeFact fact) {
    InvoicePaymentSnapshot payment = InvoicePaymentSnapshot.of(fact.object());
    String intent = PlainText.id(payment.paymentIntent());
    String invoice = PlainText.id(payment.invoice());
    batch.link(intent, invoice);
    return "invoice payment %s: payment intent %s paid invoice %s"
        .formatted(fact.id(), intent, invoice);
  }
}
