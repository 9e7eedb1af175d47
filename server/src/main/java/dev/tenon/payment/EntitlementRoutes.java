package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `…/entitlements`: the question that an application asks on every request.
final class EntitlementRoutes {
  private final Database database;
  private final InstantSource clock;
  private final EntitlementQueries entitlements = new EntitlementQueries();

  private EntitlementRoutes(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  static void declare(Routes routes, Database database, InstantSource clock) {
    var here = new EntitlementRoutes(database, clock);
    routes
        .get(
            "/v1/tenants/{tenant}/entitlements",
            Scope.PAYMENTS_READ,
            EntitlementView.class,
            "Ask whether a customer, or the tenant itself, may use a plan now",
            here::entitlement)
        .query(
            "customer",
            "Our id of the customer or the provider's; without it the tenant itself is meant, as"
                + " those customers on the platform's account that were made with `subscriber`"
                + " `tenant`.")
        .query("price", "The provider's id of the plan's price; without it any plan counts.")
        .query(
            "environment",
            "Only what was sold in `development`, `staging` or `production`. Without it only"
                + " production counts, and all where neither the tenant nor, while it sells through"
                + " that, the platform has a connection for production.");
  }

  /// The answer to "may it use this plan now?".
  ///
  /// @param entitled by an active subscription, one in its trial, or one whose payment is late and
  ///   still tried
  public record EntitlementView(boolean entitled, List<EntitlingSubscription> subscriptions) {}

  /// One subscription that was looked at, the best first.
  public record EntitlingSubscription(
      String id,
      String providerId,
      String state,
      @About("The provider's ids of the prices of all its items.") List<String> prices,
      @About(
              "Whether it alone suffices. What a connection told that is disabled or broken counts"
                  + " until three days after the end of the period that it told of.")
          boolean entitles,
      @About("What its connection is for: `development`, `staging` or `production`.")
          String environment) {}

  private EntitlementView entitlement(Request request) {
    @Nullable String customer = request.query("customer").orElse(null);
    @Nullable String price = request.query("price").orElse(null);
    @Nullable String environment = ListFilter.environment(request).orElse(null);
    List<EntitlingSubscription> held =
        database.asTenant(
            request.tenant(),
            tx -> entitlements.held(tx, who(customer), price, environment, clock.instant()));
    return new EntitlementView(held.stream().anyMatch(EntitlingSubscription::entitles), held);
  }

  private static EntitlementQueries.Who who(@Nullable String customer) {
    if (customer == null) {
      return new EntitlementQueries.Who.Itself();
    }
    Optional<UUID> ours = Ids.read(Prefix.CUSTOMER, customer);
    return ours.isPresent()
        ? new EntitlementQueries.Who.Ours(ours.get())
        : new EntitlementQueries.Who.Providers(customer);
  }
}
