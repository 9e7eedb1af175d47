package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.util.List;
import java.util.TreeSet;

/// `…/allowed-prices`.
final class AllowedPriceRoutes {
  private static final String PRICES = "/v1/tenants/{tenant}/allowed-prices";
  private static final int PRICES_MAX = 1_000;

  private final Database database;
  private final AllowedPrices allowed;

  private AllowedPriceRoutes(Database database, AllowedPrices allowed) {
    this.database = database;
    this.allowed = allowed;
  }

  static void declare(Routes routes, Database database, AllowedPrices allowed) {
    var here = new AllowedPriceRoutes(database, allowed);
    routes
        .get(
            PRICES,
            Scope.PAYMENTS_READ,
            AllowedPricesView.class,
            "List the prices that the tenant may sell",
            here::list)
        .tagged(AllowedPricesView.class);
    routes
        .put(
            PRICES,
            Scope.PAYMENTS_WRITE,
            AllowedPricesView.class,
            AllowedPricesView.class,
            "Replace the prices that the tenant may sell",
            here::replace)
        .tagged(AllowedPricesView.class);
  }

  /// The prices that a tenant may sell. An empty list allows every price of its own account, and
  /// none of the platform's.
  public record AllowedPricesView(List<String> prices) {}

  private AllowedPricesView list(Request request) {
    return new AllowedPricesView(database.asTenant(request.tenant(), allowed::list));
  }

  /// For the platform alone: a tenant that could write its own list would have none.
  private AllowedPricesView replace(Request request, AllowedPricesView body) {
    if (!request.caller().platform()) {
      throw new ProblemException(ProblemCode.ACCESS_PLATFORM_ONLY);
    }
    if (body.prices().size() > PRICES_MAX
        || !body.prices().stream().allMatch(PriceChecks::isPrice)) {
      throw ProblemException.invalidField(
          "prices", "`prices` has at most %d ids of prices.".formatted(PRICES_MAX));
    }
    List<String> wanted = List.copyOf(new TreeSet<>(body.prices()));
    database.useTenant(
        request.tenant(),
        tx -> {
          tx.hold("allowed_price");
          request.requireMatch(new AllowedPricesView(allowed.list(tx)));
          allowed.replace(tx, wanted);
        });
    return new AllowedPricesView(wanted);
  }
}
