package dev.tenon.payment;

import dev.tenon.connector.stripe.Origin;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.inbox.Digest;
import dev.tenon.lane.Replays;
import dev.tenon.tenant.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// Whose object it is, on the platform's connection. (On a tenant's own everything is that
/// tenant's, whatever its metadata says.)
///
/// An object belongs to a tenant when this server made it for that tenant, or when it names one
/// that does. What this server makes carries a *reference* in its metadata: an unguessable id that
/// was stored with the tenant before the call ([#announce]). A `tenant_id` in the metadata is for
/// people: anybody who makes objects in the account or in one connected to it can write one, so it
/// decides nothing.
///
/// What a fact names is remembered, so that objects without metadata (a customer that Checkout
/// made, an invoice of older shape) are found. A fact that came before anybody knew is set aside as
/// unassigned, and applied by itself as soon as its lane's objects are known.
final class PlatformObjects {
  private static final String REFERENCE = "ref:";
  private static final String SUBSCRIPTION = "sub_";

  /// Whose facts are whose.
  ///
  /// @param tenants the facts that have an owner, in their order
  /// @param unassigned the others, with the reason for people
  record Assigned(Map<StripeFact, TenantId> tenants, Map<StripeFact, String> unassigned) {}

  Assigned assign(EngineTx tx, UUID connection, List<StripeFact> facts) {
    Map<StripeFact, List<String>> named = new LinkedHashMap<>();
    Set<String> all = new TreeSet<>();
    for (StripeFact fact : facts) {
      List<String> ids = named(fact.object());
      named.put(fact, ids);
      all.addAll(ids);
    }
    Map<String, UUID> owners = owners(tx, connection, all);
    Map<String, UUID> learned = spread(named, owners);
    if (!learned.isEmpty() && learn(tx, connection, learned) > 0) {
      Replays.unassigned(tx, TenantId.PLATFORM, lanes(connection, named, learned.keySet()));
    }
    var assigned = new Assigned(new LinkedHashMap<>(), new LinkedHashMap<>());
    named.forEach(
        (fact, ids) -> {
          Set<UUID> found = ownersOf(ids, owners);
          if (found.size() == 1) {
            assigned.tenants.put(fact, new TenantId(found.iterator().next()));
          } else {
            assigned.unassigned.put(fact, why(fact, found.size()));
          }
        });
    return assigned;
  }

  /// The lanes that facts about these objects take: see [StripeEvent#laneKey].
  private static Set<UUID> lanes(
      UUID connection, Map<StripeFact, List<String>> named, Set<String> learned) {
    Set<UUID> lanes = new TreeSet<>();
    named.forEach(
        (_, ids) -> {
          for (String id : ids) {
            if (learned.contains(id)) {
              lanes.add(Digest.of(connection, id));
            }
          }
        });
    return lanes;
  }

  /// Lets ownership flow from what is known to what is named beside it, until nothing is new.
  /// Answers what was learned, which is in `owners` too.
  private static Map<String, UUID> spread(
      Map<StripeFact, List<String>> named, Map<String, UUID> owners) {
    Map<String, UUID> learned = new HashMap<>();
    boolean more = true;
    while (more) {
      more = false;
      for (List<String> ids : named.values()) {
        Set<UUID> found = ownersOf(ids, owners);
        if (found.size() == 1) {
          UUID owner = found.iterator().next();
          for (String id : ids) {
            if (!id.startsWith(REFERENCE) && owners.putIfAbsent(id, owner) == null) {
              learned.put(id, owner);
              more = true;
            }
          }
        }
      }
    }
    return learned;
  }

  private static Set<UUID> ownersOf(List<String> ids, Map<String, UUID> owners) {
    Set<UUID> found = new HashSet<>();
    for (String id : ids) {
      UUID owner = owners.get(id);
      if (owner != null) {
        found.add(owner);
      }
    }
    return found;
  }

  private static String why(StripeFact fact, int owners) {
    return owners == 0
        ? "nothing that %s names was made by this server for a tenant".formatted(fact.id())
        : "what %s names belongs to different tenants".formatted(fact.id());
  }

  private static Map<String, UUID> owners(EngineTx tx, UUID connection, Set<String> ids) {
    Map<String, UUID> owners = new HashMap<>();
    if (!ids.isEmpty()) {
      tx.handle()
          .createQuery(
              """
              select o.provider_id, o.tenant_id from provider_object o
              join tenant t on t.tenant_id = o.tenant_id
              where o.connection_id = :connection and o.provider_id = any(:ids)
              """)
          .bind("connection", connection)
          .bindArray("ids", String.class, ids)
          .map(
              (row, context) ->
                  Map.entry(row.getString("provider_id"), row.getObject("tenant_id", UUID.class)))
          .forEach(entry -> owners.put(entry.getKey(), entry.getValue()));
    }
    return owners;
  }

