package dev.tenon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.access.Scope;
import dev.tenon.config.ConfigException;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.Networks;
import dev.tenon.tenant.TenantId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The outer edge: TLS, who may speak plainly, whom it believes, and how much one key may ask.
class EdgeTest {
  private static final Duration STOP = Duration.ofSeconds(5);

  @TempDir private Path folder;

  @Test
  void speaksTlsWithTheCertificateThatItWasGiven() throws Exception {
    Pem pem = Pem.make(folder, "rsa");
    SSLContext tls = ServerTls.context(pem.certificate(), pem.key());
    try (TestServer server = server(settings("127.0.0.1", Optional.of(tls), List.of()))) {
      HttpResponse<String> answer =
          trusting(pem.certificate())
              .send(
                  HttpRequest.newBuilder(
                          URI.create("https://localhost:%d/livez".formatted(server.server.port())))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      assertThatThrownBy(() -> server.call("GET", "/livez", "", ""))
          .isInstanceOf(java.io.UncheckedIOException.class);
    }
  }

  @Test
  void readsKeysOfEllipticCurves() throws Exception {
    Pem pem = Pem.make(folder, "ec");
    assertThat(ServerTls.context(pem.certificate(), pem.key()).getProtocol()).isEqualTo("TLS");
  }

  @Test
  void refusesAKeyThatIsNotTheCertificates() throws Exception {
    Pem one = Pem.make(Files.createDirectory(folder.resolve("one")), "rsa");
    Pem other = Pem.make(Files.createDirectory(folder.resolve("other")), "rsa");
    assertThatThrownBy(() -> ServerTls.context(one.certificate(), other.key()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not the key of the first certificate");
    assertThatThrownBy(() -> ServerTls.context(one.certificate(), Secret.of("nothing")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("PKCS #8");
  }

  @Test
  void refusesPlainHttpFromOtherMachinesButForTheTrustedProxy() throws Exception {
    Optional<InetAddress> own = ownAddress();
    assumeTrue(own.isPresent(), "no address beside loopback");
    String host = own.orElseThrow().getHostAddress();
    try (TestServer server = server(settings("0.0.0.0", Optional.empty(), List.of("192.0.2.1")))) {
      HttpResponse<String> refused = plain(server, host, "/openapi.json");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("access.https_required");
      assertThat(plain(server, host, "/livez").statusCode()).isEqualTo(200);
      assertThat(plain(server, "127.0.0.1", "/openapi.json").statusCode()).isEqualTo(200);
    }
    try (TestServer server = server(settings("0.0.0.0", Optional.empty(), List.of(host)))) {
      assertThat(plain(server, host, "/openapi.json", "X-Forwarded-Proto", "https").statusCode())
          .isEqualTo(200);
      // It may have taken the request in the open: it has to say.
      assertThat(plain(server, host, "/openapi.json").statusCode()).isEqualTo(403);
      assertThat(plain(server, host, "/openapi.json", "X-Forwarded-For", "192.0.2.9").statusCode())
          .isEqualTo(403);
      assertThat(plain(server, host, "/openapi.json", "X-Forwarded-Proto", "http").statusCode())
          .isEqualTo(403);
    }
  }

  @Test
  void nobodyBecomesThisMachineByAHeader() {
    try (TestServer server = server(settings("127.0.0.1", Optional.empty(), List.of()))) {
      assertThat(plain(server, "127.0.0.1", "/metrics").statusCode()).isEqualTo(200);
      // A proxy on this machine that was not named: it speaks for somebody else.
      assertThat(
              plain(server, "127.0.0.1", "/metrics", "X-Forwarded-For", "127.0.0.1").statusCode())
          .isEqualTo(401);
    }
    try (TestServer server =
        server(settings("127.0.0.1", Optional.empty(), List.of("127.0.0.1")))) {
      assertThat(
              plain(server, "127.0.0.1", "/metrics", "X-Forwarded-For", "127.0.0.1").statusCode())
          .isEqualTo(403);
      assertThat(
              plain(
                      server,
                      "127.0.0.1",
                      "/metrics",
                      "X-Forwarded-For",
                      "127.0.0.1",
                      "X-Forwarded-Proto",
                      "https")
                  .statusCode())
          .isEqualTo(401);
    }
  }

  /// A proxy on this machine that adds no header looks like this machine itself.
  @Test
  void withAPublicAddressElsewhereBeingHereOpensNothing() throws Exception {
    try (TestServer server =
        new TestServer(
            Files.createDirectory(folder.resolve("elsewhere")),
            _ -> {},
            settings("127.0.0.1", Optional.empty(), List.of()),
            PublicUrl.of(URI.create("https://hooks.example.com")))) {
      assertThat(plain(server, "127.0.0.1", "/metrics").statusCode()).isEqualTo(401);
      String key = server.key(TenantId.PLATFORM, Scope.OPERATION_READ);
      assertThat(server.call("GET", "/metrics", key, "").statusCode()).isEqualTo(200);
      String other = server.key(TenantId.PLATFORM, Scope.TENANTS_READ);
      assertThat(server.call("GET", "/metrics", other, "").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aKeyMayAskSoMuchAndIsToldWhenToComeBack() {
    var now = new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
    InstantSource clock = now::get;
    var limited =
        new HttpServer.Settings(
            "127.0.0.1",
            0,
            STOP,
            Optional.empty(),
            Networks.NONE,
            Optional.of(new HttpServer.KeyLimit(2, 4, clock)),
            Bodies.Limits.DEFAULT);
    try (TestServer server = server(limited)) {
      String key = server.key(TenantId.PLATFORM, Scope.ALL);
      String other = server.key(TenantId.PLATFORM, Scope.ALL);
      for (int left = 3; left >= 0; left--) {
        HttpResponse<String> answer = server.call("GET", "/v1/tenants", key, "");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("RateLimit-Policy")).contains("\"key\";q=4;w=2");
        assertThat(answer.headers().firstValue("RateLimit").orElseThrow())
            .startsWith("\"key\";r=" + left + ";");
      }
      HttpResponse<String> refused = server.call("GET", "/v1/tenants", key, "");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).contains("1");
      assertThat(TestServer.json(refused).path("code").asString()).isEqualTo("limit.key_exceeded");
      assertThat(server.call("GET", "/v1/tenants", other, "").statusCode()).isEqualTo(200);

      now.updateAndGet(instant -> instant.plusMillis(500));
      assertThat(server.call("GET", "/v1/tenants", key, "").statusCode()).isEqualTo(200);
      assertThat(server.call("GET", "/v1/tenants", key, "").statusCode()).isEqualTo(429);
    }
  }

  private TestServer server(HttpServer.Settings settings) {
    try {
      return new TestServer(Files.createTempDirectory(folder, "server"), _ -> {}, settings);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static HttpServer.Settings settings(
      String host, Optional<SSLContext> tls, List<String> proxies) {
    return new HttpServer.Settings(
        host, 0, STOP, tls, Networks.parse(proxies), Optional.empty(), Bodies.Limits.DEFAULT);
  }

  private static HttpResponse<String> plain(
      TestServer server, String host, String path, String... headers) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(
              URI.create("http://%s:%d%s".formatted(host, server.server.port(), path)));
      if (headers.length > 0) {
        request.headers(headers);
      }
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<InetAddress> ownAddress() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .findFirst();
  }

  private static HttpClient trusting(Path certificate) throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(
        "server",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(certificate))));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  /// A certificate for localhost and its key, made by the JDK's keytool.
  private record Pem(Path certificate, Secret key) {
    static Pem make(Path folder, String kind) throws Exception {
      Path store = folder.resolve(kind + ".p12");
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "server",
                  "-keyalg",
                  kind,
                  "-dname",
                  "CN=localhost",
                  "-ext",
                  "san=dns:localhost",
                  "-keystore",
                  store.toString(),
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  "for-a-test")
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(keytool.waitFor()).as(said).isZero();
      var keys = KeyStore.getInstance(store.toFile(), "for-a-test".toCharArray());
      var mime = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'});
      Path certificate =
          Files.writeString(
              folder.resolve(kind + ".pem"),
              "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                  .formatted(mime.encodeToString(keys.getCertificate("server").getEncoded())));
      byte[] encoded = keys.getKey("server", "for-a-test".toCharArray()).getEncoded();
      return new Pem(
          certificate,
          Secret.of(
              "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----"
                  .formatted(mime.encodeToString(encoded))));
    }
  }
}
