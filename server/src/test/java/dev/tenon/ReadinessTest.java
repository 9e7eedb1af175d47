package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.signature.StripeSignature;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One side of the server is busy or dead: what the others do, and what `/readyz` says.
@SuppressWarnings("NullAway.Init")
class ReadinessTest {
  private static final Secret SECRET = Secret.of("whsec_readiness_test");
  private static final int ENGINE_POOL = 2;
  private static final int DIRECTORY_POOL = 2;

  private final HttpClient client = HttpClient.newHttpClient();
  private final TestDatabase database = TestDatabase.fresh();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS));
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<Thread> holders = new ArrayList<>();
  private Set<Thread> before;
  private Tenon tenon;
  private ConnectionId connection;
  private String key;
  private int events;

  @BeforeEach
  void start(@TempDir Path folder) {
    before = Thread.getAllStackTraces().keySet();
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    tenon =
        Tenon.start(
            Config.load(
                List.of(
                    Layer.commandLine(
                        Map.of(
                            "server.port",
                            "0",
                            "database.engine-pool-size",
                            Integer.toString(ENGINE_POOL),
                            "server.stop-seconds-max",
                            "5")))),
            new Tenon.Surroundings(
                database.address(),
                keyFile,
                EgressPolicy.allowing(List.of()),
                InetAddress::isLoopbackAddress,
                now::get));
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
                            "Test",
                            Connection.Environment.DEVELOPMENT,
                            Map.of(),
                            Map.of("webhook_secret", SECRET)))
            .id();
    key =
        tenon
            .database()
            .asTenant(
                TenantId.PLATFORM,
                tx -> tenon.keys().create(tx, "test", Set.of(Scope.ALL), Optional.empty()))
            .text()
            .reveal();
  }

  @AfterEach
  void stop() throws InterruptedException {
    release.countDown();
    for (Thread holder : holders) {
      holder.join();
    }
    tenon.close();
    database.close();
    client.close();
  }

  @Test
  void aNodeWhoseWriterEndedIsNotReady() throws InterruptedException {
    assertThat(get("/readyz", "").body()).contains("\"database\":\"ok\"", "\"intake\":\"ok\"");
    Thread writer =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("inbox-writer-1") && !before.contains(thread))
            .findFirst()
            .orElseThrow();
    writer.interrupt();
    writer.join();
    HttpResponse<String> answer = get("/readyz", "");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("\"intake\":\"failing\"");
    assertThat(get("/livez", "").statusCode()).isEqualTo(200);
  }

  @Test
  void theClockCleansUpOverAllNodes() {
    List<String> names =
        tenon
            .database()
            .asEngine(
                tx ->
                    tx.handle()
                        .createQuery("select task_name from clock_work")
                        .mapTo(String.class)
                        .list());
    assertThat(names).contains("idempotency-keys", "partitions", "retention");
  }

  /// Lanes, jobs and the clock share the engine's connections: when they have them all, webhooks
  /// are stored and the node is ready all the same.
  @Test
  void intakeAndReadinessDontWaitForTheEnginesConnections() throws InterruptedException {
    assertThat(webhook().statusCode()).isEqualTo(200);
    hold(ENGINE_POOL, held -> tenon.database().useEngine(_ -> held.run()));
    assertThat(webhook().statusCode()).isEqualTo(200);
    assertThat(get("/readyz", "").statusCode()).isEqualTo(200);
  }

  /// Anybody can ask for addresses and keys that don't exist. However many do, who is known goes
  /// on.
  @Test
  void aFloodOfStrangersHoldsUpNobodyWhoIsKnown() throws InterruptedException {
    assertThat(webhook().statusCode()).isEqualTo(200);
    assertThat(get("/v1/tenants", key).statusCode()).isEqualTo(200);
    hold(DIRECTORY_POOL, held -> tenon.database().directory(tx -> run(held)));

    HttpResponse<String> stranger = post(new ConnectionId(new java.util.UUID(7, 7)));
    assertThat(stranger.statusCode()).isEqualTo(503);
    assertThat(stranger.headers().firstValue("Retry-After")).isPresent();

    // What was remembered is over; what is read anew is known.
    now.set(now.get().plus(Duration.ofSeconds(30)));
    assertThat(webhook().statusCode()).isEqualTo(200);
    assertThat(get("/v1/tenants", key).statusCode()).isEqualTo(200);
    assertThat(get("/readyz", "").statusCode()).isEqualTo(200);
  }

  private static boolean run(Runnable held) {
    held.run();
    return true;
  }

  private interface Holder {
    void hold(Runnable held);
  }

  /// Takes `connections` by `holder` and returns when it has them.
  private void hold(int connections, Holder holder) throws InterruptedException {
    var taken = new CountDownLatch(connections);
    for (int i = 0; i < connections; i++) {
      holders.add(
          Thread.ofPlatform()
              .start(
                  () ->
                      holder.hold(
                          () -> {
                            taken.countDown();
                            try {
                              release.await();
                            } catch (InterruptedException e) {
                              Thread.currentThread().interrupt();
                            }
                          })));
    }
    taken.await();
  }

  private HttpResponse<String> webhook() {
    return post(connection);
  }

  private HttpResponse<String> post(ConnectionId to) {
    events++;
    byte[] body =
        """
        {"id": "evt_%d", "object": "event", "type": "test.ping", "created": 1764000000,
         "data": {"object": {"id": "obj_%d", "object": "thing"}}}
        """
            .formatted(events, events)
            .getBytes(StandardCharsets.UTF_8);
    return send(
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at("/in/" + to)))
            .header("Stripe-Signature", StripeSignature.sign(body, SECRET, now.get()))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private HttpResponse<String> get(String path, String apiKey) {
    var request = HttpRequest.newBuilder(URI.create(tenon.publicUrl().at(path))).GET();
    return send(apiKey.isEmpty() ? request : request.header("Authorization", "Bearer " + apiKey));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(
          request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