  private static int learn(EngineTx tx, UUID connection, Map<String, UUID> learned) {
    List<String> ids = learned.keySet().stream().sorted().toList();
    return tx.handle()
        .createUpdate(
            """
            insert into provider_object (connection_id, provider_id, tenant_id)
            select :connection, o.id, o.tenant
            from unnest(:ids::text[], :tenants::uuid[]) as o (id, tenant)
            on conflict do nothing
            """)
        .bind("connection", connection)
        .bindArray("ids", String.class, ids)
        .bindArray("tenants", UUID.class, ids.stream().map(learned::get).toList())
        .execute();
  }

  /// Answers the reference that what is made under `effect` carries, the same at each repetition: a
  /// call that is repeated with its idempotency key has to be the same to the byte. A new one is
  /// random, since an effect's id can be guessed in part. To be committed before the call.
  static String announce(TenantTx tx, UUID connection, UUID effect) {
    tx.handle()
        .createUpdate(
            """
            insert into provider_object (connection_id, provider_id, tenant_id, effect_id)
            values (:connection, :id, :tenant, :effect) on conflict do nothing
            """)
        .bind("connection", connection)
        .bind("id", REFERENCE + UUID.randomUUID())
        .bind("tenant", tx.tenant().uuid())
        .bind("effect", effect)
        .execute();
    return tx.handle()
        .createQuery(
            """
            select provider_id from provider_object
            where tenant_id = :tenant and connection_id = :connection and effect_id = :effect
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("effect", effect)
        .mapTo(String.class)
        .one()
        .substring(REFERENCE.length());
  }

  /// Notes that this server made an object for the tenant.
  static void remember(TenantTx tx, UUID connection, String providerId) {
    tx.handle()
        .createUpdate(
            """
            insert into provider_object (connection_id, provider_id, tenant_id)
            values (:connection, :id, :tenant) on conflict do nothing
            """)
        .bind("connection", connection)
        .bind("id", providerId)
        .bind("tenant", tx.tenant().uuid())
        .execute();
  }

  /// Subscriptions on a platform's connection that belong to some tenant, by their ids, with whose
  /// they are. They lie side by side, so that no other objects are read.
  ///
  /// @param after the id to go on after; empty for the first
  static Map<String, TenantId> subscriptions(
      EngineTx tx, UUID connection, String after, int limit) {
    Map<String, TenantId> found = new LinkedHashMap<>();
    tx.handle()
        .createQuery(
            """
            select provider_id, tenant_id from provider_object
            where connection_id = :connection and provider_id > :after
              and starts_with(provider_id, 'sub_')
            order by provider_id limit :limit
            """)
        .bind("connection", connection)
        .bind("after", after.isEmpty() ? SUBSCRIPTION : after)
        .bind("limit", limit)
        .map(
            (row, _) ->
                Map.entry(
                    row.getString("provider_id"),
                    new TenantId(row.getObject("tenant_id", UUID.class))))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  /// Whether an object on a platform connection is this tenant's.
  static boolean owns(TenantTx tx, UUID connection, String providerId) {
    return tx.handle()
        .createQuery(
            """
            select exists (select from provider_object
              where tenant_id = :tenant and connection_id = :connection and provider_id = :id)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("id", providerId)
        .mapTo(Boolean.class)
        .one();
  }

  private static List<String> named(JsonNode object) {
    List<String> named = new ArrayList<>();
    JsonNode details = object.path("parent").path("subscription_details");
    for (JsonNode metadata :
        List.of(
            object.path("metadata"),
            object.path("subscription_details").path("metadata"),
            details.path("metadata"))) {
      JsonNode reference = metadata.path(Origin.REFERENCE_FIELD);
      if (reference.isString()) {
        add(named, REFERENCE + reference.stringValue());
      }
    }
    for (JsonNode reference :
        List.of(
            object.path("id"),
            intent(object),
            object.path("customer"),
            object.path("customer_account"),
            object.path("subscription"),
            object.path("invoice"),
            details.path("subscription"))) {
      JsonNode id = reference.isObject() ? reference.path("id") : reference;
      if (id.isString() && !id.stringValue().startsWith(REFERENCE)) {
        add(named, id.stringValue());
      }
    }
    return List.copyOf(new LinkedHashSet<>(named));
  }

  /// The way from a refund or a dispute to its payment: the one may name no invoice and no
  /// customer, the other never does.
  private static JsonNode intent(JsonNode object) {
    String kind = object.path("object").asString("");
    if (kind.equals("invoice_payment")) {
      return object.path("payment").path("payment_intent");
    }
    boolean told =
        switch (kind) {
          case "charge", "dispute", "invoice", "refund" -> true;
          case "checkout.session" -> object.path("mode").asString("").equals("payment");
          default -> false;
        };
    return told ? object.path("payment_intent") : MissingNode.getInstance();
  }

  private static void add(List<String> named, String text) {
    String id = PlainText.id(text);
    if (id != null) {
      named.add(id);
    }
  }
}
