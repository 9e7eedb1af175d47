package dev.tenon.payment;

import dev.tenon.email.TemplateMail;
import dev.tenon.event.EventType;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Currency;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What follows when a subscription changes: events for the application, mails for the customer.
final class SubscriptionFollowUps {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private SubscriptionFollowUps() {}

  /// After a fact about the subscription itself.
  static void afterChange(
      PaymentBatch batch,
      SubscriptionRow row,
      SubscriptionState before,
      boolean wasActive,
      UUID cause) {
    if (row.wasActive && !wasActive) {
      tell(batch, row, EventType.SUBSCRIPTION_ACTIVATED, cause);
    }
    SubscriptionState now = row.state();
    if (now != before) {
      switch (now) {
        case ENDED -> tell(batch, row, EventType.SUBSCRIPTION_CANCELLED, cause);
        case PAST_DUE -> tell(batch, row, EventType.SUBSCRIPTION_PAST_DUE, cause);
        case ACTIVE, TRIALING, PAUSED -> {
          if (wasActive) {
            tell(batch, row, EventType.SUBSCRIPTION_UPDATED, cause);
          }
        }
        case PENDING -> {}
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
        shown == null ? "" : amount(shown.unitAmount(), shown.quantity(), shown.currency()));
    data.put("period_end", day(shown == null ? null : shown.periodEnd()));
    return new TemplateMail(
        template + ":" + about,
        template,
        row.contactName == null ? "" : row.contactName,
        row.contactEmail == null ? "" : row.contactEmail,
        data,
        cause,
        about);
  }

  /// Minor units as people write them: `29.00 EUR`, `500 JPY`.
  static String amount(@Nullable Long unit, @Nullable Long quantity, @Nullable String currency) {
    if (unit == null || currency == null) {
      return "";
    }
    int digits;
    try {
      digits =
          Math.max(
              0,
              Currency.getInstance(currency.toUpperCase(Locale.ROOT)).getDefaultFractionDigits());
    } catch (IllegalArgumentException e) {
      digits = 2;
    }
    long total = unit * (quantity == null ? 1 : quantity);
    return java.math.BigDecimal.valueOf(total, digits).toPlainString()
        + " "
        + currency.toUpperCase(Locale.ROOT);
  }

  private static String day(@Nullable Instant moment) {
    return moment == null ? "" : DAY.format(moment);
  }

  private static void tell(PaymentBatch batch, SubscriptionRow row, EventType type, UUID cause) {
    SubscriptionFact shown = row.shown();
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("provider_id", row.providerId);
    data.put("state", row.state().text());
    data.put("price", shown == null ? null : shown.price());
    data.put("customer_provider_id", row.customer);
    batch.tell(type, Ids.write(Prefix.SUBSCRIPTION, row.id), data, cause);
  }
}
