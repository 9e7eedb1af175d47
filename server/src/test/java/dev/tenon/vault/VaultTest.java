package dev.tenon.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What is sealed opens in its own place and nowhere else.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class VaultTest {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final byte[] PLAIN = "a secret".getBytes(StandardCharsets.UTF_8);

  private TestDatabase testDatabase;
  private Database database;
  private Vault vault;
  private Path keyFile;
  private TenantId first;
  private TenantId second;

  @BeforeAll
  void start(@TempDir Path folder) {
    testDatabase = TestDatabase.fresh();
    database = testDatabase.open();
    keyFile = folder.resolve("keys/key.json");
    Vault.createKeyFile(keyFile);
    vault = Vault.open(keyFile, database, CLOCK);
    var tenants = new Tenants(database, vault, new Ids(CLOCK), CLOCK);
    first = create(tenants);
    second = create(tenants);
  }

  private static TenantId create(Tenants tenants) {
    return switch (tenants.create("a tenant", Optional.empty())) {
      case Tenants.Creation.Created created -> created.tenant().id();
      case Tenants.Creation.SlugTaken _ -> throw new AssertionError();
    };
  }

  @AfterAll
  void stop() {
    database.close();
    testDatabase.close();
  }

  @Test
  void opensWhatItSealedInItsPlaceOnly() {
    byte[] sealed = vault.seal(first, "con_1", "secret_key", PLAIN);
    assertThat(vault.open(first, "con_1", "secret_key", sealed)).isEqualTo(PLAIN);
    assertThatThrownBy(() -> vault.open(second, "con_1", "secret_key", sealed))
        .isInstanceOf(VaultException.class);
    assertThatThrownBy(() -> vault.open(TenantId.PLATFORM, "con_1", "secret_key", sealed))
        .isInstanceOf(VaultException.class);
    assertThatThrownBy(() -> vault.open(first, "con_2", "secret_key", sealed))
        .isInstanceOf(VaultException.class);
    assertThatThrownBy(() -> vault.open(first, "con_1", "webhook_secret", sealed))
        .isInstanceOf(VaultException.class);
    assertThatThrownBy(() -> vault.open(first, "con_1s", "ecret_key", sealed))
        .isInstanceOf(VaultException.class);
  }

  @Test
  void refusesWhatWasChanged() {
    byte[] sealed = vault.seal(first, "con_1", "secret_key", PLAIN);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> vault.open(first, "con_1", "secret_key", changed))
          .isInstanceOf(VaultException.class);
    }
  }

  @Test
  void payloadsOfEverySizeComeBack() {
    var random = new Random(7);
    for (int size : new int[] {0, 1, 63, 64, 65, 3200, 100_000}) {
      byte[] noise = new byte[size];
      random.nextBytes(noise);
      byte[] text = "{\"a\":1}".repeat(size).getBytes(StandardCharsets.UTF_8);
      for (byte[] plain : new byte[][] {noise, text}) {
        byte[] sealed = vault.sealPayload(first, "rev_1", "body", plain);
        assertThat(vault.openPayload(first, "rev_1", "body", sealed, 1_000_000)).isEqualTo(plain);
      }
    }
  }

  @Test
  void refusesAPayloadThatOpensToTooMuch() {
    byte[] sealed = vault.sealPayload(first, "rev_1", "body", new byte[1_000_000]);
    assertThat(sealed.length).isLessThan(10_000);
    assertThatThrownBy(() -> vault.openPayload(first, "rev_1", "body", sealed, 999_999))
        .isInstanceOf(VaultException.class)
        .hasMessageContaining("999999");
  }

  @Test
  void opensAfterARestart() {
    byte[] sealed = vault.seal(first, "con_1", "secret_key", PLAIN);
    Vault again = Vault.open(keyFile, database, CLOCK);
    assertThat(again.open(first, "con_1", "secret_key", sealed)).isEqualTo(PLAIN);
  }

  @Test
  void refusesToStartWithoutTheRightKey(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("missing.json");
    assertThatThrownBy(() -> Vault.open(missing, database, CLOCK))
        .isInstanceOf(VaultException.class)
        .hasMessageContaining("is missing");
    Path another = folder.resolve("another.json");
    Vault.createKeyFile(another);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(another)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> Vault.open(another, database, CLOCK))
        .isInstanceOf(VaultException.class)
        .hasMessageContaining("not the one that sealed it");
    assertThatThrownBy(() -> Vault.createKeyFile(another))
        .isInstanceOf(VaultException.class)
        .hasMessageContaining("exists already");
    Files.setPosixFilePermissions(another, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> Vault.open(another, database, CLOCK))
        .isInstanceOf(VaultException.class)
        .hasMessageContaining("chmod 600");
  }
}
