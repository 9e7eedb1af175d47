package dev.tenon.vault;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.tenon.cache.RecentlyRead;
import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;

/// Seals what must not be readable at rest: credentials, and the bodies of messages and webhooks.
///
/// Two layers: every tenant has a data keyset (AES-256-GCM) of its own, and the key-encryption
/// keyset of the key file seals those. What is sealed is bound to its tenant, owner and field:
/// moved to another row or column it does not open. Without the tenant's row in `tenant_key`
/// nothing of it opens, which is how a tenant is shredded; a node that held the key forgets it
/// within ten minutes.
///
/// Safe for use by many threads, and within any transaction: a key that is not in memory is read
/// over a connection that no transaction waits with ([Database#lookUp]).
public final class Vault {
  /// Part of what every sealed value is bound to; raise it when the form of sealed values changes.
  private static final byte SCHEMA_VERSION = 1;

  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  private static final int REMEMBERED_MAX = 10_000;

  private final Database database;
  private final InstantSource clock;
  private final KeysetHandle keyEncryption;
  private final Aead keyEncryptionAead;
  private final RecentlyRead<TenantId, Aead> keys;

  private Vault(Database database, InstantSource clock, KeysetHandle keyEncryption) {
    this.database = database;
    this.clock = clock;
    this.keyEncryption = keyEncryption;
    this.keyEncryptionAead = aead(keyEncryption);
    this.keys = new RecentlyRead<>(clock, REMEMBERED, REMEMBERED_MAX);
  }

  /// Opens the vault and makes the platform's data key where it has none yet. Throws
  /// [VaultException] when the key file is missing, readable by others or broken, or when it is not
  /// the one that sealed this database: a start without the right key would only fail later.
  public static Vault open(Path keyFile, Database database, InstantSource clock) {
    return open(new VaultKey.InFile(keyFile), database, clock);
  }

  /// See [#open(Path, Database, InstantSource)].
  public static Vault open(VaultKey key, Database database, InstantSource clock) {
    KeysetHandle keyset =
        switch (key) {
          case VaultKey.InFile(Path file) -> KeyFile.read(file);
          case VaultKey.Given(Secret text) -> KeyFile.parse(text);
        };
    var vault = new Vault(database, clock, keyset);
    database.useEngine(
        tx ->
            VaultStore.insertKey(
                tx.handle(), TenantId.PLATFORM, vault.newSealedKey(TenantId.PLATFORM), clock));
    vault.key(TenantId.PLATFORM);
    return vault;
  }

  /// Makes a new key file, readable by its owner only. Throws [VaultException] when the file
  /// exists: it is never overwritten.
  public static void createKeyFile(Path keyFile) {
    KeyFile.create(keyFile);
  }

  /// Makes a new key as text, for those who keep it elsewhere than in a file.
  public static Secret newKey() {
    return Secret.of(KeyFile.generate());
  }

  /// Makes the data key of a tenant that is being created, in the same transaction.
  public void createKey(TenantTx tx) {
    VaultStore.insertKey(tx.handle(), tx.tenant(), newSealedKey(tx.tenant()), clock);
  }

  /// Seals `plain` for the tenant, bound to `owner` (the id of the record it belongs to) and
  /// `field`.
  public byte[] seal(TenantId tenant, String owner, String field, byte[] plain) {
    try {
      return key(tenant).encrypt(plain, associatedData(tenant, owner, field));
    } catch (GeneralSecurityException e) {
      throw new VaultException("can't seal %s of %s".formatted(field, owner), e);
    }
  }

  /// Opens what [#seal] sealed with the same three. Throws [VaultException] when it was sealed for
  /// another tenant, owner or field, or has been changed.
  public byte[] open(TenantId tenant, String owner, String field, byte[] sealed) {
    try {
      return key(tenant).decrypt(sealed, associatedData(tenant, owner, field));
    } catch (GeneralSecurityException e) {
      throw new VaultException(
          "%s of %s does not open: it was changed, or sealed for another place"
              .formatted(field, owner),
          e);
    }
  }

  /// Seals a credential. See [#seal].
  public byte[] sealSecret(TenantId tenant, String owner, String field, Secret secret) {
    return seal(tenant, owner, field, secret.reveal().getBytes(StandardCharsets.UTF_8));
  }

  /// Opens a credential. See [#open].
  public Secret openSecret(TenantId tenant, String owner, String field, byte[] sealed) {
    byte[] plain = open(tenant, owner, field, sealed);
    try {
      return Secret.of(new String(plain, StandardCharsets.UTF_8));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /// Makes small, then seals: the way for bodies, which would otherwise be most of what is stored.
  public byte[] sealPayload(TenantId tenant, String owner, String field, byte[] plain) {
    return seal(tenant, owner, field, Payloads.pack(plain));
  }

  /// Opens what [#sealPayload] sealed. Throws [VaultException] when it inflates to more than
  /// `bytesMax`.
  public byte[] openPayload(
      TenantId tenant, String owner, String field, byte[] sealed, int bytesMax) {
    return Payloads.unpack(open(tenant, owner, field, sealed), bytesMax);
  }

  private Aead key(TenantId tenant) {
    return keys.get(tenant, this::readKey)
        .orElseThrow(() -> new VaultException("tenant %s has no data key".formatted(tenant)));
  }

  private Optional<Aead> readKey(TenantId tenant) {
    return database
        .lookUp(tx -> VaultStore.findKey(tx.handle(), tenant))
        .map(stored -> openKey(tenant, stored));
  }

  private Aead openKey(TenantId tenant, byte[] sealed) {
    try {
      return aead(
          TinkProtoKeysetFormat.parseEncryptedKeyset(
              sealed,
              keyEncryptionAead,
              associatedData(tenant, "tenant", "key"),
              RegistryConfiguration.get()));
    } catch (GeneralSecurityException e) {
      throw new VaultException(
          "the data key of tenant %s does not open: this key file is not the one that sealed it"
              .formatted(tenant),
          e);
    }
  }

  private VaultStore.SealedKey newSealedKey(TenantId tenant) {
    try {
      byte[] sealed =
          TinkProtoKeysetFormat.serializeEncryptedKeyset(
              KeysetHandle.generateNew(
                  PredefinedAeadParameters.AES256_GCM, RegistryConfiguration.get()),
              keyEncryptionAead,
              associatedData(tenant, "tenant", "key"),
              RegistryConfiguration.get());
      return new VaultStore.SealedKey(sealed, keyEncryption.getPrimary().getId());
    } catch (GeneralSecurityException e) {
      throw new VaultException("can't make a data key for tenant %s".formatted(tenant), e);
    }
  }

  /// Length-prefixed, so that no two different places give the same bytes.
  private static byte[] associatedData(TenantId tenant, String owner, String field) {
    byte[] ownerBytes = owner.getBytes(StandardCharsets.UTF_8);
    byte[] fieldBytes = field.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + 16 + 4 + ownerBytes.length + 4 + fieldBytes.length)
        .put(SCHEMA_VERSION)
        .putLong(tenant.uuid().getMostSignificantBits())
        .putLong(tenant.uuid().getLeastSignificantBits())
        .putInt(ownerBytes.length)
        .put(ownerBytes)
        .putInt(fieldBytes.length)
        .put(fieldBytes)
        .array();
  }

  private static Aead aead(KeysetHandle keyset) {
    try {
      return keyset.getPrimitive(RegistryConfiguration.get(), Aead.class);
    } catch (GeneralSecurityException e) {
      throw new VaultException("a keyset is not for authenticated encryption", e);
    }
  }
}
