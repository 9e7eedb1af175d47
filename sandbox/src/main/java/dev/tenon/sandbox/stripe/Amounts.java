package dev.tenon.sandbox.stripe;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Amounts as the pages write them.
final class Amounts {
  private static final Set<String> NO_DECIMALS = Set.of("jpy", "krw", "vnd", "clp");

  private Amounts() {}

  /// Minor units with their currency: 2900 of `eur` is "29.00 EUR".
  static String text(long minor, String currency) {
    int decimals = NO_DECIMALS.contains(currency) ? 0 : 2;
    return BigDecimal.valueOf(minor, decimals).toPlainString()
        + " "
        + currency.toUpperCase(Locale.ROOT);
  }

  /// " every month", " every 3 months"; empty for a price that is paid once.
  static String every(JsonNode price) {
    JsonNode recurring = price.path("recurring");
    if (!recurring.isObject()) {
      return "";
    }
    long count = recurring.path("interval_count").asLong(1);
    String interval = recurring.path("interval").asString();
    return count == 1 ? " every " + interval : " every " + count + " " + interval + "s";
  }
}
