package dev.tenon.bench;

import dev.tenon.db.Database;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.endpoint.EndpointSettings;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import dev.tenon.work.NodeBell;
import dev.tenon.work.Signal;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Another node beside the server that tells events as its features do, in transactions of their
/// own, and rings for them.
final class Teller implements AutoCloseable {
  private static final int OBJECTS = 8;

  private final InstantSource clock = InstantSource.system();
  private final Ids ids = new Ids(clock);
  private final Signal bells = new Signal();
  private final Events events = new Events(ids, clock, bells::raise);
  private final Database database;
  private final NodeBell bell;
  private final Tenants tenants;
  private final Endpoints endpoints;
  private int made;
  private final Map<TenantId, Long> told = new HashMap<>();

  Teller(Bed bed) {
    database = Database.open(bed.ownerDatabase(), new Database.PoolSizes(2, 4));
    Vault vault = Vault.open(bed.folder().resolve("vault.key"), database, clock);
    tenants = new Tenants(database, vault, ids, clock);
    endpoints = new Endpoints(database, vault, events, ids, clock, () -> {});
    bell = new NodeBell(bed.ownerDatabase(), Map.of("deliveries", bells), NodeBell.Pace.DEFAULT);
    bell.start();
  }

  /// A new tenant with one endpoint.
  ///
  /// @param ordered whether the endpoint gets the events of an object one by one
  TenantId tenant(URI url, boolean ordered) {
    TenantId tenant =
        tenants.create("Tenant " + made++, Optional.empty())
                instanceof Tenants.Creation.Created created
            ? created.tenant().id()
            : TenantId.PLATFORM;
    database.useTenant(
        tenant,
        tx ->
            endpoints.create(
                tx,
                null,
                new EndpointSettings(
                    url.toString(),
                    "",
                    List.of(),
                    List.of(),
                    null,
                    ordered,
                    EndpointSettings.Payload.FULL),
                Endpoint.Signing.V1,
                Map.of()));
    return tenant;
  }

  /// Tells events of one tenant in one transaction, about a few objects in turn. The amount counts
  /// up, so that a receiver knows the order.
  void tell(TenantId tenant, int count) {
    List<NewEvent> batch = new ArrayList<>(count);
    long first = told.merge(tenant, (long) count, Long::sum) - count;
    for (long sequence = first; sequence < first + count; sequence++) {
      String object = tenant + "_" + sequence % OBJECTS;
      batch.add(
          new NewEvent(
              EventType.PAYMENT_SUCCEEDED,
              "pay_" + object,
              Map.of(
                  "provider_id",
                  "in_" + object,
                  "amount",
                  sequence,
                  "currency",
                  "eur",
                  "subscription_provider_id",
                  "sub_Q1w2e3",
                  "customer_provider_id",
                  "cus_Q1w2e3",
                  "failed_tries",
                  0),
              null));
    }
    database.useTenant(tenant, tx -> events.tell(tx, batch));
  }

  @Override
  public void close() {
    bell.close();
    database.close();
  }
}
