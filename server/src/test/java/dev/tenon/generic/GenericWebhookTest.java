package dev.tenon.generic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Ed25519WebhookSignature;
import dev.tenon.connector.signature.StandardWebhookSignature;
import dev.tenon.event.EventsFit;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Webhooks of services that Tenon knows nothing of, from their signature to the event that the
/// application hears.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GenericWebhookTest {
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final String SECRET = "It's a Secret to Everybody";
  private static final String STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private final StartedTenon program = new StartedTenon();
  private final TenantId acme = program.tenant("Acme");
  private final String key = program.key(acme);

  @AfterAll
  void stop() {
    try (program) {
      EventsFit.check(program.database);
    }
  }

  private HttpResponse<String> connect(String provider, String settings, String secret) {
    return program.call(
        "POST",
        "/v1/tenants/" + acme + "/connections",
        key,
        """
        {"provider": "%s", "name": "Theirs", "environment": "staging", "settings": {%s},
         "credentials": {"webhook_secret": "%s"}}
        """
            .formatted(provider, settings, secret));
  }

  private String connection(String provider, String settings, String secret) {
    HttpResponse<String> made = connect(provider, settings, secret);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    return StartedTenon.json(made).get("id").asString();
  }

  private int post(String connection, Map<String, String> headers, byte[] body) {
    HttpRequest.Builder request =
        program.request("/in/" + connection).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    return program.send(request).statusCode();
  }

  private static String hex(byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The events about a connection, once there are so many.
  private JsonNode events(String connection, int count) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      JsonNode data =
          StartedTenon.json(
                  program.call(
                      "GET",
                      "/v1/tenants/" + acme + "/events?type=webhook.received&about=" + connection,
                      key,
                      ""))
              .get("data");
      if (data.size() >= count) {
        return data;
      }
      assertThat(System.nanoTime()).as("%d of %d events", data.size(), count).isLessThan(end);
    }
  }

  @Test
  void whatGitHubSendsIsToldOnceHoweverOftenItComes() {
    String connection =
        connection(
            "hmac",
            """
            "signature_header": "X-Hub-Signature-256", "signature_prefix": "sha256=",
            "id_header": "X-GitHub-Delivery", "type_header": "X-GitHub-Event",
            "object_pointer": "/issue/number"
            """,
            SECRET);
    byte[] body =
        "{\"action\":\"opened\",\"issue\":{\"number\":1347}}".getBytes(StandardCharsets.UTF_8);
    Map<String, String> headers =
        Map.of(
            "X-Hub-Signature-256",
            hex(body),
            "X-GitHub-Delivery",
            "72d3162e",
            "X-GitHub-Event",
            "issues");
    assertThat(post(connection, headers, body)).isEqualTo(200);
    assertThat(post(connection, headers, body)).isEqualTo(200);
    assertThat(post(connection, headers, "{}".getBytes(StandardCharsets.UTF_8))).isEqualTo(401);
    assertThat(post(connection, Map.of(), body)).isEqualTo(400);

    JsonNode told = events(connection, 1);
    assertThat(told).hasSize(1);
    JsonNode data = told.at("/0/payload/data");
    assertThat(data.get("kind").asString()).isEqualTo("issues");
    assertThat(data.get("subject").asString()).isEqualTo("1347");
    assertThat(data.get("body").asString()).isEqualTo(new String(body, StandardCharsets.UTF_8));
    assertThat(data.get("encoding").asString()).isEqualTo("utf-8");

    // Applied anew, it is not told anew.
    String event = data.get("received_event").asString();
    String path = "/v1/tenants/" + acme + "/received-events/" + event + "/replay";
    assertThat(program.call("POST", path, key, "").statusCode()).isEqualTo(200);
    byte[] next = new byte[] {1, 0, (byte) 0xff};
    assertThat(
            post(
                connection,
                Map.of("X-Hub-Signature-256", hex(next), "X-GitHub-Delivery", "72d3162f"),
                next))
        .isEqualTo(200);
    JsonNode both = events(connection, 2);
    assertThat(both).hasSize(2);
    JsonNode second = both.at("/0/payload/data");
    assertThat(second.get("encoding").asString()).isEqualTo("base64");
    assertThat(Base64.getDecoder().decode(second.get("body").asString())).isEqualTo(next);
    assertThat(second.get("kind").asString()).isEqualTo("webhook");
    assertThat(second.get("subject").isNull()).isTrue();
  }

  @Test
  void aBodyThatIsTooLargeToTellStaysHereAndSaysHowLargeItIs() {
    String connection =
        connection(
            "hmac",
            "\"signature_header\": \"X-Hub-Signature-256\"," + " \"signature_prefix\": \"sha256=\"",
            SECRET);
    byte[] body = new byte[GenericApplier.BODY_BYTES_MAX + 1];
    java.util.Arrays.fill(body, (byte) 'x');
    Map<String, String> headers = Map.of("X-Hub-Signature-256", hex(body));
    assertThat(post(connection, headers, body)).isEqualTo(200);
    // Without an id its bytes tell a repeat.
    assertThat(post(connection, headers, body)).isEqualTo(200);
    JsonNode told = events(connection, 1);
    assertThat(told).hasSize(1);
    assertThat(told.at("/0/payload/data/body").isNull()).isTrue();
    assertThat(told.at("/0/payload/data/body_bytes").asInt()).isEqualTo(body.length);
  }

  @Test
  void standardWebhooksAreTakenByEitherKindOfKey() {
    byte[] body =
        "{\"type\":\"user.created\",\"data\":{\"id\":\"u_1\"}}".getBytes(StandardCharsets.UTF_8);
    Instant now = InstantSource.system().instant();
    String time = Long.toString(now.getEpochSecond());
    String symmetric =
        connection("standard-webhooks", "\"object_pointer\": \"/data/id\"", STANDARD_SECRET);
    String signed = StandardWebhookSignature.sign(body, "msg_1", now, Secret.of(STANDARD_SECRET));
    Map<String, String> headers =
        Map.of("webhook-id", "msg_1", "webhook-timestamp", time, "webhook-signature", signed);
    assertThat(post(symmetric, headers, body)).isEqualTo(200);
    JsonNode told = events(symmetric, 1).at("/0/payload/data");
    assertThat(told.get("kind").asString()).isEqualTo("user.created");
    assertThat(told.get("subject").asString()).isEqualTo("u_1");

    Ed25519WebhookSignature.Keys keys = Ed25519WebhookSignature.generate();
    String asymmetric =
        connection(
            "standard-webhooks", "\"public_key\": \"" + keys.publicKey() + "\"", STANDARD_SECRET);
    // The secret is not what it is signed by, so what is signed with it does not pass.
    assertThat(post(asymmetric, headers, body)).isEqualTo(401);
    String publicly = Ed25519WebhookSignature.sign(body, "msg_1", now, keys.privateKey());
    assertThat(
            post(
                asymmetric,
                Map.of(
                    "webhook-id",
                    "msg_1",
                    "webhook-timestamp",
                    time,
                    "webhook-signature",
                    publicly),
                body))
        .isEqualTo(200);
    assertThat(events(asymmetric, 1)).hasSize(1);
    String old = Long.toString(now.getEpochSecond() - 400);
    String late =
        Ed25519WebhookSignature.sign(body, "msg_2", now.minusSeconds(400), keys.privateKey());
    assertThat(
            post(
                asymmetric,
                Map.of("webhook-id", "msg_2", "webhook-timestamp", old, "webhook-signature", late),
                body))
        .isEqualTo(401);
  }

  @Test
  void settingsThatSayNothingUsableAreRefusedByName() {
    for (String settings :
        new String[] {
          "\"signature_prefix\": \"x\"",
          "\"signature_header\": \"X-S\", \"algorithm\": \"md5\"",
          "\"signature_header\": \"X-S\", \"signed_content\": \"{timestamp}\"",
          "\"signature_header\": \"X-S\", \"signed_content\": \"{body}{body}\"",
          "\"signature_header\": \"X-S\", \"object_pointer\": \"data.id\""
        }) {
      HttpResponse<String> refused = connect("hmac", settings, SECRET);
      assertThat(refused.statusCode()).as(settings).isEqualTo(400);
      assertThat(StartedTenon.json(refused).get("param").asString()).startsWith("settings.");
    }
  }
}
