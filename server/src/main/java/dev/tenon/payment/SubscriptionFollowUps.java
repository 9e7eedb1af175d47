package dev.tenon.payment;

import dev.tenon.email.TemplateMail;
import dev.tenon.event.EventType;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What follows when a subscription changes: events for the application, mails for the customer.
///
/// The events follow what is known, in the order in which it becomes known (`docs/states.md`):
/// `activated` first and once, `cancelled` last and once, and the last one told shows the record as
/// it is.
final class SubscriptionFollowUps {
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
    if (row.confirmationDue()) {
      row.confirmationMade = true;
      row.changed = true;
      batch.mails.add(mail(row, "subscription-confirmation", cause));
    }
    if (row.cancellationDue()) {
      row.cancellationMade = true;
      row.changed = true;
      batch.mails.add(mail(row, "subscription-cancellation", cause));
    }
  }

  private static TemplateMail mail(SubscriptionRow row, String template, UUID cause) {
    String about = Ids.write(Prefix.SUBSCRIPTION, row.id);
    SubscriptionFact shown = row.shown();
    Map<String, Object> data = new HashMap<>();
    if (row.contactName != null) {
      data.put("customer_name", row.contactName);
    }
    data.put("plan", shown == null || shown.plan() == null ? "your plan" : shown.plan());
    data.put(
        "amount",
        shown == null
            ? ""
            : Wording.amount(shown.unitAmount(), shown.quantity(), shown.currency()));
    data.put("period_end", Wording.day(shown == null ? null : shown.periodEnd()));
    return new TemplateMail(
        template + ":" + about,
        template,
        row.contactName == null ? "" : row.contactName,
        row.contactEmail == null ? "" : row.contactEmail,
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
    data.put("period_end", text(shown.periodEnd()));
    data.put("trial_end", text(shown.trialEnd()));
    data.put("cancel_at_period_end", shown.cancelAtPeriodEnd());
    data.put("cancel_at", text(shown.cancelAt()));
    data.put("ended_at", text(shown.endedAt()));
    return data;
  }

  private static @Nullable String text(java.time.@Nullable Instant moment) {
    return moment == null ? null : moment.toString();
  }
}
