package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.TestDatabase.TestFolders;
import dev.tenon.db.embedded.EmbeddedPostgres;
import dev.tenon.db.embedded.EmbeddedPostgresConfig;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The database goes away under a running server and comes back. Nobody is told 200 for what is not
/// stored, nobody is told that the server is broken, and nothing has to be restarted: one program
/// lives through all of it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class OutageTest {
  private static final String SECRET = "whsec_for_a_test";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient client = HttpClient.newHttpClient();
  private Path folder;
  private EmbeddedPostgres postgres;
  private int port;
  private Tenon tenon;
  private String key;
  private ConnectionId connection;
  private long factsBefore;

  @BeforeAll
  void start() throws IOException {
    folder = TestFolders.make("tenon-outage");
    postgres = startPostgres(0);
    port = postgres.port();
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    Config config =
        Config.load(
            List.of(Layer.commandLine(Map.of("server.port", "0", "lanes.lease-seconds", "5"))));
    tenon =
        Tenon.start(
            config,
            new Tenon.Surroundings(
                postgres.address(),
                keyFile,
                EgressPolicy.publicOnly(),
                InetAddress::isLoopbackAddress,
                InstantSource.system()));
    key =
        tenon
            .database()
            .asTenant(
                TenantId.PLATFORM,
                tx -> tenon.keys().create(tx, "test", EnumSet.of(Scope.ALL), Optional.empty()))
            .text()
            .reveal();
    connection =
        tenon
            .database()
            .asTenant(
                TenantId.PLATFORM,
                tx ->
                    tenon
                        .connections()
                        .create(
                            tx,
                            "stripe",
                            "Stripe",
                            dev.tenon.connection.Connection.Environment.DEVELOPMENT,
                            Map.of(),
                            Map.of("webhook_secret", Secret.of(SECRET)))
                        .id());
  }

  @AfterAll
  void stop() {
    tenon.close();
    postgres.close();
    client.close();
    TestFolders.delete(folder);
  }

  /// Whatever the test before has done to the database is over.
  @BeforeEach
  void everythingWorks() {
    await(() -> get("/readyz").statusCode() == 200 && count("waiting_fact") == 0);
    factsBefore = facts();
  }

  @Test
  void answersBusyWithoutADatabaseAndGoesOnWhenItIsBack() throws Exception {
    assertThat(webhook("evt_a1").statusCode()).isEqualTo(200);
    await(() -> facts() == factsBefore + 1);

    postgres.close();

    // Each waits some seconds for the database, so they do it together.
    try (var calls = Executors.newVirtualThreadPerTaskExecutor()) {
      var webhook = calls.submit(() -> webhook("evt_a2"));
      var tenants = calls.submit(() -> get("/v1/tenants"));
      // What it was a moment ago is remembered for as long.
      await(() -> get("/readyz").statusCode() == 503);
      assertThat(get("/livez").statusCode()).isEqualTo(200);
      isBusy(webhook.get());
      isBusy(tenants.get());
    }

    postgres = startPostgres(port);

    await(() -> get("/readyz").statusCode() == 200);
    // Its workers have lived through it, and readiness asks them.
    assertThat(get("/readyz").body()).contains("\"lanes\":\"ok\"", "\"jobs\":\"ok\"");
    assertThat(webhook("evt_a2").statusCode()).isEqualTo(200);
    assertThat(webhook("evt_a1").statusCode()).as("known from before").isEqualTo(200);
    await(() -> facts() == factsBefore + 2);
    assertThat(count("waiting_fact")).isZero();
    assertThat(count("lane")).isZero();
  }

  private static void isBusy(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(answer.body()).contains("server.busy");
  }

  @Test
  void theKilledDatabaseComesBackByItselfAndNothingAcknowledgedIsLost() throws Exception {
    postgres.keepRunning();
    long killed = postgres.pid();
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    var going = new AtomicBoolean(true);
    var someBefore = new CountDownLatch(50);
    List<Thread> senders = new ArrayList<>();
    for (int sender = 0; sender < 4; sender++) {
      String prefix = "evt_" + sender + "_";
      senders.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; going.get(); i++) {
                      if (status(prefix + i) == 200) {
                        acknowledged.add(prefix + i);
                        someBefore.countDown();
                      }
                    }
                  }));
    }
    assertThat(someBefore.await(30, TimeUnit.SECONDS)).isTrue();

    ProcessHandle.of(killed).orElseThrow().destroyForcibly();

    await(() -> postgres.pid() != killed && get("/readyz").statusCode() == 200);
    int then = acknowledged.size();
    await(() -> acknowledged.size() > then + 20);
    going.set(false);
    for (Thread sender : senders) {
      sender.join();
    }
    assertThat(postgres.port()).isEqualTo(port);
    await(() -> count("waiting_fact") == 0);
    long stored = facts() - factsBefore;
    assertThat(stored).isGreaterThanOrEqualTo(acknowledged.size());
    for (String event : acknowledged) {
      assertThat(status(event)).isEqualTo(200);
    }
    await(() -> count("waiting_fact") == 0);
    assertThat(facts() - factsBefore).as("every acknowledged one was known").isEqualTo(stored);
  }

  @Test
  void aKilledSessionOfTheDatabaseCutsTheOthersForAMomentOnly() throws Exception {
    postgres.keepRunning();
    long postmaster = postgres.pid();
    assertThat(webhook("evt_c1").statusCode()).isEqualTo(200);
    long session;
    try (var connection = administrator();
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "select pid from pg_stat_activity where application_name = 'tenon-engine' limit 1")) {
      row.next();
      session = row.getLong(1);
    }
    ProcessHandle.of(session).orElseThrow().destroyForcibly();

    // Either may come before the postmaster has seen the death, or while it recovers.
    await(() -> status("evt_c2") == 200);
    await(() -> status("evt_c1") == 200);
    await(() -> facts() == factsBefore + 2);
    assertThat(postgres.pid()).isEqualTo(postmaster);
  }

  private int status(String event) {
    try {
      return webhook(event).statusCode();
    } catch (Exception e) {
      return 0;
    }
  }

  private Connection administrator() throws SQLException {
    var address = postgres.administrator();
    return DriverManager.getConnection(
        address.jdbcUrl(), address.user(), address.password().reveal());
  }

  private EmbeddedPostgres startPostgres(int wanted) {
    return EmbeddedPostgres.start(
        new EmbeddedPostgresConfig(
            folder.resolve("postgres"),
            wanted,
            // What was acknowledged has to outlive a kill.
            true,
            folder.resolve("postgres.log"),
            TestFolders.programs()));
  }

  private HttpResponse<String> webhook(String id) {
    String body =
        """
        {"id": "%s", "object": "event", "type": "test.ping", "created": 1700000000,
         "api_version": "2026-07-29.dahlia", "livemode": false,
         "data": {"object": {"id": "obj_1", "object": "thing"}}}
        """
            .formatted(id);
    long now = Instant.now().getEpochSecond();
    return send(
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at("/in/" + connection)))
            .header("Content-Type", "application/json")
            .header("Stripe-Signature", "t=%d,v1=%s".formatted(now, sign(now + "." + body)))
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String sign(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> get(String path) {
    return send(
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at(path)))
            .header("Authorization", "Bearer " + key)
            .GET());
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private long facts() {
    return count("fact");
  }

  private long count(String table) {
    return tenon
        .database()
        .asEngine(
            tx -> tx.handle().createQuery("select count(*) from " + table).mapTo(Long.class).one());
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE.toSeconds());
    while (!isMet(condition)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE);
      }
      Thread.onSpinWait();
    }
  }

  /// A database that is away meets nothing.
  private static boolean isMet(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (RuntimeException _) {
      return false;
    }
  }
}
