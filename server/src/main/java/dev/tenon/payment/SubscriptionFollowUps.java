package dev.tenon.payment;

import dev.tenon.connector.template.Localized;
import dev.tenon.email.TemplateMail;
import dev.tenon.event.EventType;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What follows when a subscription changes: events for the application, mails for the customer.
///
/// The events follow what is known, in the order in which it becomes known (`docs/states.md`):
/// `activated` first and once, `cancelled` last and once, and the last one told shows the record as
/// it is.
final class SubscriptionFollowUps {
  /// What templates that ask for no `unnamed` call a plan that has no name.
  private static final Localized UNNAMED =
      new Localized.Words("your plan", Map.of("de", "Ihr Abo"));

  private SubscriptionFollowUps() {}

  /// After a fact about the subscription itself.
  ///
  /// @param before what the row showed, null when nothing was known of it
  static void afterChange(
      PaymentBatch batch, SubscriptionRow row, @Nullable SubscriptionFact before, UUID cause) {
    SubscriptionFact now = Objects.requireNonNull(row.shown());
    boolean ended = before != null && before.isFinal();
    if (!ended) {
      if (now.isFinal()) {
        tell(batch, row, now, EventType.SUBSCRIPTION_CANCELLED, cause);
      } else if (row.wasActive) {
        boolean first = !row.activatedTold;
        if (first) {
          row.activatedTold = true;
          tell(batch, row, now, EventType.SUBSCRIPTION_ACTIVATED, cause);
        }
        boolean newState = before == null || before.state() != now.state();
        if (now.state() == SubscriptionState.PAST_DUE && (first || newState)) {
          tell(batch, row, now, EventType.SUBSCRIPTION_PAST_DUE, cause);
        } else if (!first && (before == null || !data(row, before).equals(data(row, now)))) {
          tell(batch, row, now, EventType.SUBSCRIPTION_UPDATED, cause);
        }
      }
    }
    mails(batch, row, cause);
  }

  /// Makes the mails that are due and marks them made, in the row that the same commit writes.
  static void mails(PaymentBatch batch, SubscriptionRow row, UUID cause) {
    if (row.trialNotice != null) {
      batch.trials.put(row, cause);
    }
    SubscriptionContact contact = batch.contact(row);
    if (contact == null) {
      return;
    }
    if (row.confirmationDue()) {
      row.confirmationMade = true;
      row.changed = true;
      batch.mails.add(
          () -> mail(row, contact, "subscription-confirmation", confirmation(row), cause));
    }
    if (row.cancellationDue()) {
      row.cancellationMade = true;
      row.changed = true;
      batch.mails.add(
          () -> mail(row, contact, "subscription-cancellation", cancellation(row), cause));
    }
  }

  private static Map<String, Object> confirmation(SubscriptionRow row) {
    SubscriptionFact shown = Objects.requireNonNull(row.shown());
    Map<String, Object> data = data(row);
    data.put("amount", Wording.amount(shown.items(), shown.currency()));
    data.put("period_end", Wording.day(shown.periodEnd()));
    return data;
  }

  /// When it ended: with its period, which may take a little longer, or before.
  private static Map<String, Object> cancellation(SubscriptionRow row) {
    SubscriptionFact shown = Objects.requireNonNull(row.shown());
    Instant over = shown.over();
    Instant period = shown.periodEnd();
    boolean early = period == null || over.isBefore(period);
    Map<String, Object> data = data(row);
    data.put("period_end", Wording.day(early ? over : period));
    if (early) {
      data.put("ended_early", "yes");
    }
    return data;
  }

  /// What all mails say: the plan's name, or that it has none.
  static Map<String, Object> data(SubscriptionRow row) {
    Map<String, Object> data = new HashMap<>();
    String plan = row.plan();
    data.put("plan", plan == null ? UNNAMED : plan);
    if (plan == null) {
      data.put("unnamed", "yes");
    }
    return data;
  }

  static TemplateMail mail(
      SubscriptionRow row,
      SubscriptionContact contact,
      String template,
      Map<String, Object> data,
      UUID cause) {
    String about = Ids.write(Prefix.SUBSCRIPTION, row.id);
    String name = contact.name() == null ? "" : contact.name();
    if (!name.isEmpty()) {
      data.put("customer_name", name);
    }
    return new TemplateMail(
        template + ":" + about,
        template,
        name,
        contact.email() == null ? "" : contact.email(),
        data,
        cause,
        about);
  }

  private static void tell(
      PaymentBatch batch, SubscriptionRow row, SubscriptionFact shown, EventType type, UUID cause) {
    row.revision++;
    row.changed = true;
    Map<String, @Nullable Object> data = data(row, shown);
    data.put("revision", row.revision);
    batch.tell(type, Ids.write(Prefix.SUBSCRIPTION, row.id), data, cause);
  }

  private static Map<String, @Nullable Object> data(SubscriptionRow row, SubscriptionFact shown) {
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("provider_id", row.providerId);
    data.put("state", shown.state().text());
    data.put("provider_status", shown.status());
    data.put("customer_provider_id", row.customer);
    data.put("price", shown.price());
    data.put("quantity", shown.quantity());
    data.put("items", shown.items().stream().map(SubscriptionFollowUps::item).toList());
    data.put("period_end", text(shown.periodEnd()));
    data.put("trial_end", text(shown.trialEnd()));
    data.put("cancel_at_period_end", shown.cancelAtPeriodEnd());
    data.put("cancel_at", text(shown.cancelAt()));
    data.put("ended_at", text(shown.endedAt()));
    data.put("collection_paused", shown.pause() != null);
    return data;
  }

  private static Map<String, @Nullable Object> item(SubscriptionItem item) {
    Map<String, @Nullable Object> data = new TreeMap<>();
    data.put("price", item.price());
    data.put("product", item.product());
    data.put("quantity", item.quantity());
    data.put("unit_amount", item.unitAmount());
    data.put("currency", item.currency());
    return data;
  }

  private static @Nullable String text(@Nullable Instant moment) {
    return moment == null ? null : moment.toString();
  }
}
