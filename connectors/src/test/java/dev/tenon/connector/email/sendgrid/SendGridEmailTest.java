package dev.tenon.connector.email.sendgrid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.EmailProviderContract;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.LoopbackHttp;
import dev.tenon.connector.email.ScriptedHttp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SendGridEmailTest extends EmailProviderContract {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String BODY =
      "/components/requestBodies/PostMailSend/content/application~1json";

  private final ScriptedHttp server = new ScriptedHttp();
  private final LoopbackHttp http = new LoopbackHttp();
  private final SendGridEmail sendgrid = sendgrid(server.base(), SendGridEmail.Options.DEFAULTS);

  private SendGridEmail sendgrid(URI base, SendGridEmail.Options options) {
    return new SendGridEmail(http, base, Secret.of("SG.key"), options);
  }

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Override
  protected EmailProvider provider() {
    return sendgrid;
  }

  @Override
  protected EmailProvider unreachable() {
    return sendgrid(URI.create("http://127.0.0.1:1"), SendGridEmail.Options.DEFAULTS);
  }

  @Override
  protected void willAccept() {
    server.reply(202, Map.of("x-message-id", "14c5d75ce93.dfd.64b469"), "");
  }

  @Override
  protected void willRefuseTheRecipient() {
    refuse(400, "personalizations.0.to.0.email", "Does not contain a valid address.");
  }

  @Override
  protected void willRefuseTheKey() {
    refuse(401, "null", "The provided authorization grant is invalid, expired, or revoked");
  }

  @Override
  protected void willLimitTheRate() {
    server.reply(
        429,
        Map.of(
            "date", "Tue, 24 Nov 2026 10:00:00 GMT",
            "x-ratelimit-limit", "600",
            "x-ratelimit-remaining", "0",
            "x-ratelimit-reset", "1795514412"),
        errors("null", "too many requests"));
  }

  @Override
  protected void willFailInItsOwnWords() {
    refuse(503, "null", "service not available");
  }

  @Override
  protected void willFailWithoutWords() {
    server.reply(502, "<html>Bad gateway</html>");
  }

  @Override
  protected void willLoseTheAnswer() {
    server.hangUpAfterRequest();
  }

  @Override
  protected Class<?> failureInItsOwnWords() {
    return Outcome.Passing.class;
  }

  @Override
  protected Class<?> failureWithoutWords() {
    return Outcome.Unknown.class;
  }

  @Override
  protected List<String> received() {
    return server.requests().stream().map(ScriptedHttp.Request::body).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "400, personalizations.0.to.0.email, Does not contain a valid address., RefusedRecipient",
    "400, personalizations.0.cc.3.email, Does not contain a valid address., RefusedRecipient",
    "400, personalizations, Each email address should be unique., RefusedRequest",
    "400, from.email, The from email does not contain a valid address., ConnectionBroken",
    "400, content.0.value, The content value must be a string., RefusedRequest",
    "400, ip_pool_name, The ip pool is not known., ConnectionBroken",
    "400, null, Bad Request, RefusedRequest",
    "401, null, authorization required, ConnectionBroken",
    "401, null, Maximum credits exceeded, ConnectionBroken",
    "403, null, access forbidden, ConnectionBroken",
    "404, null, not found, ConnectionBroken",
    "405, null, method not allowed, ConnectionBroken",
    "413, null, content too large, RefusedRequest",
    "415, null, unsupported media type, RefusedRequest",
    "429, null, too many requests, Passing",
    "500, null, internal server error, Unknown",
    "503, null, service not available, Passing",
    "504, null, gateway time-out, Unknown",
  })
  void classesEachAnswer(int status, String field, String words, String outcome) {
    refuse(status, field, words);
    assertThat(sendgrid.send(message(), "k").getClass().getSimpleName()).isEqualTo(outcome);
  }

  @Test
  void anUnverifiedSenderBreaksThatSenderOnly() {
    String words =
        "The from address does not match a verified Sender Identity. Mail cannot be sent until this"
            + " error is resolved.";
    refuse(403, "from", words);
    refuse(403, "null", "access forbidden");
    assertThat(sendgrid.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.ConnectionBroken.class,
            broken -> assertThat(broken.reach()).isEqualTo(Outcome.ConnectionBroken.Reach.SENDER));
    assertThat(sendgrid.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.ConnectionBroken.class,
            broken ->
                assertThat(broken.reach()).isEqualTo(Outcome.ConnectionBroken.Reach.CONNECTION));
  }

  @Test
  void oneStreamsWrongPoolLeavesTheConnectionToTheOthers() {
    SendGridEmail one =
        sendgrid(
            server.base(),
            new SendGridEmail.Options(Map.of("outbound", "x1", "broadcast", "x1"), false));
    SendGridEmail two =
        sendgrid(
            server.base(),
            new SendGridEmail.Options(Map.of("outbound", "x1", "broadcast", ""), false));
    refuse(400, "ip_pool_name", "The ip pool is not known.");
    refuse(400, "ip_pool_name", "The ip pool is not known.");
    refuse(401, "null", "authorization required");
    assertThat(((Outcome.ConnectionBroken<Sent>) one.send(message(), "k")).reach())
        .isEqualTo(Outcome.ConnectionBroken.Reach.CONNECTION);
    assertThat(((Outcome.ConnectionBroken<Sent>) two.send(message(), "k")).reach())
        .isEqualTo(Outcome.ConnectionBroken.Reach.SENDER);
    assertThat(((Outcome.ConnectionBroken<Sent>) two.send(message(), "k")).reach())
        .as("the key")
        .isEqualTo(Outcome.ConnectionBroken.Reach.CONNECTION);
  }

  @Test
  void waitsUntilTheMomentThatSendGridNames() {
    willLimitTheRate();
    assertThat(sendgrid.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.Passing.class,
            passing -> assertThat(passing.retryAfter()).isEqualTo(Duration.ofSeconds(12)));
  }

  @Test
  void anAcceptanceWithoutAnIdIsNobodysWord() {
    server.reply(202, "");
    server.reply(200, "");
    assertThat(sendgrid.send(message(), "k")).isInstanceOf(Outcome.Unknown.class);
    assertThat(sendgrid.send(message(), "k")).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void asksForTheSandboxModeAndTakesItsAnswer() throws Exception {
    SendGridEmail dry =
        sendgrid(
            server.base(),
            new SendGridEmail.Options(SendGridEmail.Options.DEFAULTS.ipPools(), true));
    server.reply(200, "");
    assertThat(dry.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            accepted ->
                assertThat(((Sent) accepted.value()).providerMessageId()).as("no id").isEmpty());
    assertThat(body().at("/mail_settings/sandbox_mode/enable").asBoolean()).isTrue();
  }

  @Test
  void sendsEveryPartOfAMessage() throws Exception {
    willAccept();
    sendgrid.send(whole(), "k");
    JsonNode body = body();
    assertThat(server.requests().getFirst().line()).isEqualTo("POST /v3/mail/send HTTP/1.1");
    assertThat(server.requests().getFirst().headers())
        .containsEntry("authorization", "Bearer SG.key");
    JsonNode envelope = body.path("personalizations").path(0);
    assertThat(envelope.at("/to/0/email").asString()).isEqualTo("ada@example.net");
    assertThat(envelope.at("/cc/0/name").asString()).as("quoted").isEqualTo("\"Lovelace, Ada\"");
    assertThat(envelope.at("/bcc/0/email").asString()).isEqualTo("bcc@example.net");
    assertThat(envelope.at("/custom_args/tenon_message").asString()).isEqualTo("msg_01k6z3v9q8");
    assertThat(envelope.at("/custom_args/m_order").asString()).isEqualTo("ord_42");
    assertThat(body.at("/reply_to/email").asString()).isEqualTo("reply@example.net");
    assertThat(body.at("/content/0/type").asString()).isEqualTo("text/plain");
    assertThat(body.at("/content/1/type").asString()).isEqualTo("text/html");
    assertThat(body.at("/headers/X-Order").asString()).isEqualTo("42");
    assertThat(body.path("categories").toString()).isEqualTo("[\"outbound\",\"receipt\"]");
    assertThat(body.at("/attachments/0/disposition").asString()).isEqualTo("attachment");
    assertThat(body.at("/attachments/1/content_id").asString()).isEqualTo("logo");
    assertThat(body.has("ip_pool_name")).isFalse();
    assertThat(body.has("mail_settings")).isFalse();
  }

  @Test
  void namesAnAddressOnceAlthoughItStandsInTwoLists() throws Exception {
    willAccept();
    sendgrid.send(
        builder()
            .cc(EmailAddress.of("ADA@example.net"), EmailAddress.of("cc@example.net"))
            .bcc(EmailAddress.of("cc@example.net"))
            .replyTo(EmailAddress.of("a@example.net"), EmailAddress.of("ada@example.net"))
            .build(),
        "k");
    JsonNode body = body();
    assertThat(body.at("/personalizations/0/cc").size()).isEqualTo(1);
    assertThat(body.at("/personalizations/0").has("bcc")).isFalse();
    assertThat(body.path("reply_to_list").size()).isEqualTo(2);
  }

  @Test
  void mapsAStreamToAnIpPoolAndRefusesOneThatIsNotMapped() throws Exception {
    SendGridEmail pooled =
        sendgrid(server.base(), new SendGridEmail.Options(Map.of("broadcast", "marketing"), false));
    willAccept();
    assertThat(pooled.send(builder().stream("broadcast").build(), "k"))
        .isInstanceOf(Outcome.Accepted.class);
    assertThat(body().path("ip_pool_name").asString()).isEqualTo("marketing");
    assertThat(pooled.send(message(), "k")).isInstanceOf(Outcome.ConnectionBroken.class);
    assertThat(received()).hasSize(1);
    assertThatThrownBy(() -> new SendGridEmail.Options(Map.of("outbound", "x"), false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void canNeitherRepeatNorBeAsked() {
    assertThat(sendgrid.settling()).isEqualTo(new Settling.None());
    assertThat(sendgrid.lookUp(message())).isInstanceOf(LookedUp.Unanswered.class);
    assertThat(sendgrid.request(message())).isEmpty();
  }

  /// Against the provider's own description, with unknown fields refused so that a misspelt one is
  /// noticed.
  @Test
  void writesBodiesThatSendGridsOwnDescriptionAccepts() throws Exception {
    Path description =
        Stream.of("../../shared", "../../../shared")
            .map(folder -> Path.of(folder, "api", "sendgrid-mail-v3.openapi.json"))
            .filter(Files::exists)
            .findFirst()
            .orElse(Path.of("none"));
    assumeTrue(
        Files.exists(description),
        "SKIPPED: shared/api/sendgrid-mail-v3.openapi.json is not beside the repository, so the"
            + " bodies were not compared with SendGrid's description");
    JsonNode api = JSON.readTree(Files.readAllBytes(description));
    ObjectNode root = JSON.createObjectNode();
    root.set("components", api.path("components"));
    root.put("$ref", "#" + BODY + "/schema");
    for (String part :
        List.of("", "/properties/personalizations/items", "/properties/attachments/items")) {
      ((ObjectNode) root.at(BODY + "/schema" + part)).put("additionalProperties", false);
    }
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(root);
    willAccept();
    willAccept();
    sendgrid(server.base(), new SendGridEmail.Options(Map.of("outbound", "transactional"), true))
        .send(whole(), "k");
    sendgrid.send(message(), "k");
    for (String body : received()) {
      assertThat(schema.validate(JSON.readTree(body))).as(body).isEmpty();
    }
    assertThat(schema.validate(JSON.readTree("{\"from\":\"x\",\"recipients\":[]}")))
        .as("the description is really in force")
        .isNotEmpty();
  }

  private static EmailMessage whole() {
    return builder()
        .cc(new EmailAddress("Lovelace, Ada", "cc@example.net"))
        .bcc(EmailAddress.of("bcc@example.net"))
        .replyTo(EmailAddress.of("reply@example.net"))
        .attach(Attachment.file("a.txt", "text/plain", "hello".getBytes(StandardCharsets.UTF_8)))
        .attach(Attachment.inline("logo", "logo.png", "image/png", new byte[] {1}))
        .build();
  }

  private JsonNode body() {
    return JSON.readTree(received().getFirst());
  }

  private void refuse(int status, String field, String words) {
    server.reply(status, errors(field, words));
  }

  private static String errors(String field, String words) {
    return """
    {"errors":[{"message":"%s","field":%s,"help":null}]}"""
        .formatted(words, field.equals("null") ? "null" : '"' + field + '"');
  }
}
