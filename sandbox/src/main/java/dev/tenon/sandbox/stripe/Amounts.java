package dev.tenon.sandbox.stripe;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Amounts as the pages write them, with the decimals that docs.stripe.com/currencies gives (as of
/// September 2026): none for its zero-decimal currencies, three for five others, and for ISK and
/// UGX two on the wire that are always 00 and that nobody writes.
final class Amounts {
  private static final Set<String> NONE =
      Set.of(
          "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
          "xof", "xpf");
  private static final Set<String> THREE = Set.of("bhd", "jod", "kwd", "omr", "tnd");
  private static final Set<String> ALWAYS_00 = Set.of("isk", "ugx");

  private Amounts() {}

  /// Minor units with their currency: 2900 of `eur` is "29.00 EUR".
  static String text(long minor, String currency) {
    return number(minor, currency).toPlainString() + " " + currency.toUpperCase(Locale.ROOT);
  }

  /// " (at €29.00 / month)", as the lines of an invoice end; empty for a price without one amount.
  static String each(JsonNode price) {
    JsonNode unit = price.path("unit_amount");
    JsonNode recurring = price.path("recurring");
    if (!unit.isIntegralNumber() || !recurring.isObject()) {
      return "";
    }
    String currency = price.path("currency").asString("");
    long count = recurring.path("interval_count").asLong(1);
    String interval = recurring.path("interval").asString();
    return " (at %s%s / %s)"
        .formatted(
            symbol(currency),
            number(unit.asLong(), currency).toPlainString(),
            count == 1 ? interval : "every " + count + " " + interval + "s");
  }

  private static String symbol(String currency) {
    return switch (currency) {
      case "usd" -> "$";
      case "eur" -> "€";
      case "gbp" -> "£";
      case "jpy" -> "¥";
      default -> currency.toUpperCase(Locale.ROOT) + " ";
    };
  }

  private static BigDecimal number(long minor, String currency) {
    if (ALWAYS_00.contains(currency) && minor % 100 == 0) {
      return BigDecimal.valueOf(minor / 100);
    }
    return BigDecimal.valueOf(
        minor, NONE.contains(currency) ? 0 : THREE.contains(currency) ? 3 : 2);
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
