package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/// Reads what the pages about subscriptions and payments show.
final class PaymentViews {
  private static final int ROWS = 50;
  private static final UUID END = new UUID(-1L, -1L);

  private final Database database;
  private final InstantSource clock;
  private final FirstSteps firstSteps;
  private final PaymentQueries payments = new PaymentQueries();

  PaymentViews(Database database, InstantSource clock, FirstSteps firstSteps) {
    this.database = database;
    this.clock = clock;
    this.firstSteps = firstSteps;
  }

  ListPage<SubscriptionRow> subscriptions(TenantId tenant, Map<String, String> query) {
    UUID before = before(Prefix.SUBSCRIPTION, query);
    return database.asTenant(
        tenant,
        tx ->
            page(
                tx,
                payments.subscriptions(tx, before, ROWS + 1, clock.instant()),
                row -> Ids.write(Prefix.SUBSCRIPTION, row.id()),
                !before.equals(END)));
  }

  ListPage<PaymentRow> payments(TenantId tenant, Map<String, String> query) {
    UUID before = before(Prefix.PAYMENT, query);
    return database.asTenant(
        tenant,
        tx ->
            page(
                tx,
                payments.payments(tx, before, ROWS + 1, clock.instant()),
                row -> Ids.write(Prefix.PAYMENT, row.id()),
                !before.equals(END)));
  }

  private <T> ListPage<T> page(
      TenantTx tx, List<T> rows, Function<T, String> id, boolean continued) {
    boolean more = rows.size() > ROWS;
    List<T> shown = more ? rows.subList(0, ROWS) : rows;
    return ListPage.plain(
        shown,
        more ? Queries.of("before", id.apply(shown.getLast())) : "",
        continued,
        shown.isEmpty() ? firstSteps.of(tx) : null);
  }

  private static UUID before(Prefix prefix, Map<String, String> query) {
    return Ids.read(prefix, query.getOrDefault("before", "")).orElse(END);
  }
}
