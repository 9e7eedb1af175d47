package dev.tenon.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Registrations at a provider that fails, forgets and is changed by others just when it matters.
class RegistrationsTest {
  private static final Duration DAY = Duration.ofHours(24);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final TestDatabase database = TestDatabase.fresh();
  private final Database db = database.open();
  private final Ids ids = new Ids(clock);
  private final Connections connections =
      new Connections(db, Vault.open(new VaultKey.Given(Vault.newKey()), db, clock), ids, clock);
  private final Provider provider = new Provider();
  private final Registrations registrations =
      new Registrations(
          db,
          connections,
          List.of(provider),
          PublicUrl.of(URI.create("https://hub.test")),
          new Jobs(List.of(), ids, clock, new Signal()),
          ids,
          clock);
  private final ConnectionId connection =
      db.asTenant(
              TenantId.PLATFORM,
              tx ->
                  connections.create(
                      tx,
                      "lister",
                      "L",
                      Connection.Environment.DEVELOPMENT,
                      Map.of(),
                      Map.of("webhook_secret", Secret.of("by hand"))))
          .id();

  @AfterEach
  void stop() {
    db.close();
    database.close();
  }

  @Test
  void whatAnotherRegistersBetweenTheListAndTheLookIsNotTakenForRemoved() {
    provider.afterList = this::register;
    refused(ProblemCode.REQUEST_CONFLICT);
    assertThat(provider.there).hasSize(1);
    assertThat(rows()).containsExactly(Registration.State.REGISTERED);
    assertThat(secrets()).containsKeys(1, 2).hasSize(2);
    assertThat(register()).isEqualTo(Registrations.Did.NOTHING);
  }

  @Test
  void aFaultThatTheProviderStoredIsNotRepeatedForADay() {
    provider.failure = ProblemCode.SERVER_BUSY;
    provider.madeAllTheSame = true;
    refused(ProblemCode.SERVER_BUSY);
    provider.failure = null;
    // The provider answers the repetition with what it stored; so another one is made, and what the
    // first call left is removed.
    assertThat(register()).isEqualTo(Registrations.Did.CREATED);
    assertThat(provider.there).hasSize(1);
    assertThat(rows()).containsExactly(Registration.State.REGISTERED);
  }

  @Test
  void aRefusalThatTheProviderStoredHoldsUpNothingOnceItsCauseIsMended() {
    provider.failure = ProblemCode.PROVIDER_REFUSED;
    refused(ProblemCode.PROVIDER_REFUSED);
    assertThat(rows()).isEmpty();
    provider.failure = null;
    assertThat(register()).isEqualTo(Registrations.Did.CREATED);
  }

  @Test
  void theSecretOfARemovedEndpointEndsAlsoWhenTheNextOneCannotBeMade() {
    register();
    assertThat(secrets()).containsKeys(1, 2);
    provider.there.clear();
    provider.failure = ProblemCode.SERVER_BUSY;
    refused(ProblemCode.SERVER_BUSY);
    assertThat(secrets()).containsOnlyKeys(1);
  }

  @Test
  void aRotationEndsTheSecretThatItReplacesAndNoOther() {
    register();
    registrations.rotate(TenantId.PLATFORM, connection, DAY);
    Instant end = now.get().plus(DAY);
    assertThat(secrets())
        .isEqualTo(Map.of(1, Optional.empty(), 2, Optional.of(end), 3, Optional.empty()));
  }

  @Test
  void whatADeadRotationLeftIsRemoved() {
    register();
    provider.failure = ProblemCode.SERVER_BUSY;
    provider.madeAllTheSame = true;
    assertThatThrownBy(() -> registrations.rotate(TenantId.PLATFORM, connection, DAY))
        .isInstanceOf(ProblemException.class);
    assertThat(provider.there).hasSize(2);
    provider.failure = null;
    now.set(now.get().plusSeconds(1));
    assertThat(register()).isEqualTo(Registrations.Did.NOTHING);
    assertThat(provider.there).hasSize(1);
    assertThat(rows()).containsExactly(Registration.State.REGISTERED);
  }

  private Registrations.Did register() {
    return registrations.register(TenantId.PLATFORM, connection, DAY);
  }

  private void refused(ProblemCode code) {
    assertThatThrownBy(this::register)
        .isInstanceOfSatisfying(
            ProblemException.class, problem -> assertThat(problem.code()).isEqualTo(code));
  }

  /// When each webhook secret ends, by its ordinal.
  private Map<Integer, Optional<Instant>> secrets() {
    Map<Integer, Optional<Instant>> found = new HashMap<>();
    db.asTenant(TenantId.PLATFORM, tx -> connections.find(tx, connection).orElseThrow())
        .secrets()
        .forEach(secret -> found.put(secret.ordinal(), secret.expiresAt()));
    return found;
  }

  private List<Registration.State> rows() {
    var store = new RegistrationStore();
    List<Registration.State> found = new ArrayList<>();
    for (Registration.State state : Registration.State.values()) {
      db.asTenant(TenantId.PLATFORM, tx -> store.in(tx, connection.uuid(), state))
          .forEach(one -> found.add(one.state()));
    }
    return found;
  }

  /// Keeps what it answered under a reference, as providers do under an idempotency key.
  private static final class Provider implements EndpointRegistrar, EndpointRegistrar.Account {
    private final List<Registered> there = new ArrayList<>();
    private final Map<String, ProblemCode> stored = new HashMap<>();
    private @Nullable Runnable afterList;
    private @Nullable ProblemCode failure;
    private boolean madeAllTheSame;
    private int made;

    @Override
    public String provider() {
      return "lister";
    }

    @Override
    public String secretField() {
      return "webhook_secret";
    }

    @Override
    public String source() {
      return "test";
    }

    @Override
    public Needed needed() {
      return new Needed("1", List.of("a"));
    }

    @Override
    public Optional<Account> open(TenantId owner, ConnectionId connection) {
      return Optional.of(this);
    }

    @Override
    public Optional<Boolean> live() {
      return Optional.of(false);
    }

    @Override
    public List<Registered> list() {
      List<Registered> found = List.copyOf(there);
      @Nullable Runnable first = afterList;
      afterList = null;
      if (first != null) {
        first.run();
      }
      return found;
    }

    @Override
    public Made create(String reference, URI url, String description) {
      @Nullable ProblemCode before = stored.get(reference);
      if (before != null) {
        // A fault that is answered again says so.
        throw new ProblemException(
            before == ProblemCode.SERVER_BUSY ? ProblemCode.IDEMPOTENCY_OUTCOME_UNKNOWN : before);
      }
      @Nullable ProblemCode fails = failure;
      if (fails != null) {
        stored.put(reference, fails);
      }
      if (fails == null || madeAllTheSame) {
        made++;
        there.add(new Registered("we_" + made, url.toString(), true, "1", List.of("a"), reference));
      }
      if (fails != null) {
        throw new ProblemException(fails);
      }
      return new Made("we_" + made, Secret.of("secret " + made));
    }

    @Override
    public void update(String id, URI url) {
      throw new AssertionError("nothing is to be changed");
    }

    @Override
    public void delete(String id) {
      there.removeIf(one -> one.id().equals(id));
    }
  }
}
