package dev.tenon.tenant;

import dev.tenon.cache.RecentlyRead;
import dev.tenon.db.Database;
import dev.tenon.id.Ids;
import dev.tenon.vault.Vault;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/// The tenants. Each is made together with the key that seals its data.
public final class Tenants {
  private static final Duration REMEMBERED = Duration.ofSeconds(10);
  private static final int REMEMBERED_MAX = 10_000;
  private static final Duration ABSENT = Duration.ofSeconds(1);
  private static final String UNIQUE_VIOLATION = "23505";

  private final Database database;
  private final Vault vault;
  private final Ids ids;
  private final InstantSource clock;
  private final RecentlyRead<TenantId, Boolean> known;

  public Tenants(Database database, Vault vault, Ids ids, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.ids = ids;
    this.clock = clock;
    this.known = new RecentlyRead<>(clock, REMEMBERED, REMEMBERED_MAX, ABSENT);
  }

  /// What came of creating a tenant.
  public sealed interface Creation {
    record Created(Tenant tenant) implements Creation {}

    /// Another tenant has this slug.
    record SlugTaken(String slug) implements Creation {}
  }

  /// Makes a tenant and its data key.
  ///
  /// @param name 1 to 200 characters
  /// @param slug lower-case letters, digits and single dashes between them, at most 63
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public Creation create(String name, Optional<String> slug) {
    return create(new TenantId(ids.next()), name, slug);
  }

  /// The same under an id that the caller chose; one that was made under it before is the answer.
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public Creation create(TenantId id, String name, Optional<String> slug) {
    Optional<Tenant> made = find(id);
    if (made.isPresent()) {
      return new Creation.Created(made.get());
    }
    var tenant =
        new Tenant(
            id, name, slug, Tenant.State.ACTIVE, clock.instant().truncatedTo(ChronoUnit.MICROS));
    try {
      database.useTenant(
          tenant.id(),
          tx -> {
            TenantStore.insert(tx, tenant);
            vault.createKey(tx);
          });
    } catch (UnableToExecuteStatementException e) {
      if (slug.isPresent()
          && e.getCause() instanceof SQLException sql
          && UNIQUE_VIOLATION.equals(sql.getSQLState())) {
        return new Creation.SlugTaken(slug.get());
      }
      throw e;
    }
    known.forget(id);
    return new Creation.Created(tenant);
  }

  public Optional<Tenant> find(TenantId tenant) {
    return database.asTenant(tenant, TenantStore::find);
  }

  /// All tenants, the newest first.
  public List<Tenant> list(Optional<UUID> before, int limit) {
    return database.asEngine(tx -> TenantStore.list(tx, before, limit));
  }

  /// Whether there is such a tenant; known ones are remembered for ten seconds.
  public boolean exists(TenantId tenant) {
    return known
        .get(
            tenant,
            id ->
                database.asEngine(tx -> TenantStore.exists(tx, id))
                    ? Optional.of(true)
                    : Optional.empty())
        .isPresent();
  }
}
