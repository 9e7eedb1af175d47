package dev.tenon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What goes over the wire, and when it goes again.
class TransportTest {
  private static final String KEY = "tn_test_0123456789";
  private static final String MESSAGE =
      """
      {"id": "msg_1", "state": "queued", "to": "ada@example.org", "from": "a@b.test",
       "subject": "S", "template": null, "stream": "outbound", "policy": "at_most_once",
       "created_at": "2026-11-24T10:00:00Z"}
      """;

  private final List<Duration> waits = new CopyOnWriteArrayList<>();
  private ScriptedServer server;
  private Tenon tenon;

  @BeforeEach
  void start() {
    server = new ScriptedServer();
    tenon = client(server.url()).build();
  }

  @AfterEach
  void stop() {
    tenon.close();
    server.close();
  }

  private Tenon.Builder client(String url) {
    return Tenon.builder()
        .baseUrl(url)
        .apiKey(KEY)
        .timeout(Duration.ofSeconds(10))
        .pause(waits::add);
  }

  private Message welcome(TenantClient tenant) {
    return tenant.messages().sendWelcomeEmail("ada@example.org", Map.of("customer_name", "Ada"));
  }

  private List<String> keysSeen() {
    return server.asked.stream().map(one -> one.header("Idempotency-Key")).toList();
  }

  @Test
  void sendsWhatTheApiWants() {
    server.then(202, MESSAGE);

    Message sent = welcome(tenon.tenant("ten_1"));

    assertThat(sent.state()).isEqualTo("queued");
    assertThat(sent.attempts()).isEmpty();
    ScriptedServer.Asked asked = server.asked.getFirst();
    assertThat(asked.method()).isEqualTo("POST");
    assertThat(asked.target()).isEqualTo("/v1/tenants/ten_1/messages");
    assertThat(asked.header("Authorization")).isEqualTo("Bearer " + KEY);
    assertThat(asked.header("Content-Type")).isEqualTo("application/json");
    assertThat(asked.header("Idempotency-Key")).hasSize(36);
    assertThat(asked.body())
        .isEqualTo(
            "{\"to\":\"ada@example.org\",\"template\":\"welcome\","
                + "\"data\":{\"customer_name\":\"Ada\"}}");
  }

  @Test
  void repeatsWithTheSameKeyUntilAnAnswerComes() {
    server
        .thenNothing()
        .thenProblem(409, "idempotency.running")
        .thenProblem(503, "server.busy", "Retry-After", "7")
        .then(202, MESSAGE);

    assertThat(welcome(tenon.tenant("ten_1")).id()).isEqualTo("msg_1");

    assertThat(keysSeen()).hasSize(4).doesNotContain("").containsOnly(keysSeen().getFirst());
    assertThat(waits).hasSize(3).last().isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void givesEachCallItsOwnKeyOrTheCallers() {
    server.then(202, MESSAGE).then(202, MESSAGE).then(202, MESSAGE);
    TenantClient tenant = tenon.tenant("ten_1");

    welcome(tenant);
    welcome(tenant);
    welcome(tenant.withIdempotencyKey("welcome-4711"));

    assertThat(keysSeen()).doesNotHaveDuplicates().last().isEqualTo("welcome-4711");
  }

  @Test
  void neverRepeatsWhatWouldDoAnotherThing() {
    server.thenNothing().thenProblem(503, "server.busy").thenProblem(500, "server.error");
    Endpoints endpoints = tenon.tenant("ten_1").endpoints();

    TenonNoAnswer lost = catchThrowableOfType(TenonNoAnswer.class, () -> endpoints.delete("ep_1"));
    TenonProblem busy = catchThrowableOfType(TenonProblem.class, () -> endpoints.delete("ep_1"));
    TenonProblem failed = catchThrowableOfType(TenonProblem.class, () -> endpoints.delete("ep_1"));

    assertThat(lost.mayHaveHappened()).isTrue();
    assertThat(lost.idempotencyKey()).isEmpty();
    assertThat(busy.code()).isEqualTo("server.busy");
    assertThat(busy.idempotencyKey()).isEmpty();
    assertThat(failed.status()).isEqualTo(500);
    assertThat(server.asked).hasSize(3);
    assertThat(keysSeen()).containsOnly("");
  }

  @Test
  void waitsAsLongAsItIsAskedToAndNoLongerThanItMay() {
    server
        .thenProblem(429, "limit.key_exceeded", "Retry-After", "3")
        .then(202, "{\"event\": \"evt_1\"}")
        .thenProblem(429, "limit.key_exceeded", "Retry-After", "86400");
    Endpoints endpoints = tenon.tenant("ten_1").endpoints();

    assertThat(endpoints.test("ep_1")).isEqualTo("evt_1");
    TenonProblem tooLong = catchThrowableOfType(TenonProblem.class, () -> endpoints.test("ep_1"));

    assertThat(waits).containsExactly(Duration.ofSeconds(3));
    assertThat(tooLong.status()).isEqualTo(429);
  }

  @Test
  void backsOffMoreEachTimeAndGivesUp() {
    for (int i = 0; i < 4; i++) {
      server.then(502, "<html>no</html>");
    }

    TenonNoAnswer away =
        catchThrowableOfType(TenonNoAnswer.class, () -> welcome(tenon.tenant("ten_1")));

    assertThat(waits).hasSize(3);
    assertThat(waits.get(0)).isBetween(Duration.ofMillis(125), Duration.ofMillis(250));
    assertThat(waits.get(2)).isBetween(Duration.ofMillis(500), Duration.ofMillis(1000));
    assertThat(away.mayHaveHappened()).isTrue();
    assertThat(away.idempotencyKey()).hasValue(keysSeen().getFirst());
    assertThat(away).hasMessageContaining("502").hasMessageNotContaining("html");
  }

  @Test
  void triesAgainWhereNobodyListensAndSaysThatNothingWasDone() throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (Tenon nowhere = client("http://127.0.0.1:" + port).build()) {
      TenonNoAnswer away =
          catchThrowableOfType(
              TenonNoAnswer.class, () -> nowhere.tenant("ten_1").endpoints().test("ep_1"));

      assertThat(waits).hasSize(3);
      assertThat(away.mayHaveHappened()).isFalse();
    }
  }

