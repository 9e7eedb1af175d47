package dev.tenon.payment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The rules of `docs/states.md` once more, in the plainest form: which mails and events must have
/// come out, given the order in which the facts of one life were known. That a trial ends is left
/// to [TrialEndingTest]: whether it is told depends on what is known in the same moment.
final class LifeExpectation {
  private static final Set<String> IN_USE =
      Set.of("trialing", "active", "past_due", "unpaid", "paused");
  private static final Set<String> ENDED = Set.of("canceled", "incomplete_expired");

  final List<String> mails = new ArrayList<>();
  final Map<String, Integer> events = new HashMap<>();
  final Set<String> facts = new HashSet<>();
  boolean ended;

  LifeExpectation(List<String> delivered) {
    boolean checkout = false;
    boolean used = false;
    boolean contact = false;
    boolean confirmed = false;
    boolean cancelled = false;
    boolean first = false;
    Set<String> paid = new HashSet<>();
    Map<String, Long> failed = new HashMap<>();
    Map<String, Long> tried = new HashMap<>();
    Map<String, Long> waiting = new HashMap<>();
    Set<String> customers = new HashSet<>();
    Map<String, Long> refunded = new HashMap<>();
    Map<String, Long> given = new HashMap<>();
    for (String body : delivered) {
      JsonNode event = Life.json(body);
      if (!facts.add(event.path("id").asString())) {
        continue;
      }
      String type = event.path("type").asString();
      JsonNode object = event.path("data").path("object");
      String id = object.path("id").asString("");
      switch (type) {
        case "checkout.session.completed",
            "checkout.session.async_payment_succeeded",
            "checkout.session.async_payment_failed" -> {
          boolean failure = type.endsWith("failed");
          if (object.path("mode").asString().equals("subscription")) {
            checkout |= !failure;
            contact |= !failure;
          } else if (failure) {
            tried.put(id, 1L);
          } else if (object.path("payment_status").asString().equals("paid") && paid.add(id)) {
            count("payment.succeeded");
            mails.add("receipt");
          }
        }
        case "customer.created", "customer.updated", "customer.deleted" -> {
          contact |= object.path("email").isString();
          if (customers.add(id) && !type.endsWith("deleted")) {
            count("customer.created");
          }
        }
        case "invoice.paid", "invoice.payment_succeeded" -> {
          boolean something = object.path("amount_paid").asLong() > 0;
          contact |= object.path("customer_email").isString();
          if (something && paid.add(id)) {
            count("payment.succeeded");
            if (object.path("billing_reason").asString().equals("subscription_create")) {
              first = true;
            } else {
              mails.add("receipt");
            }
          }
        }
        case "invoice.payment_failed" -> {
          contact |= object.path("customer_email").isString();
          long tries = Math.max(1, object.path("attempt_count").asLong());
          boolean form =
              object.path("billing_reason").asString().equals("subscription_create") && !used;
          if (!paid.contains(id)
              && tries > tried.getOrDefault(id, 0L)
              && tries > waiting.getOrDefault(id, 0L)
              && !form
              && failed.putIfAbsent(id, tries) == null) {
            mails.add("payment-failed");
          }
          tried.merge(id, tries, Math::max);
        }
        case "invoice.payment_action_required" -> {
          contact |= object.path("customer_email").isString();
          long tries = Math.max(1, object.path("attempt_count").asLong());
          boolean news = !paid.contains(id) && tries > waiting.getOrDefault(id, 0L);
          waiting.merge(id, tries, Math::max);
          Long told = failed.get(id);
          if (news && told != null && told <= tries && tries >= tried.getOrDefault(id, 0L)) {
            failed.remove(id);
            mails.remove("payment-failed");
          }
        }
        case "charge.refunded", "refund.created" -> {
          boolean single = type.equals("refund.created");
          String charge = single ? object.path("charge").asString() : id;
          if (single) {
            given.merge(charge, object.path("amount").asLong(), Long::sum);
          }
          long amount =
              single ? given.getOrDefault(charge, 0L) : object.path("amount_refunded").asLong();
          if (amount > refunded.getOrDefault(charge, 0L)) {
            refunded.put(charge, amount);
            count("payment.refunded");
          }
        }
        default -> {
          if (type.startsWith("customer.subscription.")) {
            String status = object.path("status").asString();
            if (ENDED.contains(status) && !ended) {
              ended = true;
              count("subscription.cancelled");
            }
            if (IN_USE.contains(status)) {
              if (!used && !ended) {
                count("subscription.activated");
              }
              used = true;
            }
            used |= status.equals("canceled") && days(object) > 1;
          }
        }
      }
      if (checkout && used && !ended && !confirmed) {
        confirmed = true;
        mails.add("subscription-confirmation");
      }
      if (used && ended && contact && !cancelled) {
        cancelled = true;
        mails.add("subscription-cancellation");
      }
    }
    if (first && !checkout) {
      mails.add("receipt");
    }
  }

  private static long days(JsonNode subscription) {
    long ended = subscription.path("ended_at").asLong(0);
    return (ended - subscription.path("created").asLong(ended)) / 86_400;
  }

  private void count(String event) {
    events.merge(event, 1, Integer::sum);
  }
}
