package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what the overview shows.
final class OverviewViews {
  private static final int LATEST = 8;

  private final Database database;
  private final InstantSource clock;
  private final FirstSteps firstSteps;
  private final OverviewQueries overview = new OverviewQueries();
  private final InboxSearchQueries inbox = new InboxSearchQueries();

  OverviewViews(Database database, InstantSource clock, FirstSteps firstSteps) {
    this.database = database;
    this.clock = clock;
    this.firstSteps = firstSteps;
  }

  OverviewPage overview(TenantId tenant) {
    Instant now = clock.instant();
    return database.asTenant(
        tenant,
        tx -> {
          OverviewQueries.Inbox counts = overview.inbox(tx, now);
          @Nullable Instant oldest = counts.oldest();
          List<OverviewQueries.Hour> hours = overview.received(tx, now);
          Tally day =
              hours.stream().map(OverviewQueries.Hour::count).reduce(Tally.exact(0), Tally::plus);
          return new OverviewPage(
              hours.getLast().count(),
              day,
              counts.waiting(),
              counts.retrying(),
              oldest == null ? null : new Moment(oldest, now),
              counts.dead(),
              counts.unassigned(),
              hours.stream()
                  .map(
                      hour ->
                          new OverviewPage.Bar(
                              hour.start().toString().substring(11, 16), hour.count()))
                  .toList(),
              overview.messages(tx, now).entrySet().stream()
                  .map(
                      entry ->
                          new OverviewPage.Count(
                              Mark.message(entry.getKey()), entry.getKey(), entry.getValue()))
                  .toList(),
              inbox.list(tx, InboxFilter.read(Map.of()), LATEST, now),
              overview.reconciled(tx, now),
              overview.anything(tx) ? null : firstSteps.of(tx));
        });
  }
}
