package dev.tenon.payment;

import dev.tenon.connector.stripe.CheckoutSessionSnapshot;
import dev.tenon.connector.stripe.InvoiceSnapshot;
import dev.tenon.connector.stripe.RefundSnapshot;
import dev.tenon.connector.stripe.StripeObjects;
import dev.tenon.lane.WaitingFact;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A fact with its tree, read once.
///
/// @param about what kind of object it tells of
/// @param id the provider's id of that object
record StripeFact(WaitingFact fact, JsonNode tree, About about, String id) {

  /// The objects that facts are about.
  enum About {
    CUSTOMER,
    SUBSCRIPTION,
    CHECKOUT_SESSION,
    INVOICE,
    INVOICE_PAYMENT,
    CHARGE,
    REFUND,
    DISPUTE
  }

  /// The rows that a fact touches.
  static final class Rows {
    final Set<String> customers = new HashSet<>();
    final Set<String> subscriptions = new HashSet<>();
    final Set<String> invoices = new HashSet<>();
    final Set<String> charges = new HashSet<>();
    final Set<String> refunds = new HashSet<>();

    /// What refunds say was charged.
    final Set<String> intents = new HashSet<>();

    final Set<String> disputes = new HashSet<>();

    /// Customers whose own facts are among these.
    final Set<String> customersHeardOf = new HashSet<>();
  }

  /// What there is to read in a fact.
  sealed interface Reading {
    record Told(StripeFact fact) implements Reading {}

    /// It came without its object, which is to be asked for.
    ///
    /// @param fact its id
    record Thin(UUID fact, FetchWish wish, JsonNode tree) implements Reading {}

    /// Nothing follows from it; the reason is for people.
    record Nothing(String reason) implements Reading {}
  }

  static Reading read(UUID connection, WaitingFact fact) {
    boolean thin = fact.kind().startsWith("v1.");
    if (thin) {
      JsonNode event = StripeObjects.tree(fact.body());
      return FetchWish.of(connection, fact.kind(), event)
          .<Reading>map(wish -> new Reading.Thin(fact.id(), wish, event))
          .orElseGet(() -> new Reading.Nothing("nothing follows from " + fact.kind()));
    }
    Optional<About> about = StripeKinds.about(fact.kind());
    if (about.isEmpty()) {
      return new Reading.Nothing("nothing follows from " + fact.kind());
    }
    JsonNode tree = StripeObjects.tree(fact.body());
    if (StripeObjects.object(tree).isMissingNode() && tree.path("related_object").isObject()) {
      return FetchWish.of(connection, fact.kind(), tree)
          .<Reading>map(wish -> new Reading.Thin(fact.id(), wish, tree))
          .orElseGet(() -> new Reading.Nothing(fact.kind() + " came without its object"));
    }
    JsonNode object = StripeObjects.object(tree);
    JsonNode given = object.path("id");
    String id = given.isString() ? PlainText.id(given.stringValue()) : null;
    if (id == null) {
      return new Reading.Nothing(fact.kind() + " came without the object that it tells of");
    }
    boolean hasStatus =
        switch (about.get()) {
          case SUBSCRIPTION, DISPUTE, REFUND -> true;
          case CUSTOMER, CHECKOUT_SESSION, INVOICE, INVOICE_PAYMENT, CHARGE -> false;
        };
    if (hasStatus && !object.path("status").isString()) {
      String what = about.get().name().toLowerCase(java.util.Locale.ROOT);
      return new Reading.Nothing("%s %s came without a status".formatted(what, id));
    }
    return new Reading.Told(new StripeFact(fact, tree, about.get(), id));
  }

  /// A fact is itself: its tree is not looked at.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StripeFact that && uuid().equals(that.uuid());
  }

  @Override
  public int hashCode() {
    return uuid().hashCode();
  }

  UUID uuid() {
    return fact.id();
  }

  JsonNode object() {
    return StripeObjects.object(tree);
  }

  /// The provider's id of the event.
  String event() {
    return tree.path("id").asString("");
  }

  void collect(Rows rows) {
    switch (about) {
      case CUSTOMER -> {
        rows.customers.add(id);
        rows.customersHeardOf.add(id);
      }
      case SUBSCRIPTION -> {
        rows.subscriptions.add(id);
        // Whom to write to, where nobody else says.
        add(rows.customers, customer());
      }
      case INVOICE -> {
        rows.invoices.add(id);
        add(rows.subscriptions, PlainText.id(InvoiceSnapshot.of(object()).subscription()));
      }
      case CHECKOUT_SESSION -> {
        CheckoutSessionSnapshot session = CheckoutSessionSnapshot.of(object());
        add(rows.subscriptions, PlainText.id(session.subscription()));
        if (session.mode().equals("payment")) {
          // A single payment has the session's id.
          rows.invoices.add(id);
        }
      }
      case CHARGE -> rows.charges.add(id);
      case REFUND -> {
        rows.refunds.add(id);
        RefundSnapshot refund = RefundSnapshot.of(object());
        add(rows.charges, PlainText.id(refund.charge()));
        add(rows.intents, PlainText.id(refund.paymentIntent()));
      }
      case DISPUTE -> rows.disputes.add(id);
      case INVOICE_PAYMENT -> {
        // It only links two ids.
      }
    }
  }

  /// The customer that a subscription names, or its account.
  private @Nullable String customer() {
    for (String field : new String[] {"customer", "customer_account"}) {
      JsonNode named = object().path(field);
      JsonNode id = named.isObject() ? named.path("id") : named;
      if (id.isString()) {
        return PlainText.id(id.stringValue());
      }
    }
    return null;
  }

  private static void add(Set<String> ids, @Nullable String id) {
    if (id != null) {
      ids.add(id);
    }
  }
}
