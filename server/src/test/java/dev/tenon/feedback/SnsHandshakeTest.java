package dev.tenon.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tenon.StartedTenon;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.tenant.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// SNS asks whether a subscription is meant, and Tenon says yes where SNS is: on the whole program,
/// with a stand-in for SNS at the connection's `base_url`.
@SuppressWarnings("NullAway.Init")
class SnsHandshakeTest {
  private static final String TOPIC = "arn:aws:sns:eu-central-1:123456789012:reports";

  private final BlockingQueue<String> called = new LinkedBlockingQueue<>();
  private volatile int certificateStatus = 200;
  private HttpServer sns;
  private String base;
  private StartedTenon program;
  private TenantId tenant;
  private String key;

  @BeforeEach
  void start() throws IOException {
    sns = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    sns.createContext(
        "/",
        exchange -> {
          boolean certificate = exchange.getRequestURI().getPath().endsWith(".pem");
          byte[] body = certificate ? resource("topic-certificate.pem") : new byte[] {'o', 'k'};
          called.add(exchange.getRequestURI().toString());
          exchange.sendResponseHeaders(certificate ? certificateStatus : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    sns.start();
    base = "http://127.0.0.1:" + sns.getAddress().getPort();
    program =
        new StartedTenon(
            Map.of(), EgressPolicy.allowing(List.of(URI.create(base))), InstantSource.system());
    tenant = program.tenant("Acme");
    key = program.key(tenant);
  }

  @AfterEach
  void stop() {
    program.close();
    sns.stop(0);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = SnsHandshakeTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  private String connect() {
    HttpResponse<String> response =
        program.call(
            "POST",
            "/v1/tenants/" + tenant + "/connections",
            key,
            """
            {"provider": "ses", "name": "SES", "environment": "development", "settings":
             {"base_url": "%s", "access_key_id": "AKIAAAAAAAAAAAAAAAAA", "topic_arn": "%s"}}"""
                .formatted(base, TOPIC));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return StartedTenon.json(response).get("id").asString();
  }

  private String question(String confirmAt) throws GeneralSecurityException, IOException {
    ObjectNode message =
        JsonMapper.shared()
            .createObjectNode()
            .put("Message", "You have chosen to subscribe.")
            .put("MessageId", "165545c9")
            .put("SubscribeURL", confirmAt)
            .put("Timestamp", Instant.now().toString())
            .put("Token", "2336412f37")
            .put("TopicArn", TOPIC)
            .put("Type", "SubscriptionConfirmation");
    StringBuilder signed = new StringBuilder();
    message
        .properties()
        .forEach(
            field ->
                signed
                    .append(field.getKey())
                    .append('\n')
                    .append(field.getValue().asString())
                    .append('\n'));
    String pem = new String(resource("topic-key.pem"), StandardCharsets.US_ASCII);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(
        KeyFactory.getInstance("RSA")
            .generatePrivate(
                new PKCS8EncodedKeySpec(
                    Base64.getDecoder().decode(pem.replaceAll("-----[A-Z ]+-----|\\s", "")))));
    signature.update(signed.toString().getBytes(StandardCharsets.UTF_8));
    return JsonMapper.shared()
        .writeValueAsString(
            message
                .put("SignatureVersion", "2")
                .put("Signature", Base64.getEncoder().encodeToString(signature.sign()))
                .put("SigningCertURL", base + "/certificate.pem"));
  }

  private int post(String connection, String body) {
    return program
        .send(
            program
                .request("/in/" + connection)
                .header("x-amz-sns-message-type", "SubscriptionConfirmation")
                .POST(HttpRequest.BodyPublishers.ofString(body)))
        .statusCode();
  }

  private @Nullable String nextCall() throws InterruptedException {
    return called.poll(20, TimeUnit.SECONDS);
  }

  @Test
  void aSignedQuestionOfTheTopicIsAnsweredWhereItSays() throws Exception {
    assertThat(post(connect(), question(base + "/sns?Action=ConfirmSubscription&Token=2336")))
        .isEqualTo(200);
    assertThat(nextCall()).isEqualTo("/certificate.pem");
    assertThat(nextCall()).isEqualTo("/sns?Action=ConfirmSubscription&Token=2336");
  }

  @Test
  void noOtherPlaceIsVisited() throws Exception {
    assertThat(post(connect(), question("http://127.0.0.1:1/sns?Action=ConfirmSubscription")))
        .isEqualTo(200);
    assertThat(nextCall()).isEqualTo("/certificate.pem");
    String jobs = "";
    for (int i = 0; i < 2_000 && !jobs.contains("\"dead\""); i++) {
      jobs = program.call("GET", "/v1/tenants/" + tenant + "/jobs", key, "").body();
    }
    assertThat(jobs).contains("ses.confirm", "is not SNS's in the region of the topic");
    assertThat(called).isEmpty();
  }

  /// What can't be checked now is asked for again, and not refused.
  @Test
  void whileTheCertificateCantBeHadSnsIsToldToComeBack() throws Exception {
    certificateStatus = 503;
    String connection = connect();
    String body = question(base + "/sns?Action=ConfirmSubscription");
    assertThat(post(connection, body)).isEqualTo(503);
    String path = "/v1/tenants/%s/connections/%s/refusals".formatted(tenant, connection);
    // Refusals are gathered, and written every five seconds.
    long end = System.nanoTime() + 30_000_000_000L;
    while (!program
        .call("GET", path, key, "")
        .body()
        .contains("what SNS signs by can't be had now")) {
      assertThat(System.nanoTime()).as("whoever has the connection sees why").isLessThan(end);
      Thread.onSpinWait();
    }
    certificateStatus = 200;
    assertThat(post(connection, body)).isEqualTo(200);
  }
}
