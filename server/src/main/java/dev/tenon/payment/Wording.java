package dev.tenon.payment;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Currency;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Amounts and days as mails write them.
final class Wording {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private Wording() {}

  /// Minor units as people write them: `29.00 EUR`, `500 JPY`; empty when the amount or the
  /// currency is not known.
  static String amount(@Nullable Long unit, @Nullable Long quantity, @Nullable String currency) {
    if (unit == null || currency == null || currency.isEmpty()) {
      return "";
    }
    String code = currency.toUpperCase(Locale.ROOT);
    BigDecimal total =
        BigDecimal.valueOf(unit)
            .multiply(BigDecimal.valueOf(quantity == null ? 1 : quantity))
            .movePointLeft(digits(code));
    return total.toPlainString() + " " + code;
  }

  private static int digits(String code) {
    try {
      return Math.max(0, Currency.getInstance(code).getDefaultFractionDigits());
    } catch (IllegalArgumentException e) {
      return 2;
    }
  }

  /// `24 November 2026`, by UTC; empty for none.
  static String day(@Nullable Instant moment) {
    return moment == null ? "" : DAY.format(moment);
  }
}