  @Test
  void doesNotWaitForTheRestOfAnAnswerForEver() {
    var late = new CountDownLatch(1);
    server.then(
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          try {
            late.await();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    try (Tenon hasty = client(server.url()).timeout(Duration.ofMillis(300)).tries(1).build()) {
      TenonNoAnswer away =
          catchThrowableOfType(
              TenonNoAnswer.class, () -> hasty.tenant("ten_1").messages().get("msg_1"));

      assertThat(away).hasMessageContaining("GET /messages/{message}");
      // A read changes nothing, so there is nothing that may have happened.
      assertThat(away.mayHaveHappened()).isFalse();
    } finally {
      late.countDown();
    }
  }

  @Test
  void showsProblemsWithAllTheirParts() {
    server.thenProblem(400, "request.invalid_field");

    TenonProblem problem =
        catchThrowableOfType(TenonProblem.class, () -> welcome(tenon.tenant("ten_1")));

    assertThat(problem.code()).isEqualTo("request.invalid_field");
    assertThat(problem.param()).hasValue("to");
    assertThat(problem.docUrl()).isEqualTo("https://t.example/docs/problems#x");
    assertThat(problem.requestId()).isEqualTo("req_1");
    assertThat(problem.idempotencyKey()).hasValue(keysSeen().getFirst());
    assertThat(problem)
        .hasMessage(
            "D. (request.invalid_field, 400) at `to`, request req_1, see"
                + " https://t.example/docs/problems#x");
    assertThat(waits).isEmpty();
  }

  @Test
  void followsPagesAsFarAsTheyAreRead() {
    String customer = "{\"id\": \"cus_%d\", \"provider_id\": \"x\", \"deleted\": false}";
    server
        .then(200, "{\"data\": [%s], \"next_cursor\": \"c 1\"}".formatted(customer.formatted(1)))
        .then(200, "{\"data\": [], \"next_cursor\": \"c2\"}")
        .then(200, "{\"data\": [%s], \"next_cursor\": null}".formatted(customer.formatted(2)))
        .then(200, "{\"data\": [%s], \"next_cursor\": \"c1\"}".formatted(customer.formatted(1)));
    Customers customers = tenon.tenant("ten_1").customers();

    assertThat(customers.list().map(Customer::id).toList()).containsExactly("cus_1", "cus_2");
    assertThat(customers.list().findFirst()).map(Customer::id).hasValue("cus_1");

    assertThat(server.asked)
        .extracting(ScriptedServer.Asked::target)
        .containsExactly(
            "/v1/tenants/ten_1/customers?limit=100",
            "/v1/tenants/ten_1/customers?limit=100&cursor=c%201",
            "/v1/tenants/ten_1/customers?limit=100&cursor=c2",
            "/v1/tenants/ten_1/customers?limit=100");
  }

  @Test
  void keepsIdsInTheirPlace() {
    server.then(200, MESSAGE);

    tenon.tenant("ten_1").messages().get("../../x?y#z");

    assertThat(server.asked.getFirst().target())
        .isEqualTo("/v1/tenants/ten_1/messages/..%2F..%2Fx%3Fy%23z");
    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> tenon.tenant("..").messages().get("x")))
        .isNotNull();
  }

  @Test
  void takesTheKeyNowhereElse() {
    server.then(302, "", "Location", server.url() + "/elsewhere");

    TenonNoAnswer redirected =
        catchThrowableOfType(
            TenonNoAnswer.class, () -> tenon.tenant("ten_1").messages().get("msg_1"));

    assertThat(server.asked).hasSize(1);
    assertThat(redirected).hasMessageContaining("302");
    assertThat(
            tenon
                + " "
                + tenon.tenant("ten_1")
                + Tenon.builder().apiKey(KEY)
                + redirected
                + redirected.getCause())
        .doesNotContain(KEY);
  }

  @Test
  void refusesToShowTheKeyOnItsWay() {
    assertThat(
            catchThrowableOfType(
                IllegalStateException.class,
                () -> Tenon.builder().baseUrl("http://tenon.example.com").apiKey(KEY).build()))
        .hasMessageContaining("https")
        .hasMessageNotContaining(KEY);
    Tenon.builder().baseUrl("http://tenon.local").apiKey(KEY).allowPlainHttp().build().close();
    for (String wrong : List.of("tenon.example.com", "ftp://x", "https://u@x", "https://x?y")) {
      assertThat(
              catchThrowableOfType(
                  IllegalArgumentException.class, () -> Tenon.builder().baseUrl(wrong)))
          .as(wrong)
          .isNotNull();
    }
    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> Tenon.builder().apiKey(KEY + "\nX: y")))
        .hasMessageNotContaining(KEY);
  }

  @Test
  void readsNoAnswerWithoutBound() {
    byte[] much = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
    server.then(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          for (int i = 0; i < 20; i++) {
            exchange.getResponseBody().write(much);
          }
          exchange.close();
        });
    try (Tenon once = client(server.url()).tries(1).build()) {
      TenonNoAnswer tooLong =
          catchThrowableOfType(
              TenonNoAnswer.class, () -> once.tenant("ten_1").messages().get("msg_1"));

      assertThat(tooLong.getCause()).hasMessageContaining("longer than");
    }
  }
}
