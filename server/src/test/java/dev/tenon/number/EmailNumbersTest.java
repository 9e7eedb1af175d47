package dev.tenon.number;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Figures of mail over the whole program and a stand-in provider, with a first connection that
/// doesn't answer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EmailNumbersTest {
  private static final Duration WAIT = Duration.ofSeconds(20);

  private final EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private final Sandbox sandbox =
      Sandbox.start(email.simulators(), SandboxSettings.defaults(InstantSource.system()));
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

  @Test
  void countsWhatWasSentAndWhatBecameOfItAndTellsOfAFallbackOnce() {
    TenantId tenant = program.tenant("Acme");
    String key = program.key(tenant);
    String base = "/v1/tenants/" + tenant;
    // Nothing listens there.
    String first = connect(base, key, "postmark", "http://127.0.0.1:9");
    String second = connect(base, key, "resend", sandbox.url("resend").toString());
    var _ = ok("POST", base + second + "/webhook", key, "");
    var _ =
        ok(
            "PUT",
            base + "/email-routing",
            key,
            "{\"connections\": [\"%s\", \"%s\"]}".formatted(id(first), id(second)));
    var _ =
        ok(
            "POST",
            base + "/senders",
            program.key(TenantId.PLATFORM),
            "{\"address\": \"hello@acme.test\", \"is_default\": true}");

    send(base, key, "delivered@sandbox.test", "delivered");
    send(base, key, "bounce+7@sandbox.test", "bounced");
    send(base, key, "bounce+7@sandbox.test", "suppressed");
    program.tenon.numbers().write();
    program.tenon.numbers().write();

    JsonNode numbers = ok("GET", base + "/email-numbers", key, "").get("numbers");
    assertThat(numbers.size()).as(numbers.toPrettyString()).isEqualTo(2);
    JsonNode unsent = numbers.get(0);
    assertThat(unsent.get("provider").isNull()).isTrue();
    assertThat(unsent.get("suppressed").asLong()).isEqualTo(1);
    JsonNode sent = numbers.get(1);
    assertThat(sent.get("provider").asString()).isEqualTo("resend");
    assertThat(sent.get("stream").asString()).isEqualTo("outbound");
    assertThat(sent.get("sent").asLong()).isEqualTo(2);
    assertThat(sent.get("by_fallback").asLong()).isEqualTo(2);
    assertThat(sent.get("delivered").asLong()).isEqualTo(1);
    assertThat(sent.get("bounced").asLong()).isEqualTo(1);
    assertThat(sent.get("bounce_rate").asDouble()).isEqualTo(0.5);
    assertThat(sent.get("complaint_rate").asDouble()).isZero();
    assertThat(sent.get("accept_seconds").asDouble()).isPositive();
    assertThat(sent.get("deliver_seconds_max").asDouble()).isPositive();

    List<JsonNode> told =
        ok("GET", base + "/events", key, "")
            .get("data")
            .valueStream()
            .filter(one -> one.get("type").asString().equals("email.fallback_in_use"))
            .toList();
    assertThat(told).hasSize(1);
    assertThat(told.getFirst().toString()).contains(id(first), "\"sent_by\":\"resend\"");
    assertThat(program.call("GET", "/metrics", "", "").body())
        .contains("tenon_email_fallbacks_total{provider=\"postmark\"} 2.0");

    String yesterday = Instant.now().minus(1, ChronoUnit.DAYS).toString();
    assertThat(
            ok(
                    "GET",
                    base + "/email-numbers?since=2026-01-01T00:00:00Z&until=" + yesterday,
                    key,
                    "")
                .get("numbers")
                .size())
        .isZero();
    HttpResponse<String> turned =
        program.call(
            "GET", base + "/email-numbers?since=2999-01-01T00:00:00Z&until=" + yesterday, key, "");
    assertThat(turned.statusCode()).isEqualTo(400);
  }

  @Test
  void addsUpOverNodesAndForgetsWhatIsOld() {
    TenantId tenant = program.tenant("Acme");
    var store = new EmailNumberStore();
    Instant hour = Instant.parse("2026-11-24T10:00:00Z");
    var key = new EmailNumbers.Key(tenant, hour, "outbound", "resend");
    var database = program.tenon.database();
    database.useEngine(
        tx -> {
          store.add(
              tx,
              List.of(
                  new EmailNumberStore.Added(key, Figures.ofSent(Duration.ofSeconds(2), false))));
          store.add(
              tx,
              List.of(
                  new EmailNumberStore.Added(key, Figures.ofSent(Duration.ofSeconds(4), true))));
        });
    List<EmailNumberStore.Row> rows =
        database.asTenant(tenant, tx -> store.list(tx, hour, hour.plus(1, ChronoUnit.HOURS), 10));
    assertThat(rows)
        .containsExactly(
            new EmailNumberStore.Row(
                "outbound", "resend", new Figures(2, 0, 0, 0, 0, 0, 0, 1, 6_000, 4_000, 0, 0, 0)));
    int gone = database.asEngine(tx -> store.forget(tx, hour.plusSeconds(1), 10));
    assertThat(gone).isEqualTo(1);
    var nobodys = new EmailNumbers.Skipped(tenant, UUID.randomUUID(), "outbound");
    List<EmailNumbers.Skipped> told =
        database.asEngine(tx -> store.untold(tx, List.of(nobodys), hour, hour));
    assertThat(told).isEmpty();
  }

  private void send(String base, String key, String to, String state) {
    String id =
        ok(
                "POST",
                base + "/messages",
                key,
                "{\"to\": \"%s\", \"subject\": \"Hello\", \"text\": \"Hello\"}".formatted(to))
            .get("id")
            .asString();
    long end = System.nanoTime() + WAIT.toNanos();
    JsonNode shown = ok("GET", base + "/messages/" + id, key, "");
    while (!shown.get("state").asString().equals(state) && System.nanoTime() < end) {
      shown = ok("GET", base + "/messages/" + id, key, "");
    }
    assertThat(shown.get("state").asString()).as(shown.toPrettyString()).isEqualTo(state);
  }

  private String connect(String base, String key, String provider, String url) {
    return "/connections/"
        + ok(
                "POST",
                base + "/connections",
                key,
                """
                {"provider": "%s", "name": "Mail", "environment": "development",
                 "settings": {"base_url": "%s"}, "credentials": {"api_key": "re_test"}}"""
                    .formatted(provider, url))
            .get("id")
            .asString();
  }

  private static String id(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private JsonNode ok(String method, String path, String key, String body) {
    HttpResponse<String> response = program.call(method, path, key, body);
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return StartedTenon.json(response);
  }
}
