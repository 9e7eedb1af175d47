package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/// Reads what the pages about subscriptions and payments show.
final class PaymentViews {
  private static final int ROWS = 50;
  private static final int REFUNDS_MAX = 20;
  private static final UUID END = new UUID(-1L, -1L);

  private final Database database;
  private final InstantSource clock;
  private final FirstSteps firstSteps;
  private final Stories stories;
  private final PaymentQueries payments = new PaymentQueries();
  private final StoryQueries story = new StoryQueries();
  private final CustomerQueries customers = new CustomerQueries();

  PaymentViews(Database database, InstantSource clock, FirstSteps firstSteps) {
    this.database = database;
    this.clock = clock;
    this.firstSteps = firstSteps;
    this.stories = new Stories(database);
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

  /// One subscription, and what became of it.
  Optional<RecordPage<SubscriptionRow>> subscription(
      ConsoleSession session, TenantId tenant, UUID id) {
    Instant now = clock.instant();
    String written = Ids.write(Prefix.SUBSCRIPTION, id);
    return database
        .asTenant(tenant, tx -> payments.subscription(tx, id, now))
        .map(row -> record(written, row, stories.of(session, tenant, List.of(written), now)));
  }

  /// One payment with its refunds, and what became of it.
  Optional<RecordPage<PaymentRow>> payment(ConsoleSession session, TenantId tenant, UUID id) {
    Instant now = clock.instant();
    String written = Ids.write(Prefix.PAYMENT, id);
    List<String> abouts = new ArrayList<>(List.of(written));
    return database
        .asTenant(
            tenant,
            tx -> {
              for (UUID refund : story.refunds(tx, id, REFUNDS_MAX)) {
                abouts.add(Ids.write(Prefix.REFUND, refund));
              }
              for (UUID dispute : story.disputes(tx, id, REFUNDS_MAX)) {
                abouts.add(Ids.write(Prefix.DISPUTE, dispute));
              }
              return payments
                  .payment(tx, id, now)
                  .map(row -> row.disputed(customers.disputesOf(tx, id, REFUNDS_MAX, now)));
            })
        .map(row -> record(written, row, stories.of(session, tenant, abouts, now)));
  }

  private static <T> RecordPage<T> record(String id, T row, Stories.Story story) {
    return new RecordPage<>(new IdText(id), row, story.steps(), story.more());
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
