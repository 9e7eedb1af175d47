package dev.tenon.payment;

import dev.tenon.payment.StripeFact.About;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The kinds of Stripe's events from which something follows, in one list: what is applied, what an
/// endpoint is registered for, and what is looked for when webhooks were lost.
public final class StripeKinds {
  private static final Map<String, About> HANDLED = new TreeMap<>();

  /// Kinds of our own: objects as Stripe had them when it was asked.
  private static final Map<String, About> FETCHED =
      Map.of(
          "tenon.customer.fetched", About.CUSTOMER,
          "tenon.customer.deleted", About.CUSTOMER,
          "tenon.subscription.fetched", About.SUBSCRIPTION,
          "tenon.invoice.fetched", About.INVOICE,
          "tenon.invoice_payment.fetched", About.INVOICE_PAYMENT,
          "tenon.charge.fetched", About.CHARGE,
          "tenon.refund.fetched", About.REFUND,
          "tenon.dispute.fetched", About.DISPUTE,
          "tenon.checkout.session.fetched", About.CHECKOUT_SESSION);

  static {
    about(About.CUSTOMER, "customer.created", "customer.updated", "customer.deleted");
    about(
        About.SUBSCRIPTION,
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "customer.subscription.trial_will_end");
    about(
        About.CHECKOUT_SESSION,
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed");
    about(
        About.INVOICE,
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice.payment_action_required",
        "invoice.voided",
        "invoice.marked_uncollectible");
    about(About.INVOICE_PAYMENT, "invoice_payment.paid");
    about(About.CHARGE, "charge.refunded");
    about(
        About.REFUND, "refund.created", "refund.updated", "refund.failed", "charge.refund.updated");
    about(
        About.DISPUTE,
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated");
  }

  private StripeKinds() {}

  private static void about(About about, String... kinds) {
    for (String kind : kinds) {
      HANDLED.put(kind, about);
    }
  }

  /// All of them, by the alphabet.
  public static List<String> handled() {
    return List.copyOf(HANDLED.keySet());
  }

  /// What a kind tells of; empty where nothing follows from it.
  static Optional<About> about(String kind) {
    About found = HANDLED.get(kind);
    return Optional.ofNullable(found == null ? FETCHED.get(kind) : found);
  }
}
