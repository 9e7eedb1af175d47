package dev.tenon.payment;

import dev.tenon.connector.stripe.StripeAmounts;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Amounts and days as mails write them.
final class Wording {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private Wording() {}

  /// Minor units as people write them: `29.00 EUR`, `500 JPY`; empty when the currency is not
  /// known.
  static String amount(long minorUnits, @Nullable String currency) {
    return amount(BigDecimal.valueOf(minorUnits), currency);
  }

  /// What the items cost together a period; empty when one of them has no one amount or another
  /// currency.
  static String amount(List<SubscriptionItem> items, @Nullable String currency) {
    BigDecimal total = BigDecimal.ZERO;
    for (SubscriptionItem item : items) {
      if (item.unitAmount() == null || !Objects.equals(item.currency(), currency)) {
        return "";
      }
      total =
          total.add(
              BigDecimal.valueOf(item.unitAmount()).multiply(BigDecimal.valueOf(item.quantity())));
    }
    return items.isEmpty() ? "" : amount(total, currency);
  }

  private static String amount(BigDecimal minorUnits, @Nullable String currency) {
    return currency == null || currency.isEmpty()
        ? ""
        : StripeAmounts.units(minorUnits, currency).toPlainString()
            + " "
            + currency.toUpperCase(Locale.ROOT);
  }

  /// `24 November 2026`, by UTC; empty for none.
  static String day(@Nullable Instant moment) {
    return moment == null ? "" : DAY.format(moment);
  }
}
