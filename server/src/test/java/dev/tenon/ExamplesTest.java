package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tenon.client.Endpoint;
import dev.tenon.client.EndpointChange;
import dev.tenon.client.NewEndpoint;
import dev.tenon.client.NewSecret;
import dev.tenon.client.Signing;
import dev.tenon.client.TenantClient;
import dev.tenon.client.webhook.TenonEvent;
import dev.tenon.client.webhook.WebhookVerifier;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.PrivatePlaces;
import dev.tenon.tenant.TenantId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The receivers in `examples/`, fed with deliveries of the real server: what it signs they
/// believe, and nothing else.
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
  private static final String PARK = "http://127.0.0.1:9/hooks";

  private static StartedTenon server;
  private static dev.tenon.client.Tenon client;
  private static TenantId tenantId;
  private static String key;
  private static TenantClient tenant;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    server =
        new StartedTenon(
            Map.of(),
            EgressPolicy.publicAnd(PrivatePlaces.parse(List.of("127.0.0.1"))),
            InstantSource.system());
    tenantId = server.tenant("Example");
    key = server.key(tenantId);
    client =
        dev.tenon.client.Tenon.builder()
            .baseUrl(server.tenon.publicUrl().get())
            .apiKey(key)
            .build();
    tenant = client.tenant(tenantId.toString());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void hearsInJava() throws Exception {
    String library =
        Path.of(
                dev.tenon.client.Tenon.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI())
            .toString();
    hears(
        EXAMPLES.resolve("java"),
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        library,
        "Receiver.java");
  }

  @Test
  void hearsInNode() throws Exception {
    hears(EXAMPLES.resolve("node"), "node", "receiver.mjs");
  }

  @Test
  void hearsInNodeWithTheLibrary() throws Exception {
    NodeFolder installed = NodeFolder.install(EXAMPLES.resolve("node"), "examples");
    hears(installed.path(), "node", "with-standardwebhooks.mjs");
  }

  @Test
  void hearsInPython() throws Exception {
    hears(EXAMPLES.resolve("python"), "python3", "receiver.py");
  }

  /// By the newer of two secrets alone, and by the older one beside another; and what nobody
  /// signed.
  private static void hears(Path folder, String... command) throws Exception {
    Endpoint endpoint = tenant.endpoints().create(NewEndpoint.at(PARK));
    String first = Objects.requireNonNull(endpoint.secret());
    String second =
        Objects.requireNonNull(
            tenant.endpoints().rotateSecret(endpoint.id(), new NewSecret(null, null)).secret());
    for (String secrets : List.of(second, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD," + first)) {
      try (var example =
          ExampleProcess.start(
              folder, Map.of("PORT", "0", "TENON_WEBHOOK_SECRET", secrets), List.of(command))) {
        String greeting = example.line();
        assertThat(greeting).startsWith("listening on http://127.0.0.1:");
        String url = greeting.substring("listening on ".length());
        tenant.endpoints().update(endpoint.id(), EndpointChange.url(url));

        String event = tenant.endpoints().test(endpoint.id());

        assertThat(example.line()).isEqualTo(event + " endpoint.test");
        assertThat(forged(url)).isEqualTo(401);
        assertThat(example.line()).startsWith("refused");
      }
    }
  }

  private static int forged(String url) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(url))
                  .header("webhook-id", "evt_1")
                  .header("webhook-timestamp", Long.toString(System.currentTimeMillis() / 1000))
                  .header("webhook-signature", "v1,AAAA v1,")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"id\":\"evt_1\"}"))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  /// A class because it holds bytes.
  private static final class Delivered {
    private final Map<String, List<String>> headers;
    private final byte[] body;

    Delivered(HttpExchange exchange) throws IOException {
      headers = Map.copyOf(exchange.getRequestHeaders());
      body = exchange.getRequestBody().readAllBytes();
    }
  }

  /// A receiver in the test itself.
  private static HttpServer receiver(BlockingQueue<Delivered> got) throws IOException {
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/hooks",
        exchange -> {
          got.add(new Delivered(exchange));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    return receiver;
  }

  private static String url(HttpServer receiver) {
    return "http://127.0.0.1:%d/hooks".formatted(receiver.getAddress().getPort());
  }

  @Test
  void makesAnEndpointByCurlAndChecksItsDeliveryByOpenssl() throws Exception {
    for (String program : List.of("bash", "curl", "openssl")) {
      ExampleProcess.start(EXAMPLES, Map.of(), List.of(program, "--version")).close();
    }
    BlockingQueue<Delivered> got = new LinkedBlockingQueue<>();
    HttpServer receiver = receiver(got);
    String said;
    try (var example =
        ExampleProcess.start(
            EXAMPLES.resolve("curl"),
            Map.of(
                "TENON", server.tenon.publicUrl().get(),
                "TENON_API_KEY", key,
                "TENON_TENANT", tenantId.toString()),
            List.of("bash", "try.sh", url(receiver)))) {
      said = example.end();
    } finally {
      receiver.stop(0);
    }
    assertThat(said).contains("state    delivered", "exit 0");
    String secret = said.substring(said.indexOf("whsec_")).lines().findFirst().orElseThrow();

    Delivered delivered = Objects.requireNonNull(got.poll(10, TimeUnit.SECONDS));
    assertThat(checked(secret, delivered)).contains("signed by Tenon", "exit 0");
    assertThat(checked("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", delivered))
        .contains("not signed with this secret", "exit 1");
  }

  private String checked(String secret, Delivered delivered) throws Exception {
    Path headers = folder.resolve("headers.txt");
    Path body = folder.resolve("body.json");
    Files.writeString(
        headers,
        delivered.headers.entrySet().stream()
            .map(one -> one.getKey() + ": " + one.getValue().getFirst() + "\r\n")
            .reduce("", String::concat),
        StandardCharsets.UTF_8);
    Files.write(body, delivered.body);
    try (var example =
        ExampleProcess.start(
            EXAMPLES.resolve("curl"),
            Map.of("TENON_WEBHOOK_SECRET", secret),
            List.of("bash", "verify.sh", headers.toString(), body.toString()))) {
      return example.end();
    }
  }

  /// `v1a`: the receiver has nothing to keep secret.
  @Test
  void hearsWithAPublicKeyAlone() throws Exception {
    BlockingQueue<Delivered> got = new LinkedBlockingQueue<>();
    HttpServer receiver = receiver(got);
    try {
      Endpoint endpoint =
          tenant.endpoints().create(NewEndpoint.at(url(receiver)).signedBy(Signing.V1A));
      assertThat(endpoint.secret()).isNull();
      String event = tenant.endpoints().test(endpoint.id());

      Delivered delivered = Objects.requireNonNull(got.poll(10, TimeUnit.SECONDS));
      String publicKey = Objects.requireNonNull(endpoint.signingKeys().getFirst().publicKey());
      assertThat(WebhookVerifier.of(publicKey).verify(delivered.body, delivered.headers))
          .isInstanceOfSatisfying(
              TenonEvent.EndpointTest.class, it -> assertThat(it.id()).isEqualTo(event));
    } finally {
      receiver.stop(0);
    }
  }
}
