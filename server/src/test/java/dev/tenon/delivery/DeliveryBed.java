package dev.tenon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.CallObserver;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.PrivatePlaces;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.endpoint.EndpointSettings;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.EventsFit;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.metric.Meters;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// The delivery engine on a real database, with a clock that the test moves and a real receiver.
final class DeliveryBed implements AutoCloseable {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  final AtomicReference<Instant> now =
      new AtomicReference<>(InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS));
  final InstantSource clock = now::get;
  final Ids ids = new Ids(clock);
  final TestDatabase database = TestDatabase.fresh();
  final Database db = Database.open(database.address(), new Database.PoolSizes(6, 4));
  final Vault vault = Vault.open(new VaultKey.Given(Vault.newKey()), db, clock);
  final Signal work = new Signal();
  final Events events = new Events(ids, clock, work::raise);
  final Endpoints endpoints = new Endpoints(db, vault, events, ids, clock, work::raise);
  final Receiver receiver = new Receiver();
  private final List<DeliveryWorkers> nodes = new ArrayList<>();
  private final List<ApacheProviderHttp> clients = new ArrayList<>();

  TenantId tenant(String name) {
    return switch (new Tenants(db, vault, ids, clock).create(name, Optional.empty())) {
      case Tenants.Creation.Created created -> created.tenant().id();
      case Tenants.Creation.SlugTaken _ -> throw new AssertionError();
    };
  }

  DeliveryWorkers node() {
    return node(
        new DeliveryWorkers.Limits(512, 16, 64, Duration.ofSeconds(60), Duration.ofMillis(10)));
  }

  DeliveryWorkers node(DeliveryWorkers.Limits limits) {
    return node(limits, EgressPolicy.publicAnd(PrivatePlaces.parse(List.of("127.0.0.1"))));
  }

  DeliveryWorkers node(DeliveryWorkers.Limits limits, EgressPolicy egress) {
    var http =
        new ApacheProviderHttp(egress, ApacheProviderHttp.Limits.webhooks(512), CallObserver.NONE);
    var node =
        new DeliveryWorkers(db, endpoints, http, events, work, clock, limits, Meters.unseen());
    clients.add(http);
    nodes.add(node);
    node.start();
    return node;
  }

  static EndpointSettings to(URI url) {
    return new EndpointSettings(
        url.toString(), "", List.of(), List.of(), null, false, EndpointSettings.Payload.FULL);
  }

  /// The signing secret that is shown once.
  static Secret secret(Endpoints.Made made) {
    return Objects.requireNonNull(made.secret());
  }

  Endpoints.Made endpoint(TenantId tenant, String path) {
    return endpoint(tenant, path, settings -> settings);
  }

  Endpoints.Made endpoint(TenantId tenant, String path, UnaryOperator<EndpointSettings> change) {
    return endpoint(tenant, change.apply(to(receiver.url(path))), Endpoint.Signing.V1, Map.of());
  }

  Endpoints.Made endpoint(
      TenantId tenant,
      EndpointSettings settings,
      Endpoint.Signing signing,
      Map<String, Secret> headers) {
    return db.asTenant(
        tenant, tx -> endpoints.create(tx, null, settings, signing, headers).orElseThrow());
  }

  static UnaryOperator<EndpointSettings> ordered() {
    return s ->
        new EndpointSettings(
            s.url(), "", s.eventTypes(), s.headerNames(), s.rate(), true, s.payload());
  }

  static UnaryOperator<EndpointSettings> rate(int rate) {
    return s ->
        new EndpointSettings(
            s.url(), "", s.eventTypes(), s.headerNames(), rate, s.ordered(), s.payload());
  }

  /// Tells events in a transaction of their own.
  List<UUID> tell(TenantId tenant, NewEvent... told) {
    return db.asTenant(tenant, tx -> events.tell(tx, List.of(told)));
  }

  static NewEvent about(String object) {
    return new NewEvent(
        EventType.CUSTOMER_CREATED,
        object,
        Map.of(
            "provider_id",
            "cus_1",
            "email",
            "ada@customer.test",
            "connection",
            "con_0000000000000000000000000a",
            "environment",
            "development"),
        null);
  }

  Deliveries deliveries() {
    return new Deliveries(db, work, new Jobs(List.of(), ids, clock, new Signal()), ids, clock);
  }

  void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
    work.raise();
  }

  /// A figure, asked as superuser.
  long count(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute("set search_path = tenon");
      try (var rows = statement.executeQuery(sql)) {
        assertThat(rows.next()).isTrue();
        return rows.getLong(1);
      }
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  String text(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute("set search_path = tenon");
      try (var rows = statement.executeQuery(sql)) {
        return rows.next() ? String.valueOf(rows.getString(1)) : "";
      }
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /// Asks until the answer is as expected.
  <T> void await(Supplier<T> ask, T expected) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      T answer = ask.get();
      if (expected.equals(answer)) {
        return;
      }
      assertThat(System.nanoTime()).as("still %s, not %s", answer, expected).isLessThan(end);
    }
  }

  void awaitCount(String sql, long expected) {
    await(() -> count(sql), expected);
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.close(Duration.ofSeconds(1)));
    clients.forEach(ApacheProviderHttp::close);
    receiver.close();
    db.close();
    // After the sessions are closed: what it finds must not take them from the tests that follow.
    EventsFit.check(database);
    database.close();
  }
}
