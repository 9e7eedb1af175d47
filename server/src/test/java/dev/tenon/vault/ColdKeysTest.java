package dev.tenon.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys that are not in memory, asked for while every connection of both pools is taken: by
/// tenants' transactions that need a key, and by the engine's that need a tenant's connection. None
/// waits for another in a circle.
class ColdKeysTest {
  private static final int CONNECTIONS = 2;

  @TempDir private Path folder;
  private final InstantSource clock = InstantSource.system();

  @Test
  void areReadWhileBothPoolsAreFullyTaken() throws Exception {
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    try (TestDatabase database = TestDatabase.fresh();
        Database db =
            Database.open(database.address(), new Database.PoolSizes(CONNECTIONS, CONNECTIONS))) {
      var tenants = new Tenants(db, Vault.open(keyFile, db, clock), new Ids(clock), clock);
      Vault cold = Vault.open(keyFile, db, clock);
      var allInside = new CyclicBarrier(2 * CONNECTIONS);
      List<Callable<Boolean>> callers = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        TenantId tenant =
            ((Tenants.Creation.Created) tenants.create("Cold " + i, Optional.empty()))
                .tenant()
                .id();
        callers.add(
            () ->
                db.asTenant(
                    tenant,
                    tx -> {
                      meet(allInside);
                      return cold.seal(tenant, "o", "f", "plain".getBytes(UTF_8)).length > 5;
                    }));
        callers.add(
            () ->
                db.asEngine(
                    tx -> {
                      meet(allInside);
                      return db.asTenant(tenant, own -> own.tenant().equals(tenant));
                    }));
      }
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Boolean> end : threads.invokeAll(callers)) {
          assertThat(end.get()).isTrue();
        }
      }
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      int _ = barrier.await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
