package dev.tenon.connection;

import dev.tenon.cache.RecentlyRead;
import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The connections of all tenants, and their credentials.
///
/// A credential goes in and is only ever opened for a call to the provider or to verify a webhook.
/// A field whose name starts with `webhook_` rolls: a new value joins the old ones, and all verify
/// until they expire or are removed. Any other field is replaced.
public final class Connections {
  private static final Duration REMEMBERED = Duration.ofSeconds(2);
  private static final int REMEMBERED_MAX = 10_000;

  /// Short: a connection that was just made on another node must be found.
  private static final Duration ABSENT = Duration.ofSeconds(1);

  /// How many webhook secrets may be good at once.
  public static final int ROLLING_MAX = 4;

  private static final int REASON_CHARS_MAX = 500;
  private static final String ROLLING = "webhook_";

  private final Database database;
  private final Vault vault;
  private final Ids ids;
  private final InstantSource clock;
  private final RecentlyRead<ConnectionId, InboundConnection> inbound;

  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  private final Optional<Events> events;

  /// Tells nobody what becomes of them: for tests and tools.
  public Connections(Database database, Vault vault, Ids ids, InstantSource clock) {
    this(database, vault, ids, clock, Optional.empty());
  }

  /// @param events tells when one breaks, works again, or is switched off or on
  public Connections(Database database, Vault vault, Ids ids, InstantSource clock, Events events) {
    this(database, vault, ids, clock, Optional.of(events));
  }

  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  private Connections(
      Database database, Vault vault, Ids ids, InstantSource clock, Optional<Events> events) {
    this.events = events;
    this.database = database;
    this.vault = vault;
    this.ids = ids;
    this.clock = clock;
    this.inbound = new RecentlyRead<>(clock, REMEMBERED, REMEMBERED_MAX, ABSENT);
  }

  /// Makes a connection, active at once.
  public Connection create(
      TenantTx tx,
      String provider,
      String name,
      Connection.Environment environment,
      Map<String, String> settings,
      Map<String, Secret> secrets) {
    return create(tx, new ConnectionId(ids.next()), provider, name, environment, settings, secrets);
  }

  /// The same under an id that the caller chose; one that was made under it before is the answer.
  public Connection create(
      TenantTx tx,
      ConnectionId id,
      String provider,
      String name,
      Connection.Environment environment,
      Map<String, String> settings,
      Map<String, Secret> secrets) {
    Optional<Connection> made = ConnectionStore.find(tx, id, false);
    if (made.isPresent()) {
      return made.get();
    }
    Instant now = now();
    ConnectionStore.insert(
        tx,
        new Connection(
            tx.tenant(),
            id,
            provider,
            name,
            environment,
            Connection.State.ACTIVE,
            "",
            settings,
            List.of(),
            now,
            now));
    secrets.forEach((field, secret) -> insertSecret(tx, id, field, 1, secret, now));
    return ConnectionStore.find(tx, id, false).orElseThrow();
  }

  public Optional<Connection> find(TenantTx tx, ConnectionId id) {
    return ConnectionStore.find(tx, id, false);
  }

  /// Finds a connection and locks it: of two changes at once neither loses the other's.
  public Optional<Connection> lock(TenantTx tx, ConnectionId id) {
    return ConnectionStore.find(tx, id, true);
  }

  /// The tenant's connections, newest first; of one provider where that is given.
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public List<Connection> list(
      TenantTx tx, Optional<String> provider, Optional<UUID> before, int limit) {
    return ConnectionStore.list(tx, provider, before, limit);
  }

  /// See [ConnectionStore#foremost].
  public Optional<Connection> foremost(
      TenantTx tx,
      String provider,
      String keyField,
      Collection<Connection.Environment> environments,
      boolean acting) {
    return ConnectionStore.foremost(tx, provider, keyField, environments, acting);
  }

  /// What is to be different about a connection; empty means "leave it".
  ///
  /// @param settings replaces all settings
  /// @param secrets new credentials by field
  /// @param previousExpireAt when the older webhook secrets end, where a new one is among `secrets`
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public record Change(
      Optional<String> name,
      Optional<Connection.State> state,
      Optional<Map<String, String>> settings,
      Map<String, Secret> secrets,
      Optional<Instant> previousExpireAt) {}

  /// How a change ended.
  public sealed interface Changed {
    record Done(Connection connection) implements Changed {}

    record NotFound() implements Changed {}

    /// No more webhook secrets may roll at once; remove an old one first.
    record TooManySecrets(String field) implements Changed {}

    /// The settings would have this credential sent elsewhere, so it has to be given again.
    record CredentialNeeded(String field) implements Changed {}
  }

  /// Changes a connection in a transaction of its own, so that this node sees the new secrets from
  /// its commit on.
  public Changed change(TenantId tenant, ConnectionId id, Change change) {
    Changed changed = database.asTenant(tenant, tx -> change(tx, id, change));
    changed(id);
    return changed;
  }

