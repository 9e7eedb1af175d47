package dev.tenon.console;

import dev.tenon.db.Database;
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

/// Reads what the pages about customers show.
final class CustomerViews {
  private static final int ROWS = 50;
  private static final int THEIRS_MAX = 20;
  private static final int TEXT_CHARS_MAX = 200;
  private static final UUID END = new UUID(-1L, -1L);

  private final Database database;
  private final InstantSource clock;
  private final FirstSteps firstSteps;
  private final Stories stories;
  private final CustomerQueries customers = new CustomerQueries();
  private final PaymentQueries payments = new PaymentQueries();

  CustomerViews(Database database, InstantSource clock, FirstSteps firstSteps) {
    this.database = database;
    this.clock = clock;
    this.firstSteps = firstSteps;
    this.stories = new Stories(database);
  }

  ListPage<CustomerRow> list(TenantId tenant, Map<String, String> query) {
    UUID before = Ids.read(Prefix.CUSTOMER, query.getOrDefault("before", "")).orElse(END);
    String given = query.getOrDefault("q", "").strip();
    String text = given.substring(0, Math.min(given.length(), TEXT_CHARS_MAX)).replace("\0", "");
    boolean continued = !before.equals(END);
    return database.asTenant(
        tenant,
        tx -> {
          List<CustomerRow> rows = customers.list(tx, text, before, ROWS + 1, clock.instant());
          boolean more = rows.size() > ROWS;
          List<CustomerRow> shown = more ? rows.subList(0, ROWS) : rows;
          return new ListPage<>(
              shown,
              more ? Queries.of("q", text, "before", shown.getLast().written()) : "",
              "",
              List.of(),
              text,
              InboxFilter.Window.WEEK,
              continued,
              null,
              shown.isEmpty() && text.isEmpty() ? firstSteps.of(tx) : null);
        });
  }

  /// A customer with what is theirs, as far as a page holds.
  Optional<CustomerPage> find(ConsoleSession session, TenantId tenant, UUID id) {
    Instant now = clock.instant();
    String written = Ids.write(Prefix.CUSTOMER, id);
    return database
        .asTenant(
            tenant,
            tx ->
                customers
                    .find(tx, id, now)
                    .map(
                        row ->
                            new CustomerPage(
                                new IdText(written),
                                row,
                                payments.subscriptionsOf(tx, row.providerId(), THEIRS_MAX, now),
                                payments.paymentsOf(tx, row.providerId(), THEIRS_MAX, now),
                                customers.disputesOf(tx, row.providerId(), THEIRS_MAX, now),
                                List.of(),
                                false)))
        .map(page -> told(session, tenant, page, now));
  }

  private CustomerPage told(
      ConsoleSession session, TenantId tenant, CustomerPage page, Instant now) {
    List<String> abouts = new ArrayList<>(List.of(page.row().written()));
    page.subscriptions().forEach(one -> abouts.add(one.written()));
    page.payments().forEach(one -> abouts.add(one.written()));
    page.disputes().forEach(one -> abouts.add(Ids.write(Prefix.DISPUTE, one.id())));
    Stories.Story story = stories.of(session, tenant, abouts, now);
    return new CustomerPage(
        page.id(),
        page.row(),
        page.subscriptions(),
        page.payments(),
        page.disputes(),
        story.steps(),
        story.more());
  }
}
