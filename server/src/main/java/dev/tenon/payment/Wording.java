package dev.tenon.payment;

import dev.tenon.connector.stripe.StripeAmounts;
import dev.tenon.connector.template.Localized;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Amounts and days for mails, which write them in the language that they are made in.
final class Wording {
  private Wording() {}

  /// Minor units as people write them: `29.00 EUR`, `500 JPY`; nothing when the currency is not
  /// known.
  static Localized amount(long minorUnits, @Nullable String currency) {
    return amount(BigDecimal.valueOf(minorUnits), currency);
  }

  /// What the items cost together a period; nothing when one of them has no one amount or another
  /// currency.
  static Localized amount(List<SubscriptionItem> items, @Nullable String currency) {
    BigDecimal total = BigDecimal.ZERO;
    for (SubscriptionItem item : items) {
      if (item.unitAmount() == null || !Objects.equals(item.currency(), currency)) {
        return new Localized.Nothing();
      }
      total =
          total.add(
              BigDecimal.valueOf(item.unitAmount()).multiply(BigDecimal.valueOf(item.quantity())));
    }
    return items.isEmpty() ? new Localized.Nothing() : amount(total, currency);
  }

  private static Localized amount(BigDecimal minorUnits, @Nullable String currency) {
    return currency == null || currency.isEmpty()
        ? new Localized.Nothing()
        : new Localized.Money(StripeAmounts.units(minorUnits, currency), currency);
  }

  /// `24 November 2026`, by UTC; nothing for none.
  static Localized day(@Nullable Instant moment) {
    return moment == null ? new Localized.Nothing() : new Localized.Day(moment);
  }
}