  /// Says that a change by [#change(TenantTx, ConnectionId, Change)] was committed: this node sees
  /// the new secrets from then on.
  public void changed(ConnectionId id) {
    inbound.forget(id);
  }

  /// Changes a connection in the caller's transaction; call [#changed] after its commit.
  public Changed change(TenantTx tx, ConnectionId id, Change change) {
    Optional<Connection> found = ConnectionStore.find(tx, id, true);
    if (found.isEmpty()) {
      return new Changed.NotFound();
    }
    Connection old = found.get();
    Optional<String> carried = carriedElsewhere(old, change);
    if (carried.isPresent()) {
      return new Changed.CredentialNeeded(carried.get());
    }
    Instant now = now();
    for (var entry : change.secrets().entrySet()) {
      String field = entry.getKey();
      List<Connection.SecretField> there =
          old.secrets().stream().filter(secret -> secret.field().equals(field)).toList();
      int ordinal = there.isEmpty() ? 1 : there.getFirst().ordinal() + 1;
      if (field.startsWith(ROLLING)) {
        there.stream()
            .filter(
                secret -> secret.expiresAt().isPresent() && !secret.expiresAt().get().isAfter(now))
            .forEach(secret -> ConnectionStore.deleteSecret(tx, id, field, secret.ordinal()));
        long live =
            there.stream()
                .filter(
                    secret -> secret.expiresAt().isEmpty() || secret.expiresAt().get().isAfter(now))
                .count();
        if (live >= ROLLING_MAX) {
          return new Changed.TooManySecrets(field);
        }
        change
            .previousExpireAt()
            .ifPresent(at -> ConnectionStore.expireSecrets(tx, id, field, ordinal, at));
      } else {
        there.forEach(secret -> ConnectionStore.deleteSecret(tx, id, field, secret.ordinal()));
      }
      insertSecret(tx, id, field, ordinal, entry.getValue(), now);
    }
    // New credentials or settings are reason enough to try a broken connection again.
    boolean mended = !change.secrets().isEmpty() || change.settings().isPresent();
    Connection.State state =
        change
            .state()
            .orElse(
                old.state() == Connection.State.BROKEN && mended
                    ? Connection.State.ACTIVE
                    : old.state());
    boolean _ =
        ConnectionStore.update(
            tx,
            id,
            change.name().orElse(old.name()),
            state,
            state == Connection.State.BROKEN ? old.stateReason() : "",
            change.settings().orElse(old.settings()),
            now);
    Connection changed = ConnectionStore.find(tx, id, false).orElseThrow();
    moved(old.state(), state).ifPresent(type -> tell(tx, type, changed));
    return new Changed.Done(changed);
  }

  /// What a person's change of the state is called; empty when it is none.
  private static Optional<EventType> moved(Connection.State from, Connection.State to) {
    if (from == to) {
      return Optional.empty();
    }
    return switch (to) {
      case DISABLED -> Optional.of(EventType.CONNECTION_DISABLED);
      case BROKEN -> Optional.of(EventType.CONNECTION_BROKEN);
      case ACTIVE ->
          Optional.of(
              from == Connection.State.BROKEN
                  ? EventType.CONNECTION_REPAIRED
                  : EventType.CONNECTION_ENABLED);
    };
  }

  private void tell(TenantTx tx, EventType type, Connection connection) {
    if (events.isEmpty()) {
      return;
    }
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("provider", connection.provider());
    data.put("name", connection.name());
    data.put("environment", connection.environment().name().toLowerCase(Locale.ROOT));
    data.put("state", connection.state().name().toLowerCase(Locale.ROOT));
    data.put("reason", connection.stateReason().isEmpty() ? null : connection.stateReason());
    var _ =
        events.get().tell(tx, List.of(new NewEvent(type, connection.id().toString(), data, null)));
  }

  /// Tells it of a connection that has just come to another state; answers whether it has.
  private boolean told(TenantTx tx, ConnectionId id, EventType type, boolean marked) {
    if (marked) {
      ConnectionStore.find(tx, id, false).ifPresent(connection -> tell(tx, type, connection));
    }
    return marked;
  }

  /// A credential that is sent to the provider and that the change would have sent to another place
  /// than the one for which it was given. What webhooks are verified with is sent nowhere.
  private static Optional<String> carriedElsewhere(Connection old, Change change) {
    boolean moves =
        change
            .settings()
            .filter(wanted -> !Destination.of(wanted).equals(Destination.of(old.settings())))
            .isPresent();
    return moves
        ? old.secrets().stream()
            .map(Connection.SecretField::field)
            .filter(field -> !field.startsWith(ROLLING) && !change.secrets().containsKey(field))
            .findFirst()
        : Optional.empty();
  }

  /// Removes one credential; false when it is not set.
  public boolean removeSecret(TenantId tenant, ConnectionId id, String field, int ordinal) {
    boolean removed = database.asTenant(tenant, tx -> removeSecret(tx, id, field, ordinal));
    changed(id);
    return removed;
  }

