package dev.tenon.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.email.SesSimulator;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// A mail through each stand-in, until the stand-in's own signed webhook says what became of it.
/// Both sides are written from the providers' documentation, and apart.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SandboxedReportsTest {
  private static final int LOOKS_MAX = 20_000;
  private static final String SES_TOPIC =
      "arn:aws:sns:us-east-1:000000000000:tenon-sandbox-mail-events";

  private final EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private final Sandbox sandbox =
      Sandbox.start(
          email.simulators(),
          SandboxSettings.defaults(InstantSource.system())
              .withWebhookRetries(Collections.nCopies(10, Duration.ofMillis(200))));
  private StartedTenon program;

  @BeforeAll
  void start() {
    program =
        new StartedTenon(
            Map.of(), EgressPolicy.allowing(sandbox.urls().values()), InstantSource.system());
  }

  @AfterAll
  void stop() {
    program.close();
    sandbox.close();
  }

  private JsonNode call(String method, String path, String key, String body) {
    HttpResponse<String> response = program.call(method, path, key, body);
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return StartedTenon.json(response);
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTMARK", "RESEND", "SENDGRID", "MAILGUN", "SES"})
  void tellsWhatBecameOfAMail(Carrier carrier) throws SQLException {
    String name = carrier.id();
    TenantId tenant = program.tenant(name.toUpperCase(Locale.ROOT));
    String key = program.key(tenant);
    String platform = program.key(TenantId.PLATFORM);
    String base = "/v1/tenants/" + tenant;
    String url = sandbox.url(name).toString();
    String settings =
        switch (name) {
          case "mailgun" -> ", \"domain\": \"mg.acme.test\"";
          case "ses" -> ", \"access_key_id\": \"" + "AKIAAAAAAAAAAAAAAAAA" + "\"";
          default -> "";
        };
    String credentials =
        switch (name) {
          case "resend" -> "\"api_key\": \"re_test\"";
          case "sendgrid" -> "\"api_key\": \"SG.test\"";
          case "ses" -> "\"secret_access_key\": \"" + SesSimulator.SECRET_KEY + "\"";
          default -> "\"api_key\": \"test\"";
        };
    JsonNode connection =
        call(
            "POST",
            base + "/connections",
            key,
            """
            {"provider": "%s", "name": "Mail", "environment": "development",
             "settings": {"base_url": "%s"%s}, "credentials": {%s}}"""
                .formatted(name, url, settings, credentials));
    String hook = connection.get("webhook_url").asString();
    // SNS asks at once, so its topic has to be known here before.
    Map<String, String> made =
        name.equals("ses")
            ? Map.of("topic_arn", SES_TOPIC)
            : email.registerWebhook(carrier, hook, name.equals("postmark") ? "a-password" : "");
    String change =
        switch (name) {
          case "postmark" -> "{\"credentials\": {\"webhook_password\": \"a-password\"}}";
          case "resend" ->
              "{\"credentials\": {\"webhook_secret\": \"%s\"}}"
                  .formatted(made.get("signing_secret"));
          case "sendgrid" ->
              "{\"credentials\": {\"webhook_public_key\": \"%s\"}}"
                  .formatted(made.get("public_key"));
          case "mailgun" ->
              "{\"credentials\": {\"webhook_signing_key\": \"%s\"}}"
                  .formatted(made.get("signing_key"));
          default ->
              "{\"settings\": {\"base_url\": \"%s\"%s, \"topic_arn\": \"%s\"}}"
                  .formatted(url, settings, made.get("topic_arn"));
        };
    assertThat(change).as(made.toString()).doesNotContain("null");
    var _ = call("PATCH", base + "/connections/" + connection.get("id").asString(), key, change);
    var _ =
        call(
            "PUT",
            base + "/email-routing",
            key,
            "{\"connections\": [\"%s\"]}".formatted(connection.get("id").asString()));
    var _ =
        call(
            "POST",
            base + "/senders",
            platform,
            "{\"address\": \"hello@acme.test\", \"is_default\": true}");
    if (name.equals("ses")) {
      assertThat(email.registerWebhook(carrier, hook, "2")).containsEntry("topic_arn", SES_TOPIC);
      awaitConfirmation();
    }
    becomes(base, key, "delivered@sandbox.test", "delivered");
    becomes(base, key, "bounce+1@sandbox.test", "bounced");
  }

  /// SNS tells a subscriber nothing of what happened before it confirmed.
  private void awaitConfirmation() throws SQLException {
    try (var sql = program.database.connectAsAdministrator();
        var statement = sql.createStatement()) {
      for (int i = 0; i < LOOKS_MAX; i++) {
        try (var found =
            statement.executeQuery(
                "select result from tenon.job where kind = 'ses.confirm' and state = 'done'")) {
          if (found.next()) {
            return;
          }
        }
      }
    }
    throw new AssertionError("the subscription was not confirmed");
  }

  private void becomes(String base, String key, String to, String state) {
    String id =
        call(
                "POST",
                base + "/messages",
                key,
                "{\"to\": \"%s\", \"subject\": \"Hello\", \"text\": \"Hello\"}".formatted(to))
            .get("id")
            .asString();
    JsonNode shown = call("GET", base + "/messages/" + id, key, "");
    for (int i = 0; i < LOOKS_MAX && !shown.get("state").asString().equals(state); i++) {
      shown = call("GET", base + "/messages/" + id, key, "");
    }
    assertThat(shown.get("state").asString()).as(shown.toPrettyString()).isEqualTo(state);
  }
}
