package dev.tenon.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.http.Repeats;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdempotencyKeysTest {

  /// What can't be opened again must not be kept: every repeat would fail.
  @Test
  void aLargeAnswerIsGivenAgainAndOneThatIsTooLargeHasItsRunTakenUp() {
    InstantSource clock = InstantSource.system();
    try (TestDatabase fresh = TestDatabase.fresh();
        Database database = fresh.open()) {
      Vault vault = Vault.open(new VaultKey.Given(Vault.newKey()), database, clock);
      TenantId tenant =
          ((Tenants.Creation.Created)
                  new Tenants(database, vault, new Ids(clock), clock)
                      .create("Acme", Optional.empty()))
              .tenant()
              .id();
      var keys = new IdempotencyKeys(database, vault, new Ids(clock), clock);
      byte[] hash = new byte[32];
      var large = new Repeats.Name(tenant, tenant, "large");
      keys.answered((Repeats.Start.Run) keys.begin(large, hash), 200, new byte[3 << 20]);
      assertThat(keys.begin(large, hash)).isInstanceOf(Repeats.Start.Answered.class);

      var larger = new Repeats.Name(tenant, tenant, "larger");
      var first = (Repeats.Start.Run) keys.begin(larger, hash);
      keys.answered(first, 200, new byte[(8 << 20) + 1]);
      var second = (Repeats.Start.Run) keys.begin(larger, hash);
      assertThat(second.number()).isEqualTo(2);
      assertThat(second.effect()).isEqualTo(first.effect());
    }
  }

  /// A busy API makes more of them than any fixed number at each run takes away.
  @Test
  void oneRunDeletesAllThatAreOldAndNoOthers(@TempDir Path folder) throws Exception {
    var now = new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    try (TestDatabase fresh = TestDatabase.fresh();
        Database database = fresh.open();
        var sql = fresh.connectAsAdministrator();
        var statement = sql.createStatement()) {
      statement.execute(
          """
          insert into tenon.idempotency_key (tenant_id, owner_id, key, request_hash, effect_id, state,
            run, running_until, created_at)
          select '00000000-0000-7000-8000-000000000000', '00000000-0000-7000-8000-000000000000',
            'k' || n, sha256('x'), gen_random_uuid(), 'running', 1, timestamptz '2026-11-24T10:00:00Z',
            timestamptz '2026-11-24T10:00:00Z' + n * interval '1 second'
          from generate_series(1, 3600) n
          """);
      var keys =
          new IdempotencyKeys(
              database, Vault.open(keyFile, database, now::get), new Ids(now::get), now::get);
      assertThat(keys.clean()).isZero();
      now.set(now.get().plus(Duration.ofDays(2)).plusSeconds(2501));
      assertThat(keys.clean()).isEqualTo(2500);
      try (ResultSet left = statement.executeQuery("select count(*) from tenon.idempotency_key")) {
        assertThat(left.next()).isTrue();
        assertThat(left.getInt(1)).isEqualTo(1100);
      }
    }
  }
}
