package dev.tenon.event;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Writes the events that tell the application what changed, in the transaction that changes it.
/// The statement that writes them also queues them for every endpoint that listens (the trigger
/// `hand_to_endpoints`), so that an event is on its way exactly when its change is committed.
public final class Events {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// The endpoint of no id stands for those that name the type.
  private static final UUID WHO_NAMES_IT = new UUID(0, 0);

  private final Ids ids;
  private final InstantSource clock;
  private final Runnable told;

  /// Tells nobody that there is something to deliver: for tests and tools.
  public Events(Ids ids, InstantSource clock) {
    this(ids, clock, () -> {});
  }

  /// @param told called after each commit with events, so that deliveries need not be polled for
  public Events(Ids ids, InstantSource clock, Runnable told) {
    this.ids = ids;
    this.clock = clock;
    this.told = told;
  }

  /// Writes events within the caller's transaction and answers their ids.
  public List<UUID> tell(TenantTx tx, List<NewEvent> events) {
    return write(tx.handle(), events.stream().map(event -> new Told(tx.tenant(), event)).toList());
  }

  /// Writes one event under an id that the caller chose, within the caller's transaction; one that
  /// was written under it before stays. Answers the id.
  public UUID tellOnce(TenantTx tx, UUID id, NewEvent event) {
    if (EventStore.find(tx, id).isEmpty()) {
      var _ = write(tx.handle(), List.of(new Told(tx.tenant(), event)), List.of(id));
    }
    return id;
  }

  /// Which of these facts have led to an event of this type.
  public Set<UUID> causes(TenantTx tx, EventType type, List<UUID> causes) {
    return EventStore.causes(tx, type.text(), causes);
  }

  /// An event and whose it is.
  public record Told(TenantId tenant, NewEvent event) {}

  /// Writes events of any tenants within the caller's transaction.
  public void tellAll(EngineTx tx, List<Told> events) {
    var _ = write(tx.handle(), events);
  }

  /// An event as an endpoint with the whole payload gets it; empty when it is gone by age.
  public static Optional<byte[]> payload(TenantTx tx, UUID id) {
    return EventStore.find(tx, id)
        .map(
            event ->
                EventPayload.full(
                    tx.tenant(),
                    event.id(),
                    event.type(),
                    event.about(),
                    event.createdAt(),
                    event.payload()));
  }

  private List<UUID> write(Handle handle, List<Told> events) {
    return write(handle, events, events.stream().map(_ -> ids.next()).toList());
  }

  private List<UUID> write(Handle handle, List<Told> events, List<UUID> made) {
    if (events.isEmpty()) {
      return List.of();
    }
    handle
        .createUpdate(
            """
            insert into event (tenant_id, id, type, about, payload, cause_id, only_endpoint_id,
              created_at)
            select e.tenant_id, e.id, e.type, e.about, e.payload::jsonb, e.cause_id,
              e.only_endpoint_id, :now
            from unnest(:tenants::uuid[], :ids::uuid[], :types::text[], :about::text[],
              :payloads::text[], :causes::uuid[], :only::uuid[])
              as e (tenant_id, id, type, about, payload, cause_id, only_endpoint_id)
            """)
        .bind("now", clock.instant())
        .bindArray("tenants", UUID.class, events.stream().map(e -> e.tenant().uuid()).toList())
        .bindArray("ids", UUID.class, made)
        .bindArray(
            "types", String.class, events.stream().map(e -> e.event().type().text()).toList())
        .bindArray("about", String.class, events.stream().map(e -> e.event().about()).toList())
        .bindArray(
            "payloads", String.class, events.stream().map(e -> json(e.event().data())).toList())
        .bindArray("causes", UUID.class, events.stream().map(e -> e.event().cause()).toList())
        .bindArray("only", UUID.class, events.stream().map(Events::only).toList())
        .execute();
    var _ = handle.afterCommit(told);
    return made;
  }

  private static @Nullable UUID only(Told told) {
    return told.event().type().isByNameOnly() ? WHO_NAMES_IT : told.event().onlyEndpoint();
  }

  private static String json(Map<String, @Nullable Object> data) {
    return JSON.writeValueAsString(new TreeMap<>(data));
  }
}
