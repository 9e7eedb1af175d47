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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Another node beside the server that tells events as its features do, in transactions of their
/// own, and rings for them.
final class Teller implements AutoCloseable {
  private final InstantSource clock = InstantSource.system();
  private final Ids ids = new Ids(clock);
  private final Signal told = new Signal();
  private final Events events = new Events(ids, clock, told::raise);
  private final Database database;
  private final NodeBell bell;
  private final Tenants tenants;
  private final Endpoints endpoints;
  private int made;
  private long objects;

  Teller(Bed bed) {
    database = Database.open(bed.ownerDatabase(), new Database.PoolSizes(2, 4));
    Vault vault = Vault.open(bed.folder().resolve("vault.key"), database, clock);
    tenants = new Tenants(database, vault, ids, clock);
    endpoints = new Endpoints(database, vault, events, ids, clock, () -> {});
    bell = new NodeBell(bed.ownerDatabase(), Map.of("deliveries", told), NodeBell.Pace.DEFAULT);
    bell.start();
  }

  /// A new tenant with one endpoint.
  TenantId tenant(URI url) {
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
                    false,
                    EndpointSettings.Payload.FULL),
                Endpoint.Signing.V1,
                Map.of()));
    return tenant;
  }

  /// Tells events of one tenant in one transaction.
  void tell(TenantId tenant, int count) {
    List<NewEvent> batch = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      batch.add(
          new NewEvent(
              EventType.PAYMENT_SUCCEEDED,
              "pay_" + objects++,
              Map.of(
                  "provider_id",
                  "in_" + objects,
                  "amount",
                  2900,
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
