package dev.tenon.payment;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/// Whose object it is. On a tenant's own connection everything is that tenant's. On the platform's
/// connection the tenant travels in metadata that this server set; objects that don't carry it (an
/// invoice of older shape) are found by those they name, which did.
final class PlatformObjects {
  private static final String TENANT_FIELD = "tenant_id";

  Optional<TenantId> tenantOf(EngineTx tx, TenantId owner, UUID connection, JsonNode object) {
    if (!owner.equals(TenantId.PLATFORM)) {
      return Optional.of(owner);
    }
    List<String> named = named(object);
    Optional<TenantId> told = told(object);
    if (told.isPresent()) {
      learn(tx, connection, named, told.get());
      return told;
    }
    Optional<TenantId> known =
        tx.handle()
            .createQuery(
                """
                select tenant_id from provider_object
                where connection_id = :connection and provider_id = any(:ids)
                order by provider_id limit 1
                """)
            .bind("connection", connection)
            .bindArray("ids", String.class, named)
            .mapTo(UUID.class)
            .findOne()
            .map(TenantId::new);
    known.ifPresent(tenant -> learn(tx, connection, named, tenant));
    return known;
  }

  private static void learn(EngineTx tx, UUID connection, List<String> named, TenantId tenant) {
    tx.handle()
        .createUpdate(
            """
            insert into provider_object (connection_id, provider_id, tenant_id)
            select :connection, id, :tenant from unnest(:ids::text[]) as id order by id
            on conflict do nothing
            """)
        .bind("connection", connection)
        .bind("tenant", tenant.uuid())
        .bindArray("ids", String.class, named)
        .execute();
  }

  private static Optional<TenantId> told(JsonNode object) {
    for (JsonNode metadata :
        List.of(
            object.path("metadata"),
            object.path("subscription_details").path("metadata"),
            object.path("parent").path("subscription_details").path("metadata"))) {
      Optional<TenantId> tenant = TenantId.parse(metadata.path(TENANT_FIELD).asString(""));
      if (tenant.isPresent()) {
        return tenant;
      }
    }
    return Optional.empty();
  }

  private static List<String> named(JsonNode object) {
    List<String> named = new ArrayList<>();
    add(named, object.path("id"));
    add(named, object.path("customer"));
    add(named, object.path("subscription"));
    add(named, object.path("parent").path("subscription_details").path("subscription"));
    return named;
  }

  private static void add(List<String> named, JsonNode reference) {
    String id = reference.isString() ? reference.stringValue() : reference.path("id").asString("");
    if (!id.isEmpty() && !named.contains(id)) {
      named.add(id);
    }
  }
}
