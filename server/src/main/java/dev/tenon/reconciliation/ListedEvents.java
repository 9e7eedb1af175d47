package dev.tenon.reconciliation;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.db.Database;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import dev.tenon.inbox.Received;
import dev.tenon.inbox.ReceivedFrom;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts those events of a provider's list into the inbox that never came.
public final class ListedEvents {
  private static final Logger LOG = LoggerFactory.getLogger(ListedEvents.class);

  private final Database database;
  private final Inbox inbox;
  private final Ids ids;
  private final Meters meters;
  private final ReconciliationStore store = new ReconciliationStore();

  public ListedEvents(Database database, Inbox inbox, Ids ids, Meters meters) {
    this.database = database;
    this.inbox = inbox;
    this.ids = ids;
    this.meters = meters;
  }

  /// An event that can be taken in, with what it is known by.
  private record Known(EventSource.Listed listed, ReadFact fact, Set<UUID> keys) {}

  /// Takes a page. False when intake is busy: the same page is to come again.
  boolean take(
      TenantId tenant,
      Connection connection,
      Reconciliation reconciliation,
      List<EventSource.Listed> page) {
    UUID of = connection.id().uuid();
    var source = new Inbox.Source(tenant, of, connection.provider(), List.of());
    List<Known> known = new ArrayList<>();
    Set<UUID> keys = new HashSet<>();
    for (EventSource.Listed listed : page) {
      if (listed.occurredAt().isBefore(reconciliation.since())
          || listed.occurredAt().isAfter(reconciliation.until())) {
        continue;
      }
      switch (inbox.read(source, bytes(listed))) {
        case Reading.Malformed malformed ->
            LOG.warn(
                "{} lists an event that can't be kept: {}", connection.id(), malformed.reason());
        case Reading.Facts facts -> {
          Set<UUID> own = new HashSet<>();
          facts.facts().forEach(fact -> own.add(Inbox.key(of, fact)));
          if (!own.isEmpty()) {
            known.add(new Known(listed, facts.facts().getFirst(), own));
            keys.addAll(own);
          }
        }
      }
    }
    if (keys.isEmpty()) {
      return true;
    }
    Map<Known, UUID> missing = note(tenant, reconciliation, known, keys);
    for (Map.Entry<Known, UUID> one : missing.entrySet()) {
      if (!takeOne(source, reconciliation, one.getKey(), one.getValue())) {
        return false;
      }
    }
    return true;
  }

  private Map<Known, UUID> note(
      TenantId tenant, Reconciliation reconciliation, List<Known> known, Set<UUID> keys) {
    return database.asTenant(
        tenant,
        tx -> {
          Set<UUID> seen = store.seen(tx, keys);
          Map<Known, UUID> missing = new HashMap<>();
          for (Known one : known) {
            if (!seen.containsAll(one.keys())) {
              UUID id = ids.next();
              missing.put(one, id);
              store.note(
                  tx,
                  reconciliation.id(),
                  new ReconciliationStore.Missing(
                      id,
                      one.fact().key(),
                      one.fact().kind(),
                      one.fact().object(),
                      one.listed().occurredAt()));
            }
          }
          return missing;
        });
  }

  private boolean takeOne(Inbox.Source source, Reconciliation reconciliation, Known one, UUID id) {
    return switch (inbox.takeFetched(
        source, ReceivedFrom.RECONCILIATION, id, bytes(one.listed()))) {
      case Received.Accepted(boolean fresh) -> {
        if (fresh) {
          meters.counter(Metric.RECONCILIATION_MISSING, source.provider()).increment();
          LOG.info(
              "{} {} never came to {} and is taken in now",
              one.fact().kind(),
              one.fact().key(),
              new ConnectionId(source.connection()));
        } else {
          repeated(source.tenant(), reconciliation.id(), one, id);
        }
        yield true;
      }
      case Received.Busy _ -> false;
      case Received.Refused _, Received.Malformed _ -> {
        database.useTenant(source.tenant(), tx -> store.unnote(tx, reconciliation.id(), id));
        yield true;
      }
    };
  }

  /// Its webhook was on the way after all, or another worker, which lost its lease, has taken it in
  /// under the id that it had noted before.
  private void repeated(TenantId tenant, UUID reconciliation, Known one, UUID id) {
    database.useTenant(
        tenant,
        tx ->
            store
                .takenAs(tx, one.keys())
                .ifPresentOrElse(
                    received -> store.renote(tx, reconciliation, id, received),
                    () -> store.unnote(tx, reconciliation, id)));
  }

  private static byte[] bytes(EventSource.Listed listed) {
    return listed.body().getBytes(StandardCharsets.UTF_8);
  }
}
