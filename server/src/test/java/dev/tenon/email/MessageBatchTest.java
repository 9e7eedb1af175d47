package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.http.Json;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Many messages in one request: each by itself, all of them once.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class MessageBatchTest {
  private final StartedTenon program = new StartedTenon();
  private TenantId tenant;
  private String own;

  @BeforeEach
  void makeTenant() {
    tenant = program.tenant("Acme");
    own = program.key(tenant);
    HttpResponse<String> sender =
        call(
            "POST",
            "/senders",
            program.key(TenantId.PLATFORM),
            "",
            "{\"address\": \"hello@acme.example\", \"name\": \"Acme\"}");
    assertThat(sender.statusCode()).isEqualTo(201);
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @Test
  void athousandMessagesOfOneTemplateWithDataOfTheirOwnAreTakenInOrder() {
    String items =
        IntStream.range(0, 1_000)
            .mapToObj(
                i ->
                    "{\"to\": \"u%d@example.org\", \"data\": {\"customer_name\": \"User %d\"}}"
                        .formatted(i, i))
            .collect(Collectors.joining(", "));
    JsonNode made = ok(batch("", "\"template\": \"welcome\", \"stream\": \"broadcast\"", items));

    assertThat(made.path("accepted").asInt()).isEqualTo(1_000);
    assertThat(made.path("refused").asInt()).isZero();
    assertThat(made.path("results").size()).isEqualTo(1_000);
    for (int i : List.of(0, 1, 499, 999)) {
      JsonNode message =
          ok(
              call(
                  "GET",
                  "/messages/" + made.at("/results/%d/id".formatted(i)).asString(),
                  own,
                  "",
                  ""));
      assertThat(message.path("to").asString()).isEqualTo("u%d@example.org".formatted(i));
      assertThat(message.path("priority").asString()).isEqualTo("bulk");
    }
    problem(
        batch("", "\"template\": \"welcome\"", items + ", {\"to\": \"x@y.example\"}"),
        400,
        "messages");
    problem(batch("", "\"template\": \"welcome\"", ""), 400, "messages");
  }

  @Test
  void whatIsWrongWithOneIsToldInItsPlaceAndKeepsNoneOfTheOthers() {
    JsonNode made =
        ok(
            batch(
                "",
                "\"template\": \"welcome\", \"data\": {\"customer_name\": \"all\"}",
                """
                {"to": "a@example.org"}, {"to": "not an address"},
                {"to": "b@example.org", "data": {"customer_name": [1]}},
                {"to": "c@example.org", "metadata": {"tenon_message": "x"}},
                {"to": "d@example.org", "language": "de"}, {"to": "e@example.org", "language": "?"}"""));
    assertThat(made.path("accepted").asInt() + made.path("refused").asInt()).isEqualTo(6);
    List<String> what = new ArrayList<>();
    made.path("results")
        .forEach(
            one ->
                what.add(
                    one.path("problem").isObject()
                        ? one.path("problem").path("param").asString()
                        : "taken"));
    assertThat(what)
        .containsExactly(
            "taken", "to", "data.customer_name", "metadata.tenon_message", "taken", "language");
    assertThat(ok(call("GET", "/messages", own, "", "")).path("data").size()).isEqualTo(2);
  }

  @Test
  void whatIsGivenForAllGivesWayToAMessagesOwn() {
    JsonNode made =
        ok(
            batch(
                "",
                """
                "subject": "s", "text": "t", "headers": {"X-List": "all", "X-Run": "1"},
                "tags": ["all"], "metadata": {"run": "1", "who": "all"}""",
                """
                {"to": "a@example.org"},
                {"to": "b@example.org", "headers": {"x-list": "b"}, "tags": ["b"],
                 "metadata": {"who": "b"}}"""));
    JsonNode first = message(made, 0);
    assertThat(first.path("headers").toString()).isEqualTo("{\"X-Run\":\"1\",\"X-List\":\"all\"}");
    assertThat(first.path("tags").toString()).isEqualTo("[\"all\"]");
    JsonNode second = message(made, 1);
    assertThat(second.path("headers").toString()).isEqualTo("{\"X-Run\":\"1\",\"x-list\":\"b\"}");
    assertThat(second.path("tags").toString()).isEqualTo("[\"b\"]");
    assertThat(second.path("metadata").path("run").asString()).isEqualTo("1");
    assertThat(second.path("metadata").path("who").asString()).isEqualTo("b");
  }

  private JsonNode message(JsonNode made, int place) {
    return ok(
        call(
            "GET",
            "/messages/" + made.at("/results/%d/id".formatted(place)).asString(),
            own,
            "",
            ""));
  }

  @Test
  void aListIsNarrowedByWhatIsAskedForPageByPage() {
    ok(
        batch(
            "",
            "\"template\": \"welcome\", \"data\": {\"customer_name\": \"x\"}, \"tags\": [\"t1\"]",
            "{\"to\": \"a@example.org\"}, {\"to\": \"b@example.org\", \"tags\": [\"t2\", \"t1\"]}, {\"to\": \"c@example.org\"}"));
    ok(
        call(
            "POST",
            "/messages",
            own,
            "",
            """
            {"to": "d@example.org", "cc": ["A@Example.org"], "subject": "s", "text": "t",
             "stream": "alerts"}"""));
    assertThat(found("recipient=A%40EXAMPLE.org"))
        .containsExactly("d@example.org", "a@example.org");
    assertThat(found("recipient=b%40example.org&tag=t1")).containsExactly("b@example.org");
    assertThat(found("tag=t2")).containsExactly("b@example.org");
    assertThat(found("stream=alerts")).containsExactly("d@example.org");
    assertThat(found("template=welcome"))
        .containsExactly("c@example.org", "b@example.org", "a@example.org");
    assertThat(found("template=welcome&state=delivered")).isEmpty();
    assertThat(found("since=2020-01-01T00:00:00Z&until=2021-01-01T00:00:00Z")).isEmpty();
    assertThat(found("since=2020-01-01T00:00:00Z")).hasSize(4);

    JsonNode page = ok(call("GET", "/messages?template=welcome&limit=2", own, "", ""));
    assertThat(page.path("data").size()).isEqualTo(2);
    String next = page.path("next_cursor").asString();
    assertThat(found("template=welcome&limit=2&cursor=" + next)).containsExactly("a@example.org");
    problem(call("GET", "/messages?state=lost", own, "", ""), 400, "state");
    problem(call("GET", "/messages?recipient=x", own, "", ""), 400, "recipient");
  }

  private List<String> found(String query) {
    List<String> found = new ArrayList<>();
    JsonNode page = ok(call("GET", "/messages?" + query, own, "", ""));
    page.path("data").forEach(one -> found.add(one.path("to").asString()));
    return found;
  }

  @Test
  void anAddressAndATemplateAreLookedUpByTheirIndexes() throws SQLException {
    // As a tenant: row security keeps conditions that might leak from being looked up by an index.
    String plan =
        plan(
                "select m.id from message m where m.tenant_id = '%s' and m.recipients[1] = 'a@b.c' order by m.id desc limit 5")
            + plan(
                "select m.id from message m where m.tenant_id = '%s' and cardinality(m.recipients) > 1 and 'a@b.c' = any(m.recipients) order by m.id desc limit 5")
            + plan(
                "select m.id from message m where m.tenant_id = '%s' and m.template = 'x' order by m.id desc limit 5");
    assertThat(plan)
        .contains("message_recipient ")
        .contains("message_recipients ")
        .contains("message_template ");
  }

  private String plan(String sql) throws SQLException {
    var plan = new StringBuilder();
    try (var connection = program.database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute("begin");
      statement.execute("set local search_path = tenon");
      statement.execute("set local enable_seqscan = off");
      statement.execute("set local role tenon_tenant");
      statement.execute("set local tenon.tenant = '" + tenant.uuid() + "'");
      try (var rows = statement.executeQuery("explain " + sql.formatted(tenant.uuid()))) {
        while (rows.next()) {
          plan.append(rows.getString(1)).append('\n');
        }
      }
      statement.execute("rollback");
    }
    return plan.toString();
  }

  @Test
  void whatIsWrongForAllRefusesTheWhole() {
    String two = "{\"to\": \"a@example.org\"}, {\"to\": \"b@example.org\"}";
    problem(batch("", "\"template\": \"no-such\"", two), 400, "template");
    problem(batch("", "\"subject\": \"s\"", two), 400, "text");
    problem(
        batch("", "\"subject\": \"s\", \"text\": \"t\", \"provider\": \"mailgun\"", two),
        400,
        "provider");
    problem(
        batch("", "\"subject\": \"s\", \"text\": \"t\", \"from\": \"x@other.example\"", two),
        403,
        "from");
    problem(
        batch(
            "", "\"subject\": \"s\", \"text\": \"t\", \"send_at\": \"2020-01-01T00:00:00Z\"", two),
        400,
        "send_at");
    assertThat(ok(call("GET", "/messages", own, "", "")).path("data").size()).isZero();
  }

  @Test
  void aRepeatAnswersTheSameAndARunThatNeverAnsweredMakesNoneTwice() throws SQLException {
    String words = "\"subject\": \"s\", \"text\": \"t\"";
    String items = "{\"to\": \"a@example.org\"}, {\"to\": \"?\"}, {\"to\": \"b@example.org\"}";
    JsonNode made = ok(batch("one", words, items));
    HttpResponse<String> again = batch("one", words, items);
    assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
    assertThat(ok(again)).isEqualTo(made);

    execute(
        """
        update tenon.idempotency_key set state = 'running', status = null, sealed = null,
          running_until = '2026-01-01' where key = 'one'
        """);
    assertThat(ok(batch("one", words, items))).isEqualTo(made);
    assertThat(ok(call("GET", "/messages", own, "", "")).path("data").size()).isEqualTo(2);
  }

  private HttpResponse<String> batch(String idempotencyKey, String common, String items) {
    return call(
        "POST",
        "/messages/batch",
        own,
        idempotencyKey,
        "{%s, \"messages\": [%s]}".formatted(common, items));
  }

  private HttpResponse<String> call(
      String method, String path, String key, String idempotencyKey, String body) {
    var request =
        program
            .request("/v1/tenants/" + tenant + path)
            .header("Authorization", "Bearer " + key)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!idempotencyKey.isEmpty()) {
      request.header("Idempotency-Key", idempotencyKey);
    }
    return program.send(request);
  }

  private void execute(String sql) throws SQLException {
    try (var connection = program.database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      int _ = statement.executeUpdate(sql);
    }
  }

  private static JsonNode ok(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return Json.MAPPER.readTree(response.body());
  }

  private static void problem(HttpResponse<String> response, int status, String param) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(Json.MAPPER.readTree(response.body()).path("param").asString()).isEqualTo(param);
  }
}
