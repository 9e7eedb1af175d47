package dev.tenon.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.vault.Vault;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdempotencyKeysTest {

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
