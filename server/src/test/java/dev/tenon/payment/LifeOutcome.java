package dev.tenon.payment;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// What one life left behind: its rows, its mails, and the events in the order they were told.
final class LifeOutcome {
  /// Rows as texts, without what depends on the order: ids of ours, times of writing, what was
  /// made.
  final List<String> rows = new ArrayList<>();

  final List<String> mails = new ArrayList<>();
  final List<Told> events = new ArrayList<>();

  /// One event.
  record Told(String type, String about, String payload) {}

  /// All outcomes by the mark that the lives' ids end in.
  static Map<String, LifeOutcome> all(LifeEngine engine, int markLength) {
    Map<String, LifeOutcome> outcomes = new HashMap<>();
    Map<String, String> markByRecord = new HashMap<>();
    collect(
        engine,
        outcomes,
        markByRecord,
        markLength,
        Prefix.CUSTOMER,
        "customer",
        "provider_id, email, name, deleted, as_of");
    collect(
        engine,
        outcomes,
        markByRecord,
        markLength,
        Prefix.SUBSCRIPTION,
        "subscription",
        """
        provider_id, customer_provider_id, contact_email, contact_name, provider_status, state,
        price, plan, quantity, currency, unit_amount, period_start, period_end,
        cancel_at_period_end, cancel_at, cancelled_at, ended_at, trial_end, as_of, was_active,
        checkout_completed, items, prices, plan_names
        """);
    collect(
        engine,
        outcomes,
        markByRecord,
        markLength,
        Prefix.PAYMENT,
        "payment",
        """
        provider_id, subscription_provider_id, customer_provider_id, state, amount, currency,
        failed_tries, paid_at, number, billing_reason,
        (select coalesce(sum(amount_refunded), 0) from charge_refund r
         where r.tenant_id = payment.tenant_id and r.connection_id = payment.connection_id
           and (r.invoice_provider_id = payment.provider_id or r.payment_intent in (
             select l.payment_intent from payment_link l
             where l.tenant_id = payment.tenant_id and l.connection_id = payment.connection_id
               and l.invoice_provider_id = payment.provider_id))) as refunded
        """);
    collect(
        engine,
        outcomes,
        markByRecord,
        markLength,
        Prefix.REFUND,
        "charge_refund",
        "provider_id, payment_intent, customer_provider_id, amount_refunded, currency");
    for (List<String> mail :
        engine.rows("select about, template from message where state <> 'cancelled' order by id")) {
      outcome(outcomes, markByRecord, mail.get(0)).mails.add(mail.get(1));
    }
    for (List<String> event : engine.rows("select about, type, payload from event order by id")) {
      outcome(outcomes, markByRecord, event.get(0))
          .events
          .add(new Told(event.get(1), event.get(0), event.get(2)));
    }
    return outcomes;
  }

  private static LifeOutcome outcome(
      Map<String, LifeOutcome> outcomes, Map<String, String> markByRecord, String about) {
    String mark = Objects.requireNonNull(markByRecord.get(about), about);
    return Objects.requireNonNull(outcomes.get(mark), mark);
  }

  private static void collect(
      LifeEngine engine,
      Map<String, LifeOutcome> outcomes,
      Map<String, String> markByRecord,
      int markLength,
      Prefix prefix,
      String table,
      String columns) {
    for (List<String> row :
        engine.rows("select id, %s from %s order by provider_id".formatted(columns, table))) {
      String providerId = row.get(1);
      String mark = providerId.substring(providerId.length() - markLength);
      markByRecord.put(Ids.write(prefix, UUID.fromString(row.getFirst())), mark);
      outcomes
          .computeIfAbsent(mark, _ -> new LifeOutcome())
          .rows
          .add(table + " " + String.join(" | ", row.subList(1, row.size())).replace(mark, ""));
    }
  }
}
