package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Reads what the inbox list shows.
final class InboxViews {
  private static final int ROWS = 50;

  private final Database database;
  private final InstantSource clock;
  private final FirstSteps firstSteps;
  private final InboxSearchQueries search = new InboxSearchQueries();
  private final InboxQueries inbox = new InboxQueries();

  InboxViews(Database database, InstantSource clock, FirstSteps firstSteps) {
    this.database = database;
    this.clock = clock;
    this.firstSteps = firstSteps;
  }

  ListPage<InboxRow> list(TenantId tenant, InboxFilter filter) {
    return database.asTenant(tenant, tx -> list(tx, filter));
  }

  private ListPage<InboxRow> list(TenantTx tx, InboxFilter filter) {
    Instant now = clock.instant();
    List<InboxRow> rows = search.list(tx, filter, ROWS + 1, now);
    boolean more = rows.size() > ROWS;
    List<InboxRow> shown = more ? rows.subList(0, ROWS) : rows;
    Optional<InboxSearchQueries.Scanned> scanned =
        more ? Optional.empty() : search.scannedTo(tx, filter, now);
    Optional<UUID> next =
        more ? Optional.of(shown.getLast().id()) : scanned.map(InboxSearchQueries.Scanned::last);
    boolean nothing = shown.isEmpty() && !filter.selective() && !filter.continued();
    return new ListPage<>(
        shown,
        next.map(filter::from).orElse(""),
        filter.state(),
        InboxFilter.STATES,
        filter.text(),
        filter.window(),
        filter.continued(),
        scanned.map(to -> new Moment(to.receivedAt(), now)).orElse(null),
        nothing ? firstSteps.of(tx) : null);
  }

  /// The received event that a fact came in.
  Optional<UUID> receivedEventOf(TenantId tenant, UUID fact) {
    return database.asTenant(tenant, tx -> inbox.receivedEventOf(tx, fact));
  }
}