  /// The same in the caller's transaction; call [#changed] after its commit.
  public boolean removeSecret(TenantTx tx, ConnectionId id, String field, int ordinal) {
    return ConnectionStore.deleteSecret(tx, id, field, ordinal);
  }

  /// Has one credential end at `at`, or as early as it would have, in the caller's transaction;
  /// call [#changed] after its commit.
  public void expireSecret(TenantTx tx, ConnectionId id, String field, int ordinal, Instant at) {
    ConnectionStore.expireSecret(tx, id, field, ordinal, at);
  }

  /// Notes that the provider refuses the credentials. A connection that a person switched off stays
  /// off. False when there is no active connection of this id.
  public boolean markBroken(TenantTx tx, ConnectionId id, String reason) {
    return told(
        tx,
        id,
        EventType.CONNECTION_BROKEN,
        ConnectionStore.mark(
            tx,
            id,
            Connection.State.ACTIVE,
            Connection.State.BROKEN,
            reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX))));
  }

  /// Notes that the provider takes the credentials after all. False when it was not broken.
  public boolean markWell(TenantTx tx, ConnectionId id) {
    return told(
        tx,
        id,
        EventType.CONNECTION_REPAIRED,
        ConnectionStore.mark(tx, id, Connection.State.BROKEN, Connection.State.ACTIVE, ""));
  }

  /// Notes that the provider takes the credentials of a connection that counted as broken. False
  /// when it is not broken.
  public boolean markWorking(TenantTx tx, ConnectionId id) {
    return told(
        tx,
        id,
        EventType.CONNECTION_REPAIRED,
        ConnectionStore.find(tx, id, true)
            .filter(connection -> connection.state() == Connection.State.BROKEN)
            .map(
                connection ->
                    ConnectionStore.update(
                        tx,
                        id,
                        connection.name(),
                        Connection.State.ACTIVE,
                        "",
                        connection.settings(),
                        now()))
            .orElse(false));
  }

  /// The connection of an inbound URL, whoever's it is. Remembered for two seconds; a change on
  /// this node is seen at once.
  public Optional<InboundConnection> findInbound(ConnectionId id) {
    return inbound.get(id, this::readInbound);
  }

  private record Found(Connection connection, List<ConnectionStore.SealedSecret> secrets) {}

  private Optional<InboundConnection> readInbound(ConnectionId id, boolean known) {
    Function<EngineTx, Optional<Found>> look =
        tx ->
            ConnectionStore.findTenant(tx, id)
                .flatMap(tenant -> tx.asTenant(tenant, tenantTx -> read(tenantTx, id)));
    // Anybody can make up an address: those asks get connections of their own, so that they don't
    // hold up the ones to addresses that exist. Secrets are opened after the transaction: the vault
    // may need a connection too.
    return (known ? database.asEngine(look) : database.directory(look))
        .map(
            found ->
                new InboundConnection(
                    found.connection().tenant(),
                    id,
                    found.connection().provider(),
                    found.connection().state(),
                    found.connection().settings(),
                    found.secrets().stream()
                        .filter(stored -> stored.field.field().startsWith(ROLLING))
                        .map(
                            stored ->
                                new InboundConnection.WebhookSecret(
                                    stored.field.field(),
                                    open(found.connection().tenant(), id, stored),
                                    stored.field.expiresAt()))
                        .toList()));
  }

  private static Optional<Found> read(TenantTx tx, ConnectionId id) {
    return ConnectionStore.find(tx, id, false)
        .map(connection -> new Found(connection, ConnectionStore.secrets(tx, id)));
  }

  /// A connection with its credentials, to call its provider with. Reads the database each time.
  public Optional<Credentials> credentials(TenantTx tx, ConnectionId id) {
    return read(tx, id).map(found -> opened(id, found));
  }

  /// See [#credentials(TenantTx, ConnectionId)].
  public Optional<Credentials> credentials(TenantId tenant, ConnectionId id) {
    return database.asTenant(tenant, tx -> read(tx, id)).map(found -> opened(id, found));
  }

  private Credentials opened(ConnectionId id, Found found) {
    Map<String, Secret> secrets = new HashMap<>();
    for (ConnectionStore.SealedSecret sealed : found.secrets()) {
      if (!secrets.containsKey(sealed.field.field())) {
        secrets.put(sealed.field.field(), open(found.connection().tenant(), id, sealed));
      }
    }
    return new Credentials(found.connection(), secrets);
  }

  private void insertSecret(
      TenantTx tx, ConnectionId id, String field, int ordinal, Secret secret, Instant now) {
    byte[] sealed = vault.sealSecret(tx.tenant(), id.toString(), place(field, ordinal), secret);
    ConnectionStore.insertSecret(tx, id, field, ordinal, sealed, now);
  }

  private Secret open(TenantId tenant, ConnectionId id, ConnectionStore.SealedSecret sealed) {
    return vault.openSecret(
        tenant, id.toString(), place(sealed.field.field(), sealed.field.ordinal()), sealed.sealed);
  }

  private static String place(String field, int ordinal) {
    return field + "#" + ordinal;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
