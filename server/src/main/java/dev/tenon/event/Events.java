package dev.tenon.event;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Writes the events that tell the application what changed, in the transaction that changes it.
public final class Events {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Ids ids;
  private final InstantSource clock;

  public Events(Ids ids, InstantSource clock) {
    this.ids = ids;
    this.clock = clock;
  }

  /// Writes events within the caller's transaction.
  public void tell(TenantTx tx, List<NewEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    tx.handle()
        .createUpdate(
            """
            insert into event (tenant_id, id, type, about, payload, cause_id, created_at)
            select :tenant, e.id, e.type, e.about, e.payload::jsonb, e.cause_id, :now
            from unnest(:ids::uuid[], :types::text[], :about::text[], :payloads::text[],
              :causes::uuid[]) as e (id, type, about, payload, cause_id)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", clock.instant())
        .bindArray("ids", UUID.class, events.stream().map(_ -> ids.next()).toList())
        .bindArray(
            "types", String.class, events.stream().map(event -> event.type().text()).toList())
        .bindArray("about", String.class, events.stream().map(NewEvent::about).toList())
        .bindArray("payloads", String.class, events.stream().map(e -> json(e.data())).toList())
        .bindArray("causes", UUID.class, events.stream().map(NewEvent::cause).toList())
        .execute();
  }

  /// An event and whose it is.
  public record Told(TenantId tenant, NewEvent event) {}

  /// Writes events of any tenants within the caller's transaction.
  public void tellAll(EngineTx tx, List<Told> events) {
    if (events.isEmpty()) {
      return;
    }
    tx.handle()
        .createUpdate(
            """
            insert into event (tenant_id, id, type, about, payload, cause_id, created_at)
            select e.tenant_id, e.id, e.type, e.about, e.payload::jsonb, e.cause_id, :now
            from unnest(:tenants::uuid[], :ids::uuid[], :types::text[], :about::text[],
              :payloads::text[], :causes::uuid[])
              as e (tenant_id, id, type, about, payload, cause_id)
            """)
        .bind("now", clock.instant())
        .bindArray("tenants", UUID.class, events.stream().map(e -> e.tenant().uuid()).toList())
        .bindArray("ids", UUID.class, events.stream().map(_ -> ids.next()).toList())
        .bindArray(
            "types", String.class, events.stream().map(e -> e.event().type().text()).toList())
        .bindArray("about", String.class, events.stream().map(e -> e.event().about()).toList())
        .bindArray(
            "payloads", String.class, events.stream().map(e -> json(e.event().data())).toList())
        .bindArray("causes", UUID.class, events.stream().map(e -> e.event().cause()).toList())
        .execute();
  }

  private static String json(Map<String, @Nullable Object> data) {
    return JSON.writeValueAsString(new TreeMap<>(data));
  }
}
