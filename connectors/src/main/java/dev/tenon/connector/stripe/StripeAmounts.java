package dev.tenon.connector.stripe;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;

/// How many decimals an amount of Stripe's has. Not what ISO 4217 (and so the JDK) says: Stripe's
/// API has lists of its own, and two currencies that lost their decimals still carry them on the
/// wire (docs.stripe.com/currencies, sections "Zero-decimal currencies", "Three-decimal currencies"
/// and "Special cases", as of September 2026).
///
/// That HUF and TWD have no decimals in payouts doesn't matter here: their charges have two.
public final class StripeAmounts {
  /// UGX stands in Stripe's list as well, but its special case, which says how to send it, has
  /// precedence.
  private static final Set<String> NO_DECIMALS =
      Set.of(
          "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
          "XOF", "XPF");

  private static final Set<String> THREE_DECIMALS = Set.of("BHD", "JOD", "KWD", "OMR", "TND");

  /// Sent with two decimals that are always 00: 500 is 5 ISK.
  private static final Set<String> WHOLE_WITH_TWO_DECIMALS = Set.of("ISK", "UGX");

  private StripeAmounts() {}

  /// An amount in minor units as one in units, with the decimals that people write: 2900 of `eur`
  /// is 29.00, 500 of `jpy` is 500, 500 of `isk` is 5. Two decimals for a currency that isn't
  /// known.
  ///
  /// @param currency the code in any case
  public static BigDecimal units(BigDecimal minorUnits, String currency) {
    String code = currency.toUpperCase(Locale.ROOT);
    if (NO_DECIMALS.contains(code)) {
      return minorUnits;
    }
    BigDecimal units = minorUnits.movePointLeft(THREE_DECIMALS.contains(code) ? 3 : 2);
    return WHOLE_WITH_TWO_DECIMALS.contains(code) && units.stripTrailingZeros().scale() <= 0
        ? units.setScale(0)
        : units;
  }

  /// See [#units(BigDecimal, String)].
  public static BigDecimal units(long minorUnits, String currency) {
    return units(BigDecimal.valueOf(minorUnits), currency);
  }
}
