package dev.tenon.lane;

import dev.tenon.tenant.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Opens the bodies of facts, each once for all facts that came in it: a body may hold thousands,
/// and opening it for each would cost their number times its size.
///
/// It keeps the body that it opened last, since the lanes of one body are often applied one after
/// another. For one thread and one tenant.
final class OpenedBodies {
  private final LaneRun.DeliveryVault vault;
  private final TenantId tenant;
  private @Nullable UUID lastEvent;
  private byte[] lastBody = {};

  OpenedBodies(LaneRun.DeliveryVault vault, TenantId tenant) {
    this.vault = vault;
    this.tenant = tenant;
  }

  /// The facts of rows that were read in one transaction, in the same order.
  List<WaitingFact> open(List<FactStore.Row> rows) {
    Map<UUID, byte[]> bodies = new HashMap<>();
    for (FactStore.Row row : rows) {
      byte[] sealed = row.sealed;
      if (sealed != null) {
        bodies.put(row.receivedEvent, body(row.receivedEvent, sealed));
      }
    }
    List<WaitingFact> facts = new ArrayList<>(rows.size());
    for (FactStore.Row row : rows) {
      byte[] body = bodies.get(row.receivedEvent);
      if (body == null) {
        throw new IllegalStateException("a fact was read without the delivery that it came in");
      }
      facts.add(fact(row, body));
    }
    return facts;
  }

  private byte[] body(UUID event, byte[] sealed) {
    if (!event.equals(lastEvent)) {
      lastBody = vault.openBody(tenant, event, sealed);
      lastEvent = event;
    }
    return lastBody;
  }

  private static WaitingFact fact(FactStore.Row row, byte[] body) {
    return new WaitingFact(
        row.id,
        row.lane,
        row.receivedEvent,
        row.ordinal,
        row.kind,
        row.object,
        row.occurredAt,
        row.failures,
        body);
  }
}
