package dev.tenon.access;

import dev.tenon.cache.RecentlyRead;
import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/// The API keys of all tenants: made, listed, revoked, and recognised.
///
/// A key is stored as its hash. A recognised key is remembered for ten seconds, so a request costs
/// no round trip; revoking works at once on this node and within those seconds on the others.
public final class ApiKeys {
  private static final Duration REMEMBERED = Duration.ofSeconds(10);
  private static final int REMEMBERED_MAX = 10_000;

  /// Short: a key that was just made on another node must work.
  private static final Duration ABSENT = Duration.ofSeconds(1);

  private final Database database;
  private final Ids ids;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final RecentlyRead<String, ApiKey> known;

  public ApiKeys(Database database, Ids ids, InstantSource clock) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
    this.known = new RecentlyRead<>(clock, REMEMBERED, REMEMBERED_MAX, ABSENT);
  }

  /// Makes a key. Its text is in the answer and nowhere else.
  public ApiKey.Created create(
      TenantTx tx, String name, Set<Scope> scopes, Optional<Instant> expiresAt) {
    return create(tx, new ApiKeyId(ids.next()), name, scopes, expiresAt);
  }

  /// The same under an id that the caller chose. One that was made under it before gets another
  /// text: nobody has heard the first one.
  public ApiKey.Created create(
      TenantTx tx, ApiKeyId id, String name, Set<Scope> scopes, Optional<Instant> expiresAt) {
    Secret text = KeyText.generate(random);
    Optional<ApiKey> before =
        ApiKeyStore.replaceText(tx, id, KeyText.hash(text.reveal()), KeyText.hint(text));
    if (before.isPresent()) {
      return new ApiKey.Created(before.get(), text);
    }
    var key =
        new ApiKey(
            tx.tenant(),
            id,
            name,
            KeyText.hint(text),
            List.copyOf(EnumSet.copyOf(scopes)),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            expiresAt,
            Optional.empty(),
            Optional.empty());
    ApiKeyStore.insert(tx, key, KeyText.hash(text.reveal()));
    return new ApiKey.Created(key, text);
  }

  /// The tenant's keys, newest first, revoked ones included.
  public List<ApiKey> list(TenantTx tx, Optional<UUID> before, int limit) {
    return ApiKeyStore.list(tx, before, limit);
  }

  /// One of the tenant's keys.
  public Optional<ApiKey> find(TenantTx tx, ApiKeyId id) {
    return ApiKeyStore.find(tx, id);
  }

  /// Revokes a key in a transaction of its own, since it must not be recognised from its commit on.
  /// False when the tenant has no such key; revoking twice is the same as once.
  public boolean revoke(dev.tenon.tenant.TenantId tenant, ApiKeyId id) {
    Optional<byte[]> hash =
        database.asTenant(tenant, tx -> ApiKeyStore.revoke(tx, id, clock.instant()));
    hash.ifPresent(bytes -> known.forget(HexFormat.of().formatHex(bytes)));
    return hash.isPresent();
  }

  /// Whose key this is; empty when it is mistyped, unknown, revoked or expired, or its tenant is
  /// suspended.
  public Optional<Caller> authenticate(String text) {
    if (!KeyText.wellFormed(text)) {
      return Optional.empty();
    }
    return known
        .get(KeyText.hashText(text), (hash, seen) -> read(HexFormat.of().parseHex(hash), seen))
        .filter(key -> key.expiresAt().map(end -> end.isAfter(clock.instant())).orElse(true))
        .map(key -> new Caller(key.id(), key.tenant(), Set.copyOf(key.scopes())));
  }

  private Optional<ApiKey> read(byte[] hash, boolean seen) {
    Function<EngineTx, Optional<ApiKey>> look =
        tx -> {
          Optional<ApiKey> key = ApiKeyStore.findByHash(tx, hash);
          key.ifPresent(found -> ApiKeyStore.noteUse(tx, found, clock.instant()));
          return key;
        };
    // Anybody can make up a key: those asks don't hold up the keys that exist.
    return seen ? database.asEngine(look) : database.directory(look);
  }
}
