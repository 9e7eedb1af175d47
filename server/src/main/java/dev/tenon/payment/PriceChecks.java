package dev.tenon.payment;

import dev.tenon.db.Database;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a tenant may sell, and how many of it: what every request that names prices is held
/// against.
final class PriceChecks {
  static final int QUANTITY_MAX = 1_000_000;
  static final int TRIAL_DAYS_MAX = 730;

  /// As many as Stripe allows (docs.stripe.com/billing/subscriptions/multiple-products).
  static final int ITEMS_MAX = 20;

  private final Database database;
  private final AllowedPrices prices;

  PriceChecks(Database database, AllowedPrices prices) {
    this.database = database;
    this.prices = prices;
  }

  /// A price and how many.
  record Wanted(String price, int quantity) {}

  static boolean isPrice(String text) {
    return text.length() <= PlainText.ID_CHARS_MAX && text.matches("[A-Za-z0-9_.-]+");
  }

  /// The price, which the tenant may sell on this account. Throws [ProblemException] that names
  /// `param` otherwise.
  String sellable(Request request, StripeConnections.Account account, String given, String param) {
    String price = given.strip();
    if (!isPrice(price)
        || !database.asTenant(request.tenant(), tx -> prices.allows(tx, price, account.shared()))) {
      throw ProblemException.invalidField(
          param,
          "`%s` is not one that this tenant may sell; see `allowed-prices`.".formatted(param));
    }
    return price;
  }

  /// One price with its quantity, or a list of them: whichever of the two was given. Prices are not
  /// checked yet.
  static List<Wanted> wanted(
      @Nullable String price, @Nullable Integer quantity, @Nullable List<Wanted> items) {
    if ((price == null) == (items == null)) {
      throw new ProblemException(
          ProblemCode.REQUEST_MISSING_FIELD,
          "Give `price` (and `quantity`), or `items` for several.",
          "price");
    }
    if (items == null) {
      return List.of(new Wanted(String.valueOf(price), quantity(quantity)));
    }
    if (quantity != null) {
      throw ProblemException.invalidField("quantity", "Each of `items` has its own `quantity`.");
    }
    Set<String> different = new HashSet<>();
    items.forEach(item -> different.add(item.price().strip()));
    if (items.isEmpty() || items.size() > ITEMS_MAX || different.size() < items.size()) {
      throw ProblemException.invalidField(
          "items", "`items` has 1 to %d prices, each once.".formatted(ITEMS_MAX));
    }
    return items;
  }

  static int quantity(@Nullable Integer given) {
    return bounded("quantity", given, 1, 1, QUANTITY_MAX);
  }

  static int bounded(String param, @Nullable Integer given, int otherwise, int min, int max) {
    int value = given == null ? otherwise : given;
    if (value < min || value > max) {
      throw ProblemException.invalidField(
          param, "`%s` is from %d to %d.".formatted(param, min, max));
    }
    return value;
  }
}
