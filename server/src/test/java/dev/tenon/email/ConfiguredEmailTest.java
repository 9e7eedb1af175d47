package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Providers live as long as their connection stays as it is, whoever uses it and however often it
/// is read; and each tenant's streams find their route.
@SuppressWarnings("NullAway.Init")
class ConfiguredEmailTest {
  @TempDir private Path folder;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final InstantSource clock = now::get;
  private final TestDatabase database = TestDatabase.fresh();
  private final Database db = database.open();
  private final ApacheProviderHttp http = new ApacheProviderHttp(EgressPolicy.allowing(List.of()));
  private final CountingSmtp server = new CountingSmtp();
  private Connections connections;
  private Tenants tenants;
  private ConfiguredEmail email;

  @BeforeEach
  void start() {
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    Vault vault = Vault.open(keyFile, db, clock);
    var ids = new Ids(clock);
    connections = new Connections(db, vault, ids, clock);
    tenants = new Tenants(db, vault, ids, clock);
    email =
        new ConfiguredEmail(
            db, connections, http, InetAddress::isLoopbackAddress, Duration.ofSeconds(60), clock);
  }

  @AfterEach
  void stop() {
    email.close();
    server.close();
    http.close();
    db.close();
    database.close();
  }

  private TenantId tenant() {
    return switch (tenants.create("Acme", Optional.empty())) {
      case Tenants.Creation.Created created -> created.tenant().id();
      case Tenants.Creation.SlugTaken _ -> throw new AssertionError();
    };
  }

  private ConnectionId smtp(TenantId owner) {
    return db.asTenant(
            owner,
            tx ->
                connections.create(
                    tx, "smtp", "c", Connection.Environment.DEVELOPMENT, settings(), Map.of()))
        .id();
  }

  private Map<String, String> settings() {
    return Map.of("host", "127.0.0.1", "port", String.valueOf(server.port()), "security", "plain");
  }

  private void route(TenantId owner, Map<String, List<ConnectionId>> byStream) {
    db.useTenant(
        owner,
        tx ->
            EmailRouteStore.replace(
                tx,
                byStream.entrySet().stream()
                    .collect(
                        java.util.stream.Collectors.toMap(
                            Map.Entry::getKey, entry -> places(entry.getValue())))));
  }

  private static List<EmailRouting.Place> places(List<ConnectionId> connections) {
    return java.util.stream.IntStream.range(0, connections.size())
        .mapToObj(i -> new EmailRouting.Place(connections.get(i).uuid(), i, 1))
        .toList();
  }

  private List<UUID> of(TenantId tenant, String stream) {
    return email.of(tenant, stream, null).stream().map(EmailConnections.Ready::connection).toList();
  }

  private void send(TenantId tenant) {
    EmailMessage message =
        EmailMessage.builder("msg_1")
            .from(EmailAddress.of("a@acme.test"))
            .to(EmailAddress.of("b@acme.test"))
            .subject("s")
            .text("t")
            .build();
    assertThat(email.of(tenant, "outbound", null).getFirst().provider().send(message, "k"))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private static long timers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("smtp-timer"))
        .count();
  }

  @Test
  void readingAnewNeitherLeavesThreadsNorConnectionsBehind() {
    ConnectionId platform = smtp(TenantId.PLATFORM);
    route(TenantId.PLATFORM, Map.of("", List.of(platform)));
    List<TenantId> some = List.of(tenant(), tenant(), tenant());
    long timersBefore = timers();
    for (int i = 0; i < 100; i++) {
      some.forEach(this::send);
      now.set(now.get().plusSeconds(6));
    }
    assertThat(timers() - timersBefore).isLessThanOrEqualTo(1);
    assertThat(server.most()).as("one mail at a time over one connection").isEqualTo(1);
    assertThat(server.made()).as("a new one after a hundred messages each").isLessThanOrEqualTo(4);
  }

  @Test
  void aChangedConnectionIsMadeAnewAndTheOldOneLetsGo() {
    TenantId one = tenant();
    ConnectionId id = smtp(one);
    route(one, Map.of("", List.of(id)));
    send(one);
    var before = email.of(one, "outbound", null).getFirst();

    now.set(now.get().plusSeconds(6));
    assertThat(email.of(one, "outbound", null).getFirst().provider()).isSameAs(before.provider());

    Connections.Changed _ =
        connections.change(
            one,
            id,
            new Connections.Change(
                Optional.empty(),
                Optional.empty(),
                Optional.of(settings()),
                Map.of("password", Secret.of("new")),
                Optional.empty()));
    now.set(now.get().plusSeconds(6));
    var after = email.of(one, "outbound", null).getFirst();
    assertThat(after.provider()).isNotSameAs(before.provider());
    assertThat(after.changedAt()).isAfter(before.changedAt());
    send(one);
    assertThat(server.made()).isEqualTo(2);
  }

  @Test
  void healthIsNoChangeOfTheConnection() {
    TenantId one = tenant();
    ConnectionId id = smtp(one);
    route(one, Map.of("", List.of(id)));
    var before = email.of(one, "outbound", null).getFirst();
    now.set(now.get().plusSeconds(6));
    db.useTenant(one, tx -> assertThat(connections.markBroken(tx, id, "535 no")).isTrue());

    var broken = email.of(one, "outbound", null).getFirst();
    assertThat(broken.broken()).isTrue();
    assertThat(broken.provider()).isSameAs(before.provider());
    assertThat(broken.changedAt()).isEqualTo(before.changedAt());
    db.useTenant(one, tx -> assertThat(connections.markWell(tx, id)).isTrue());
    db.useTenant(
        one,
        tx -> {
          Connection well = connections.find(tx, id).orElseThrow();
          assertThat(well.state()).isEqualTo(Connection.State.ACTIVE);
          assertThat(well.stateReason()).isEmpty();
        });
  }

  @Test
  void aRouteOfOneStreamLeavesTheOthersThePlatformsWay() {
    TenantId one = tenant();
    ConnectionId platform = smtp(TenantId.PLATFORM);
    ConnectionId platformBroadcast = smtp(TenantId.PLATFORM);
    ConnectionId own = smtp(one);
    route(
        TenantId.PLATFORM, Map.of("", List.of(platform), "broadcast", List.of(platformBroadcast)));
    assertThat(of(one, "broadcast")).containsExactly(platformBroadcast.uuid());

    route(one, Map.of("", List.of(), "broadcast", List.of(own)));
    now.set(now.get().plusSeconds(6));
    assertThat(of(one, "broadcast")).containsExactly(own.uuid());
    assertThat(of(one, "outbound")).containsExactly(platform.uuid());
    assertThat(email.all(one))
        .extracting(EmailConnections.Ready::connection)
        .contains(own.uuid(), platform.uuid());
    assertThat(email.of(one, "outbound", platform.uuid())).hasSize(1);

    route(one, Map.of("", List.of(own)));
    now.set(now.get().plusSeconds(6));
    assertThat(of(one, "broadcast"))
        .as("a general route of its own covers every stream")
        .containsExactly(own.uuid());
    assertThat(email.of(one, "outbound", platform.uuid())).isEmpty();
  }
}
