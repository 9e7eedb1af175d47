package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Webhooks about mail, registered at each stand-in by the provider's own API, until one that is
/// signed with what came back has told of a mail.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EmailRegistrationTest {
  private static final Duration WAIT = Duration.ofSeconds(20);

  private final EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private final Sandbox sandbox =
      Sandbox.start(
          email.simulators(),
          SandboxSettings.defaults(InstantSource.system())
              .withWebhookRetries(List.of(Duration.ofMillis(20))));
  private StartedTenon program;
  private String base;
  private String key;

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

  private String connect(String provider, String settings) {
    TenantId tenant = program.tenant(provider.toUpperCase(Locale.ROOT));
    key = program.key(tenant);
    base = "/v1/tenants/" + tenant;
    String id =
        ok(
                "POST",
                "/connections",
                """
                {"provider": "%s", "name": "Mail", "environment": "development",
                 "settings": {"base_url": "%s"%s}, "credentials": {"api_key": "%s"}}"""
                    .formatted(
                        provider,
                        sandbox.url(provider),
                        settings,
                        Map.of("resend", "re_test", "sendgrid", "SG.test")
                            .getOrDefault(provider, "test")))
            .get("id")
            .asString();
    var _ = ok("PUT", "/email-routing", "{\"connections\": [\"%s\"]}".formatted(id));
    HttpResponse<String> sender =
        program.call(
            "POST",
            base + "/senders",
            program.key(TenantId.PLATFORM),
            "{\"address\": \"hello@acme.test\", \"is_default\": true}");
    assertThat(sender.statusCode()).isEqualTo(201);
    return "/connections/" + id;
  }

  private static String settings(String provider) {
    return switch (provider) {
      case "mailgun" -> ", \"domain\": \"mg.acme.test\", \"stream_domains\": \"news=n.acme.test\"";
      default -> "";
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"mailgun", "postmark", "resend", "sendgrid"})
  void registersOnceAndHearsWhatBecameOfAMail(String provider) {
    String path = connect(provider, settings(provider));
    JsonNode before = ok("GET", path + "/webhook", "");
    assertThat(before.get("ok").asBoolean()).isFalse();
    assertThat(before.get("findings").toString()).contains("No endpoint sends");

    JsonNode made = ok("POST", path + "/webhook", "");
    assertThat(made.get("did").asString()).isEqualTo("created");
    assertThat(made.get("findings")).as(made.toPrettyString()).isEmpty();
    assertThat(made.get("ok").asBoolean()).isTrue();
    assertThat(ok("POST", path + "/webhook", "").get("did").asString()).isEqualTo("nothing");

    becomesDelivered();

    HttpResponse<String> rotated =
        program.call("POST", base + path + "/webhook/rotate", key, "{\"overlap_hours\": 0}");
    if (provider.equals("mailgun")) {
      assertThat(rotated.statusCode()).isEqualTo(409);
      assertThat(rotated.body()).contains("the account's one key");
      return;
    }
    assertThat(rotated.statusCode()).as(rotated.body()).isEqualTo(200);
    assertThat(StartedTenon.json(rotated).get("endpoint").asString())
        .isNotEqualTo(made.get("endpoint").asString());
    becomesDelivered();
    long end = System.nanoTime() + WAIT.toNanos();
    JsonNode after = ok("GET", path + "/webhook", "");
    while (!after.get("replaced").isEmpty() && System.nanoTime() < end) {
      after = ok("GET", path + "/webhook", "");
    }
    assertThat(after.get("replaced")).as(after.toPrettyString()).isEmpty();
    assertThat(after.get("ok").asBoolean()).as(after.toPrettyString()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"postmark", "resend", "sendgrid", "mailgun"})
  void mendsWhatWasChangedAtTheProviderAndMakesAnewWhatWasRemoved(String provider) {
    String path = connect(provider, settings(provider));
    JsonNode made = ok("POST", path + "/webhook", "");
    spoil(provider, made.get("endpoint").asString(), made.get("url").asString());

    JsonNode spoilt = ok("GET", path + "/webhook", "");
    assertThat(spoilt.get("ok").asBoolean()).as(spoilt.toPrettyString()).isFalse();
    JsonNode mended = ok("POST", path + "/webhook", "");
    assertThat(mended.get("did").asString()).isEqualTo("updated");
    assertThat(mended.get("ok").asBoolean()).as(mended.toPrettyString()).isTrue();

    remove(provider, made.get("endpoint").asString(), made.get("url").asString());
    assertThat(ok("GET", path + "/webhook", "").get("findings").toString())
        .contains("removed at the provider");
    assertThat(ok("POST", path + "/webhook", "").get("did").asString()).isEqualTo("created");
    becomesDelivered();
  }

  /// Switches one kind of report off, as somebody at the provider's pages may.
  private void spoil(String provider, String endpoint, String url) {
    switch (provider) {
      case "postmark" -> {
        String id = postmark(endpoint).get(0).get("ID").asString();
        provider(
            "postmark",
            "PUT",
            "/webhooks/" + id,
            "{\"Triggers\": {\"Bounce\": {\"Enabled\": false}}}");
      }
      case "resend" ->
          provider("resend", "PATCH", "/webhooks/" + endpoint, "{\"status\": \"disabled\"}");
      case "sendgrid" ->
          provider(
              "sendgrid",
              "PATCH",
              "/v3/user/webhooks/event/settings/" + endpoint,
              "{\"url\": \"%s\", \"bounce\": false}".formatted(url));
      default -> provider("mailgun", "DELETE", "/v3/domains/mg.acme.test/webhooks/delivered", "");
    }
  }

  private void remove(String provider, String endpoint, String url) {
    switch (provider) {
      case "postmark" ->
          postmark(endpoint)
              .forEach(
                  one ->
                      provider("postmark", "DELETE", "/webhooks/" + one.get("ID").asString(), ""));
      case "resend" -> provider("resend", "DELETE", "/webhooks/" + endpoint, "");
      case "sendgrid" ->
          provider("sendgrid", "DELETE", "/v3/user/webhooks/event/settings/" + endpoint, "");
      default -> {
        for (String domain : List.of("mg.acme.test", "n.acme.test")) {
          provider("mailgun", "DELETE", "/v4/domains/" + domain + "/webhooks?url=" + url, "");
        }
      }
    }
  }

  private List<JsonNode> postmark(String reference) {
    return provider("postmark", "GET", "/webhooks", "")
        .get("Webhooks")
        .valueStream()
        .filter(one -> one.get("HttpHeaders").toString().contains(reference))
        .toList();
  }

  private JsonNode provider(String provider, String method, String path, String body) {
    String basic = Base64.getEncoder().encodeToString("api:test".getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> answer =
        program.send(
            HttpRequest.newBuilder(URI.create(sandbox.url(provider) + path))
                .header("X-Postmark-Server-Token", "test")
                .header(
                    "Authorization",
                    provider.equals("mailgun")
                        ? "Basic " + basic
                        : "Bearer " + (provider.equals("resend") ? "re_test" : "SG.test"))
                .header("User-Agent", "test")
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    return answer.body().isEmpty()
        ? JsonMapper.shared().createObjectNode()
        : JsonMapper.shared().readTree(answer.body());
  }

  private void becomesDelivered() {
    String id =
        ok(
                "POST",
                "/messages",
                "{\"to\": \"delivered@sandbox.test\", \"subject\": \"Hello\", \"text\": \"Hello\"}")
            .get("id")
            .asString();
    long end = System.nanoTime() + WAIT.toNanos();
    JsonNode shown = ok("GET", "/messages/" + id, "");
    while (!shown.get("state").asString().equals("delivered") && System.nanoTime() < end) {
      shown = ok("GET", "/messages/" + id, "");
    }
    assertThat(shown.get("state").asString()).as(shown.toPrettyString()).isEqualTo("delivered");
  }

  private JsonNode ok(String method, String path, String body) {
    HttpResponse<String> response = program.call(method, base + path, key, body);
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return StartedTenon.json(response);
  }
}
