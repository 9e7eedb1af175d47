package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Tenon;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.TestDatabase;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.vault.Vault;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `dev` on the data of yesterday: the same tenant, key and connections; nothing piles up.
class DevAgainTest {
  @TempDir private Path folder;
  private final InstantSource clock = InstantSource.system();
  private final StripeSimulator stripe = new StripeSimulator();
  private final EmailSandbox email = new EmailSandbox(clock, 0);
  private final TestDatabase database = TestDatabase.fresh();
  private Sandbox sandbox;

  @BeforeEach
  void start() {
    List<Simulator> simulators = new ArrayList<>();
    simulators.add(stripe);
    simulators.addAll(email.simulators());
    sandbox = Sandbox.start(simulators, SandboxSettings.defaults(clock));
    Vault.createKeyFile(folder.resolve("vault.key"));
  }

  @AfterEach
  void stop() {
    sandbox.close();
    database.close();
  }

  @Test
  void usesWhatIsThereAndPilesNothingUp() throws Exception {
    DevSeed.Seeded first;
    try (Tenon tenon = tenon()) {
      first = plant(tenon);
    }
    DevSeed.Seeded again;
    try (Tenon tenon = tenon()) {
      again = plant(tenon);
      assertThat(connections(tenon)).isEqualTo(1 + Carrier.values().length);
    }
    assertThat(again.tenant()).isEqualTo(first.tenant());
    assertThat(again.apiKey().reveal()).isEqualTo(first.apiKey().reveal());
    assertThat(ids(again)).isEqualTo(ids(first));
    assertThat(listed("/v1/webhook_endpoints").size()).isEqualTo(1);
    assertThat(listed("/v1/prices").size()).isEqualTo(1);
    assertThat(Files.getPosixFilePermissions(folder.resolve("dev-key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void theWebhookEndpointKeepsItsIdSoThatWhatIsOnItsWayArrives() throws Exception {
    try (Tenon tenon = tenon()) {
      plant(tenon);
    }
    String id = listed("/v1/webhook_endpoints").path(0).path("id").asString();
    String url;
    try (Tenon tenon = tenon()) {
      DevSeed.Seeded again = plant(tenon);
      url = field(again, "stripe", "webhook_url");
    }
    JsonNode endpoint = listed("/v1/webhook_endpoints").path(0);
    assertThat(endpoint.path("id").asString()).isEqualTo(id);
    assertThat(endpoint.path("url").asString()).isEqualTo(url);
  }

  @Test
  void keepsTheRoutingAndTheSendersThatAPersonChose() {
    DevSeed.Seeded first;
    try (Tenon tenon = tenon()) {
      first = plant(tenon);
      assertThat(routing(tenon)).hasSize(Carrier.values().length);
      tenon
          .database()
          .useTenant(
              first.tenant(),
              tx -> {
                int _ =
                    tx.handle()
                        .createUpdate(
                            "delete from email_route where tenant_id = :tenant and priority <> 1")
                        .bind("tenant", first.tenant().uuid())
                        .execute();
                int _ =
                    tx.handle()
                        .createUpdate(
                            "update sender set address = 'own@acme.test' where tenant_id = :tenant")
                        .bind("tenant", first.tenant().uuid())
                        .execute();
              });
    }
    try (Tenon tenon = tenon()) {
      plant(tenon);
      assertThat(routing(tenon)).containsExactly(field(first, "resend", "id"));
      assertThat(
              tenon
                  .database()
                  .<List<String>>asTenant(
                      first.tenant(),
                      tx ->
                          tx.handle()
                              .createQuery("select address from sender where tenant_id = :tenant")
                              .bind("tenant", first.tenant().uuid())
                              .mapTo(String.class)
                              .list()))
          .containsExactly("own@acme.test");
    }
  }

  @Test
  void findsItsTenantBehindManyNewerOnes() {
    DevSeed.Seeded first;
    try (Tenon tenon = tenon()) {
      first = plant(tenon);
      for (int i = 0; i < 101; i++) {
        var _ = tenon.tenants().create("Tenant " + i, Optional.empty());
      }
    }
    try (Tenon tenon = tenon()) {
      assertThat(plant(tenon).tenant()).isEqualTo(first.tenant());
    }
  }

  private static List<String> routing(Tenon tenon) {
    return tenon
        .database()
        .asTenant(
            tenon.tenants().list(Optional.empty(), 10).getFirst().id(),
            tx ->
                tx
                    .handle()
                    .createQuery(
                        """
                        select connection_id from email_route
                        where tenant_id = :tenant order by priority
                        """)
                    .bind("tenant", tx.tenant().uuid())
                    .mapTo(UUID.class)
                    .stream()
                    .map(id -> new ConnectionId(id).toString())
                    .toList());
  }

  @Test
  void aLostKeyIsReplacedAndTheOldOneRevoked() throws Exception {
    Secret first;
    try (Tenon tenon = tenon()) {
      first = plant(tenon).apiKey();
    }
    Files.delete(folder.resolve("dev-key"));
    try (Tenon tenon = tenon()) {
      Secret again = plant(tenon).apiKey();
      assertThat(tenon.keys().authenticate(again.reveal())).isPresent();
      assertThat(tenon.keys().authenticate(first.reveal())).isEmpty();
    }
  }

  @Test
  void mailGoesThroughTheSandboxWhereverItIsNow() throws Exception {
    DevSeed.Seeded seeded;
    String url;
    try (Tenon tenon = tenon()) {
      seeded = plant(tenon);
    }
    // The sandbox comes back on other ports; nothing is planted again yet.
    sandbox.close();
    List<Simulator> simulators = new ArrayList<>();
    simulators.add(stripe);
    simulators.addAll(email.simulators());
    sandbox = Sandbox.start(simulators, SandboxSettings.defaults(clock));
    try (Tenon tenon = tenon()) {
      url = tenon.publicUrl().at("/v1/tenants/" + seeded.tenant() + "/messages");
      var answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(url))
                      .header("Authorization", "Bearer " + seeded.apiKey().reveal())
                      .header("Content-Type", "application/json")
                      .POST(
                          HttpRequest.BodyPublishers.ofString(
                              """
                              {"template": "welcome", "to": "ada@customer.test",
                               "data": {"customer_name": "Ada"}}
                              """))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
      List<Mail> mails = email.mailbox().await("0", "", 10, Duration.ofSeconds(20));
      assertThat(mails).hasSize(1);
    }
  }

  private Tenon tenon() {
    Config config =
        Config.load(
            List.of(
                Layer.commandLine(Map.of("server.port", "0", "data.folder", folder.toString()))));
    return Tenon.start(
        config,
        new Tenon.Surroundings(
            database.address(),
            folder.resolve("vault.key"),
            EgressPolicy.allowing(sandbox.urls().values()),
            InetAddress::isLoopbackAddress,
            clock),
        begun -> {
          var _ = DevSeed.connect(begun, sandbox, email.smtpPort());
        });
  }

  private DevSeed.Seeded plant(Tenon tenon) {
    return DevSeed.plant(
        tenon, sandbox, stripe, email, DevKey.keep(tenon, folder.resolve("dev-key")));
  }

  private static String field(DevSeed.Seeded seeded, String provider, String field) {
    return seeded.connections().getOrDefault(provider, Map.of()).getOrDefault(field, "");
  }

  private static List<String> ids(DevSeed.Seeded seeded) {
    return seeded.connections().values().stream().map(found -> found.get("id")).sorted().toList();
  }

  private static long connections(Tenon tenon) {
    return tenon
        .database()
        .asEngine(
            tx ->
                tx.handle().createQuery("select count(*) from connection").mapTo(Long.class).one());
  }

  private JsonNode listed(String path) throws Exception {
    var answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(sandbox.url("stripe").resolve(path))
                    .header("Authorization", "Bearer sk_test_tenon_sandbox")
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    return JsonMapper.shared().readTree(answer.body()).path("data");
  }
}
