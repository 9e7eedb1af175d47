package dev.tenon.payment;

import dev.tenon.connector.stripe.InvoiceSnapshot;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What people call a plan. Subscriptions carry ids only, unless the account gave its price a
/// nickname; the product's name stands in the lines of invoices: `2 × Pro (at $29.00 / month)`,
/// `Trial period for Pro`.
final class PlanName {
  private static final Pattern LINE =
      Pattern.compile(
          "^(?:Trial period for )?(?:[0-9]+ × )?(.*?)(?: \\((?:at|Tier) [^()]*\\))?$",
          Pattern.DOTALL);
  private static final Pattern ID = Pattern.compile("(?:price|prod|plan|sku)_[A-Za-z0-9]+");
  private static final int NAMES_MAX = 20;

  private PlanName() {}

  /// The name in the description of an invoice's line, null when there is none.
  static @Nullable String of(String description) {
    Matcher line = LINE.matcher(description.strip());
    String name = line.matches() ? PlainText.name(line.group(1).strip()) : null;
    return name == null || ID.matcher(name).matches() ? null : name;
  }

  /// The names of the prices that an invoice bills, by the price's id. Prorations are left out:
  /// their descriptions tell what they are, not what they are for.
  static Map<String, String> of(InvoiceSnapshot invoice) {
    Map<String, String> names = new TreeMap<>();
    for (InvoiceSnapshot.Line line : invoice.lines()) {
      String price = PlainText.id(line.price());
      String name = of(line.description());
      if (price != null && name != null && !line.proration() && names.size() < NAMES_MAX) {
        names.putIfAbsent(price, name);
      }
    }
    return names;
  }
}
