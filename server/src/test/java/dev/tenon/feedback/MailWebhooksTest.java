package dev.tenon.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Webhooks about mail on the whole program: `POST /in/{connection}`, signed as each provider does,
/// until the API shows what became of the message.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class MailWebhooksTest {
  private static final int LOOKS_MAX = 2_000;
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private final Instant now = Instant.now();
  private final Ids ids = new Ids(InstantSource.fixed(now));
  private StartedTenon program;
  private TenantId tenant;
  private String key;

  @BeforeAll
  void start() {
    program = new StartedTenon(Map.of(), EgressPolicy.allowing(List.of()), () -> now);
    tenant = program.tenant("Acme");
    key = program.key(tenant);
  }

  @AfterAll
  void stop() {
    program.close();
  }

  private String path() {
    return "/v1/tenants/" + tenant;
  }

  private JsonNode get(String path) {
    HttpResponse<String> response = program.call("GET", path() + path, key, "");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return StartedTenon.json(response);
  }

  private String connect(String provider, String settings, String credentials) {
    HttpResponse<String> response =
        program.call(
            "POST",
            path() + "/connections",
            key,
            """
            {"provider": "%s", "name": "Mail", "environment": "development", "settings": {%s},
             "credentials": {%s}}"""
                .formatted(provider, settings, credentials));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return StartedTenon.json(response).get("id").asString();
  }

  /// A message that went through a connection, and whose end nobody knows.
  private String message(String connection, String to) throws SQLException {
    UUID id = ids.next();
    try (var sql = program.database.connectAsAdministrator();
        var statement = sql.createStatement()) {
      statement.execute(
          """
          insert into tenon.message (tenant_id, id, state, recipient, sender, subject, stream, policy,
            created_at, updated_at, recipients)
          values ('%s', '%s', 'uncertain', '%s', 'a@acme.test', 'Hello', 'outbound', 'at_most_once',
            now(), now(), array['%s'])
          """
              .formatted(tenant.uuid(), id, to, to));
      statement.execute(
          """
          insert into tenon.attempt (tenant_id, message_id, number, connection_id, provider, kind,
            outcome, status, started_at, ended_at)
          values ('%s', '%s', 1, '%s', 'any', 'sending', 'unknown', 0, now(), now())
          """
              .formatted(tenant.uuid(), id, Ids.read(Prefix.CONNECTION, connection).orElseThrow()));
    }
    return Ids.write(Prefix.MESSAGE, id);
  }

  private int post(String connection, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        program.request("/in/" + connection).POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return program.send(request).statusCode();
  }

  /// Looks until the message is in a state; each look is a call.
  private JsonNode until(String message, String state) {
    JsonNode shown = get("/messages/" + message);
    for (int i = 0; i < LOOKS_MAX && !shown.get("state").asString().equals(state); i++) {
      shown = get("/messages/" + message);
    }
    assertThat(shown.get("state").asString()).isEqualTo(state);
    return shown;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hmac(byte[] secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return mac.doFinal(bytes(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> basic(String pair) {
    return Map.of("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes(pair)));
  }

  @Test
  void postmarkReportsAHardBounce() throws SQLException {
    String connection =
        connect("postmark", "\"webhook_username\": \"tenon\"", "\"webhook_password\": \"pass\"");
    String message = message(connection, "gone@customer.test");
    String body =
        """
        {"RecordType":"Bounce","Type":"HardBounce","ID":4,"MessageID":"pm","Email":"Gone@Customer.test",
         "Details":"550 no such user","BouncedAt":"2026-11-24T10:00:00.1234567Z",
         "Metadata":{"tenon_message":"%s"}}"""
            .formatted(message);
    assertThat(post(connection, body, Map.of())).isEqualTo(400);
    assertThat(post(connection, body, basic("tenon:wrong"))).isEqualTo(401);
    assertThat(post(connection, body, basic("other:pass"))).isEqualTo(401);
    assertThat(post(connection, body, basic("tenon:pass"))).isEqualTo(200);
    assertThat(post(connection, body, basic("tenon:pass"))).isEqualTo(200);

    JsonNode shown = until(message, "bounced");
    assertThat(shown.get("provider").asString()).isEqualTo("postmark");
    assertThat(shown.get("attempts").get(0).get("outcome").asString()).isEqualTo("accepted");
    assertThat(shown.get("recipients").get(0).get("outcome").asString()).isEqualTo("bounced");
    assertThat(shown.get("reports")).hasSize(1);
    JsonNode report = shown.get("reports").get(0);
    assertThat(report.get("kind").asString()).isEqualTo("bounced");
    assertThat(report.get("lasting").asBoolean()).isTrue();
    assertThat(report.get("detail").asString()).isEqualTo("550 no such user");

    JsonNode entry = get("/suppressions?address=GONE@customer.test").get("data").get(0);
    assertThat(entry.get("reason").asString()).isEqualTo("bounced");
    assertThat(entry.get("message").asString()).isEqualTo(message);
    assertThat(get("/events?about=" + message).get("data"))
        .extracting(event -> event.get("type").asString())
        .containsExactlyInAnyOrder("message.sent", "message.bounced");
  }

  @Test
  void resendReportsADelivery() throws SQLException {
    String connection = connect("resend", "", "\"webhook_secret\": \"%s\"".formatted(SECRET));
    String message = message(connection, "ada@customer.test");
    String body =
        """
        {"type":"email.delivered","created_at":"2026-11-24T10:00:00.000Z","data":{"email_id":"re",
         "to":["ada@customer.test"],"tags":{"tenon_message":"%s"}}}"""
            .formatted(message);
    String time = Long.toString(now.getEpochSecond());
    String signature =
        "v1,"
            + Base64.getEncoder()
                .encodeToString(
                    hmac(
                        Base64.getDecoder().decode(SECRET.substring(6)),
                        "msg_a." + time + "." + body));
    Map<String, String> headers =
        Map.of("svix-id", "msg_a", "svix-timestamp", time, "svix-signature", signature);
    assertThat(post(connection, body + " ", headers)).isEqualTo(401);
    assertThat(post(connection, body, headers)).isEqualTo(200);
    assertThat(until(message, "delivered").get("provider_message_id").asString()).isEqualTo("re");
  }

  @Test
  void sendGridReportsManyAtOnce() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    String connection =
        connect(
            "sendgrid",
            "",
            "\"webhook_public_key\": \"%s\""
                .formatted(Base64.getEncoder().encodeToString(pair.getPublic().getEncoded())));
    String delivered = message(connection, "ada@customer.test");
    String dropped = message(connection, "drop@customer.test");
    String body =
        """
        [{"email":"ada@customer.test","event":"processed","timestamp":1790000000,"sg_message_id":"a.x","tenon_message":"%1$s"},
         {"email":"ada@customer.test","event":"delivered","timestamp":1790000001,"sg_message_id":"a.x","tenon_message":"%1$s"},
         {"email":"ada@customer.test","event":"delivered","timestamp":1790000001,"sg_message_id":"a.x","tenon_message":"%1$s"},
         {"email":"drop@customer.test","event":"dropped","reason":"Spam Reporting Address","timestamp":1790000001,"sg_message_id":"b.x","tenon_message":"%2$s"}]\r
        """
            .formatted(delivered, dropped);
    String time = Long.toString(now.getEpochSecond());
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(bytes(time + body));
    Map<String, String> headers =
        Map.of(
            "X-Twilio-Email-Event-Webhook-Timestamp",
            time,
            "X-Twilio-Email-Event-Webhook-Signature",
            Base64.getEncoder().encodeToString(signature.sign()));
    assertThat(post(connection, body.strip(), headers)).isEqualTo(401);
    assertThat(post(connection, body, headers)).isEqualTo(200);
    assertThat(until(delivered, "delivered").get("reports")).hasSize(2);
    assertThat(until(dropped, "suppressed").get("reason").asString())
        .contains("Spam Reporting Address");
    assertThat(
            get("/suppressions?address=drop@customer.test")
                .get("data")
                .get(0)
                .get("reason")
                .asString())
        .isEqualTo("complained");
  }

  /// Its signature covers no event, so a token that was used is worth nothing.
  @Test
  void mailgunsTokensCountOnce() throws SQLException {
    String connection =
        connect(
            "mailgun", "\"domain\": \"mg.acme.test\"", "\"webhook_signing_key\": \"signing-key\"");
    String message = message(connection, "ada@customer.test");
    String other = message(connection, "bob@customer.test");
    String time = Long.toString(now.getEpochSecond());
    String body =
        """
        {"signature":{"timestamp":"%s","token":"t1","signature":"%s"},
         "event-data":{"event":"complained","recipient":"%s","timestamp":1790000000.5,
          "user-variables":{"tenon_message":"%s"},"message":{"headers":{"message-id":"x@y"}}}}""";
    String signature = HexFormat.of().formatHex(hmac(bytes("signing-key"), time + "t1"));
    assertThat(
            post(
                connection,
                body.formatted(time, "00".repeat(32), "ada@customer.test", message),
                Map.of()))
        .isEqualTo(401);
    assertThat(
            post(
                connection,
                body.formatted(time, signature, "ada@customer.test", message),
                Map.of()))
        .isEqualTo(200);
    until(message, "complained");
    assertThat(
            post(connection, body.formatted(time, signature, "bob@customer.test", other), Map.of()))
        .as("acknowledged as a repeat")
        .isEqualTo(200);
    assertThat(get("/messages/" + other).get("reports")).isEmpty();
    assertThat(get("/suppressions?address=bob@customer.test").get("data")).isEmpty();
  }

  @Test
  void nothingPassesWithoutASecretOrATopic() {
    assertThat(post(connect("postmark", "", ""), "{}", basic("a:b"))).isEqualTo(401);
    assertThat(
            post(
                connect("ses", "\"access_key_id\": \"AKIAAAAAAAAAAAAAAAAA\"", ""),
                "{\"Type\":\"Notification\"}",
                Map.of()))
        .isEqualTo(401);
  }

  @Test
  void anEntryIsAddedFoundImportedAndRemoved() {
    HttpResponse<String> added =
        program.call(
            "POST",
            path() + "/suppressions",
            key,
            "{\"address\": \"Eve <EVE@Customer.test>\", \"stream\": \"news\", \"reason\":"
                + " \"unsubscribed\", \"detail\": \"by phone\"}");
    assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
    String id = StartedTenon.json(added).get("id").asString();
    assertThat(StartedTenon.json(added).get("address").asString()).isEqualTo("eve@customer.test");
    assertThat(get("/suppressions?stream=news").get("data")).hasSize(1);
    assertThat(get("/suppressions?stream=*&address=eve@customer.test").get("data")).isEmpty();

    HttpResponse<String> imported =
        program.call(
            "POST",
            path() + "/suppressions/import",
            key,
            "{\"suppressions\": [{\"address\": \"eve@customer.test\", \"stream\": \"news\","
                + " \"reason\": \"complained\"}, {\"address\": \"eve@customer.test\"}]}");
    assertThat(StartedTenon.json(imported).get("changed").asInt()).isEqualTo(2);
    assertThat(get("/suppressions/" + id).get("reason").asString()).isEqualTo("complained");

    JsonNode exported = get("/suppressions/export");
    assertThat(exported.get("next_cursor").isNull()).isTrue();
    HttpResponse<String> again =
        program.call(
            "POST",
            path() + "/suppressions/import",
            key,
            "{\"suppressions\": %s}".formatted(exported.get("suppressions")));
    assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
    assertThat(StartedTenon.json(again).get("changed").asInt()).as("what is there").isZero();
    assertThat(program.call("GET", path() + "/suppressions/export?cursor=x", key, "").statusCode())
        .isEqualTo(400);

    for (String bad :
        List.of(
            "{\"address\": \"nobody\"}",
            "{\"address\": \"a@b.test\", \"stream\": \"No Stream\"}",
            "{\"address\": \"a@b.test\", \"reason\": \"because\"}",
            "{\"address\": \"a@b.test\", \"detail\": \"%s\"}".formatted("x".repeat(501)))) {
      assertThat(program.call("POST", path() + "/suppressions", key, bad).statusCode())
          .as(bad)
          .isEqualTo(400);
    }
    assertThat(
            program
                .call("DELETE", path() + "/suppressions/" + id + "?reason=asked%20again", key, "")
                .statusCode())
        .isEqualTo(204);
    assertThat(program.call("DELETE", path() + "/suppressions/" + id, key, "").statusCode())
        .isEqualTo(404);
  }
}
