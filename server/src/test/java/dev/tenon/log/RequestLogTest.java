package dev.tenon.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.config.Config;
import dev.tenon.config.Config.Log.Format;
import dev.tenon.config.Config.Log.Level;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the log of the running program tells of a request, from the socket to the line; and what no
/// failed statement tells.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RequestLogTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String CANARY = "canary7d20b1c94e";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private StartedTenon program;
  private ConnectionId connection;

  @BeforeAll
  void start() {
    program = new StartedTenon();
    connection =
        program.connection(
            TenantId.PLATFORM, "stripe", Map.of("webhook_secret", Secret.of("whsec_log_test")));
  }

  @BeforeEach
  void listen() {
    Logging.start(new Config.Log(Format.JSON, Level.INFO), out, false);
  }

  @AfterEach
  void quieten() {
    Logging.start(new Config.Log(Format.TEXT, Level.WARN), System.err, false);
    out.reset();
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @Test
  void aLineAboutAWebhookNamesRequestTenantAndConnection() {
    HttpResponse<String> answer =
        program.send(
            program
                .request("/in/" + connection)
                .header("Stripe-Signature", "t=1,v1=00")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertThat(answer.statusCode()).isEqualTo(401);
    JsonNode line = line("refused a webhook");
    assertThat(line.path("request_id").asString())
        .isEqualTo(answer.headers().firstValue("Tenon-Request-Id").orElseThrow())
        .startsWith("req_");
    assertThat(line.path("tenant").asString()).isEqualTo(TenantId.PLATFORM.toString());
    assertThat(line.path("connection").asString()).isEqualTo(connection.toString());
  }

  @Test
  void aLineAboutAnApiRequestNamesItAndTheNextOneStartsAnew() {
    HttpResponse<String> webhook =
        program.send(
            program.request("/in/" + connection).POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertThat(webhook.statusCode()).isEqualTo(400);
    // On the same connection, and so on the same thread.
    HttpResponse<String> refused = program.call("GET", "/v1/tenants", "tn_" + "a".repeat(20), "");
    assertThat(refused.statusCode()).isEqualTo(401);
    JsonNode line = line("refused an API key", refused);
    assertThat(line.has("tenant")).isFalse();
    assertThat(line.has("connection")).isFalse();
  }

  @Test
  void aFailedStatementTellsNothingThatWasBoundOrStored() {
    for (Runnable failing :
        List.<Runnable>of(
            () -> insertAsTenant(program.tenon.database()),
            () -> castAsEngine(program.tenon.database()))) {
      Throwable failed = Assertions.catchThrowable(failing::run);
      assertThat(failed).isNotNull();
      LoggerFactory.getLogger("dev.tenon.test").error("it failed: {}", failed.toString(), failed);
      for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
        assertThat(cause.toString()).doesNotContain(CANARY);
      }
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("it failed").doesNotContain(CANARY);
  }

  /// Breaks a check: the server would tell the whole row.
  private static void insertAsTenant(Database database) {
    database.useTenant(
        TenantId.PLATFORM,
        tx ->
            tx.handle()
                .createUpdate(
                    """
                    insert into connection (tenant_id, id, provider, name, environment, state,
                      settings, created_at, updated_at)
                    values (:tenant, :id, 'stripe', :name, 'nowhere', 'active', '{}', :now, :now)
                    """)
                .bind("tenant", TenantId.PLATFORM.uuid())
                .bind("id", new UUID(1, 1))
                .bind("name", CANARY)
                .bind("now", java.time.Instant.EPOCH)
                .execute());
  }

  /// Another kind of failure, through another pool.
  private static void castAsEngine(Database database) {
    database.useEngine(
        tx ->
            tx.handle()
                .createQuery("select 1 / (length(:text) - length(:text))")
                .bind("text", CANARY)
                .mapTo(Integer.class)
                .one());
  }

  private JsonNode line(String message, HttpResponse<String> answer) {
    String id = answer.headers().firstValue("Tenon-Request-Id").orElseThrow();
    JsonNode line = line(message);
    assertThat(line.path("request_id").asString()).isEqualTo(id);
    return line;
  }

  private JsonNode line(String message) {
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .map(JSON::readTree)
        .filter(line -> line.path("message").asString().startsWith(message))
        .findFirst()
        .orElseThrow();
  }
}
