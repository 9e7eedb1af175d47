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
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Email over the API of the whole program: routing, senders, messages, and requests that are
/// repeated under an idempotency key.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmailApiTest {
  private final StartedTenon program = new StartedTenon();
  private String platform;
  private TenantId tenant;
  private String own;

  @BeforeAll
  void start() {
    platform = program.key(TenantId.PLATFORM);
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @BeforeEach
  void makeTenant() {
    tenant = program.tenant("Acme");
    own = program.key(tenant);
  }

  @Test
  void refusesSettingsThatTheProviderWouldNotUnderstand() {
    for (String wrong :
        List.of(
            "postmark message_streams broadcast",
            "postmark message_streams broadcast=a,",
            "sendgrid region EU",
            "mailgun domain Example.org",
            "mailgun stream_domains broadcast=news",
            "mailgun test_mode on",
            "ses region Frankfurt",
            "ses access_key_id x",
            "resend rate_per_second 0",
            "ses base_url https://email.example/a%20b",
            "sendgrid sandbox_mode yes",
            "postmark track_opens yes please",
            "mailgun track_links broadcast,",
            "sendgrid ip_pools Broadcast=marketing")) {
      String[] parts = wrong.split(" ", 3);
      problem(
          post(
              "/connections",
              """
              {"provider": "%s", "name": "A connection", "environment": "development",
               "settings": {"%s": "%s"}}"""
                  .formatted((Object[]) parts)),
          400,
          "request.invalid_field",
          "settings." + parts[1]);
    }
    problem(
        post(
            "/connections",
            """
            {"provider": "mailgun", "name": "A connection", "environment": "development",
             "credentials": {"api_key": "key"}}"""),
        400,
        "request.invalid_field",
        "settings.domain");
    JsonNode taken =
        ok(
            post(
                "/connections",
                """
                {"provider": "sendgrid", "name": "A connection", "environment": "development",
                 "settings": {"region": "eu", "sandbox_mode": "true",
                              "ip_pools": "broadcast=marketing, alerts=urgent"},
                 "credentials": {"api_key": "SG.secret.one"}}"""));
    assertThat(taken.path("settings").path("region").asString()).isEqualTo("eu");
    assertThat(taken.toString()).doesNotContain("SG.secret.one");
  }

  @Test
  void routesInTheOrderThatWasPutAndByStream() {
    String first = connection("postmark");
    String second = connection("resend");

    JsonNode put =
        ok(
            put(
                "/email-routing",
                """
                {"connections": ["%s", "%s"], "streams": {"broadcast": ["%s"]}}"""
                    .formatted(second, first, first)));

    assertThat(put).isEqualTo(ok(get("/email-routing")));
    assertThat(texts(put.get("connections"))).containsExactly(second, first);
    assertThat(texts(put.get("streams").get("broadcast"))).containsExactly(first);
    assertThat(put.get("inherited").asBoolean()).isFalse();
  }

  @Test
  void connectionsOfOnePriorityShareMailByTheirWeights() {
    String first = connection("postmark");
    String second = connection("resend");
    String last = connection("sendgrid");
    String routes = "\"connections\": [\"%s\", \"%s\", \"%s\"]".formatted(first, second, last);
    JsonNode put =
        ok(
            put(
                "/email-routing",
                "{%s, \"places\": [{\"connection\": \"%s\", \"priority\": 0, \"weight\": 3}, {\"connection\": \"%s\", \"priority\": 0}]}"
                    .formatted(routes, first, second)));
    assertThat(texts(put.get("connections"))).containsExactly(first, second, last);
    assertThat(put.get("places").toString())
        .contains("\"priority\":0,\"weight\":3")
        .contains("\"priority\":0,\"weight\":1")
        .contains("\"priority\":2,\"weight\":1");
    assertThat(put).isEqualTo(ok(get("/email-routing")));
    assertThat(ok(put("/email-routing", "{" + routes + "}")).get("places").size()).isZero();

    for (String wrong :
        List.of(
            "connection con_none 0 1", "priority %s 20 1", "weight %s 0 0", "weight %s 0 1001")) {
      String[] parts = wrong.formatted(first).split(" ", -1);
      problem(
          put(
              "/email-routing",
              "{%s, \"places\": [{\"connection\": \"%s\", \"priority\": %s, \"weight\": %s}]}"
                  .formatted(routes, parts[1], parts[2], parts[3])),
          400,
          "request.invalid_field",
          "places[0]." + parts[0]);
    }
  }

  @Test
  void aRouteOfOneStreamShowsTheOthersAsThePlatforms() {
    String own = connection("postmark");
    JsonNode put =
        ok(
            put(
                "/email-routing",
                "{\"connections\": [], \"streams\": {\"broadcast\": [\"%s\"]}}".formatted(own)));
    assertThat(texts(put.get("streams").get("broadcast"))).containsExactly(own);
    assertThat(put.get("resting").isArray()).isTrue();
    assertThat(put).isEqualTo(ok(get("/email-routing")));
  }

  @Test
  void refusesRoutesThatCantCarryMailNamingTheField() {
    String mail = connection("postmark");
    String stripe = connection("stripe");

    problem(
        put("/email-routing", "{\"connections\": [\"con_none\"]}"),
        404,
        "email.unknown_connection",
        "connections[0]");
    problem(
        put("/email-routing", "{\"connections\": [\"%s\", \"%s\"]}".formatted(mail, stripe)),
        400,
        "request.invalid_field",
        "connections[1]");
    problem(
        put("/email-routing", "{\"connections\": [\"%s\", \"%s\"]}".formatted(mail, mail)),
        400,
        "request.invalid_field",
        "connections[1]");
    problem(
        put("/email-routing", "{\"connections\": [], \"streams\": {\"A b\": []}}"),
        400,
        "request.invalid_field",
        "streams");
  }

  @Test
  void anotherTenantsConnectionIsUnknown() {
    String mine = connection("postmark");
    TenantId other = program.tenant("Other");

    problem(
        call(
            "PUT",
            other,
            "/email-routing",
            program.key(other),
            "",
            "{\"connections\": [\"%s\"]}".formatted(mine)),
        404,
        "email.unknown_connection",
        "connections[0]");
  }

  @Test
  void aTenantSendsOnlyFromWhatThePlatformGaveIt() {
    problem(
        post("/senders", "{\"address\": \"me@stolen.example\"}"),
        403,
        "email.sender_not_owned",
        "address");
    problem(
        post("/senders", "{\"address\": \"me@stolen.example\", \"owns_domain\": true}"),
        403,
        "access.platform_only",
        "owns_domain");

    sender("hello@acme.example", true);
    JsonNode made =
        ok(post("/senders", "{\"address\": \"Info@ACME.example\", \"name\": \"Info\"}"));
    assertThat(made.get("address").asString()).isEqualTo("info@acme.example");
    assertThat(made.get("is_default").asBoolean()).isFalse();
    problem(
        post("/senders", "{\"address\": \"a@acme.example.evil.example\"}"),
        403,
        "email.sender_not_owned",
        "address");
    problem(
        post("/senders", "{\"address\": \"a@acme.example\", \"name\": \"x\\r\\nBcc: b@c.de\"}"),
        400,
        "request.invalid_field",
        "address");

    assertThat(ok(get("/senders")).get("data").size()).isEqualTo(2);
    assertThat(call("DELETE", tenant, "/senders/info@acme.example", own, "", "").statusCode())
        .isEqualTo(204);
    assertThat(get("/senders/info@acme.example").statusCode()).isEqualTo(404);
  }

  @Test
  void queuesAMailOfItsOwnWordsAndShowsAllOfIt() {
    sender("hello@acme.example", false);

    JsonNode made =
        ok(
            post(
                "/messages",
                """
                {"to": "Ada <ada@customer.example>", "cc": ["c@customer.example"],
                 "bcc": ["b@customer.example"], "reply_to": ["r@acme.example"],
                 "subject": "Hi", "text": "Hello", "policy": "at_least_once"}"""));

    assertThat(made.get("to").asString()).isEqualTo("ada@customer.example");
    assertThat(made.get("from").asString()).isEqualTo("hello@acme.example");
    assertThat(made.get("policy").asString()).isEqualTo("at_least_once");
    assertThat(made.get("state").asString()).isIn("queued", "sending");
    assertThat(made.get("attempts").isArray()).isTrue();
  }

  @Test
  void saysWhatIsWrongWithAMail() {
    problem(
        post("/messages", "{\"to\": \"a@b.example\", \"template\": \"welcome\"}"),
        400,
        "request.invalid_field",
        "from");
    sender("hello@acme.example", false);

    problem(
        post("/messages", "{\"to\": \"nobody\", \"subject\": \"s\", \"text\": \"t\"}"),
        400,
        "request.invalid_field",
        "to");
    problem(
        post(
            "/messages",
            "{\"to\": \"a@b.example\", \"subject\": \"x\\nBcc: c@d.ef\", \"text\": \"t\"}"),
        400,
        "request.invalid_field",
        "subject");
    problem(
        post("/messages", "{\"to\": \"a@b.example\", \"subject\": \"s\"}"),
        400,
        "request.invalid_field",
        "text");
    problem(
        post("/messages", "{\"to\": \"a@b.example\", \"template\": \"welcome\"}"),
        400,
        "template.missing_variable",
        "data.customer_name");
    problem(
        post(
            "/messages",
            "{\"to\": \"a@b.example\", \"from\": \"x@other.example\", \"subject\": \"s\", \"text\": \"t\"}"),
        403,
        "email.sender_not_owned",
        "from");
    problem(
        post(
            "/messages",
            "{\"to\": \"a@b.example\", \"provider\": \"mailgun\", \"subject\": \"s\", \"text\": \"t\"}"),
        400,
        "email.provider_not_configured",
        "provider");
  }

  @Test
  void refusesAStreamThatNoConnectionOnItsWayCarries() {
    sender("hello@acme.example", false);
    String postmark = connection("postmark");
    String resend =
        ok(post(
                "/connections",
                """
                {"provider": "resend", "name": "c", "environment": "development",
                 "settings": {"streams": "alerts, news"}, "credentials": {"api_key": "x"}}"""))
            .get("id")
            .asString();
    ok(put("/email-routing", "{\"connections\": [\"%s\", \"%s\"]}".formatted(postmark, resend)));
    String mail =
        """
        {"to": "a@b.example", "subject": "s", "text": "t", "stream": "%s"%s}""";

    assertThat(post("/messages", mail.formatted("news", "")).statusCode()).isEqualTo(202);
    problem(
        post("/messages", mail.formatted("offers", "")), 400, "request.invalid_field", "stream");
    problem(
        post("/messages", mail.formatted("news", ", \"provider\": \"postmark\"")),
        400,
        "request.invalid_field",
        "stream");
    problem(
        post(
            "/messages/batch",
            """
            {"messages": [{"to": "a@b.example"}], "subject": "s", "text": "t",
             "stream": "offers"}"""),
        400,
        "request.invalid_field",
        "stream");
  }

  @Test
  void cancelsWhatWaitsAndResendsWhatIsOver() {
    sender("hello@acme.example", false);
    JsonNode made = ok(post("/messages", mail("cancel me")));
    String path = "/messages/" + made.get("id").asString();

    assertThat(ok(post(path + "/cancel", "")).get("state").asString()).isEqualTo("cancelled");
    assertThat(ok(post(path + "/cancel", "")).get("state").asString()).isEqualTo("cancelled");

    JsonNode again = ok(post(path + "/resend", "{}"));
    assertThat(again.get("id")).isNotEqualTo(made.get("id"));
    assertThat(again.get("subject").asString()).isEqualTo("cancel me");
    problem(
        post("/messages/" + again.get("id").asString() + "/resend", "{}"),
        409,
        "request.conflict",
        "");
    assertThat(post("/messages/msg_none/cancel", "").statusCode()).isEqualTo(404);
  }

  @Test
  void aRepeatedRequestIsAnsweredFromMemory() {
    sender("hello@acme.example", false);

    HttpResponse<String> first = keyed("one", mail("once"));
    HttpResponse<String> again = keyed("one", mail("once"));

    assertThat(again.statusCode()).isEqualTo(first.statusCode()).isEqualTo(202);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
    assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
    assertThat(messages()).hasSize(1);
  }

  @Test
  void oneKeyIsForOneRequestOfOneTenant() {
    sender("hello@acme.example", false);
    int _ = keyed("two", mail("once")).statusCode();

    problem(keyed("two", mail("other words")), 422, "idempotency.key_reused", "");
    problem(
        keyed("x".repeat(256), mail("once")), 400, "idempotency.invalid_key", "Idempotency-Key");

    TenantId other = program.tenant("Other");
    assertThat(
            call(
                    "POST",
                    other,
                    "/senders",
                    platform,
                    "two",
                    "{\"address\": \"hello@other.example\"}")
                .statusCode())
        .isEqualTo(201);
    assertThat(
            call("POST", other, "/messages", program.key(other), "two", mail("once")).statusCode())
        .isEqualTo(202);
  }

  @Test
  void aRefusedRequestLeavesItsKeyFree() {
    problem(keyed("three", mail("too early")), 400, "request.invalid_field", "from");
    sender("hello@acme.example", false);

    assertThat(keyed("three", mail("now")).statusCode()).isEqualTo(202);
  }

  @Test
  void manyAtOnceWithOneKeyMakeOne() throws Exception {
    sender("hello@acme.example", false);
    List<Integer> statuses = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        calls.add(() -> keyed("four", mail("once")).statusCode());
      }
      for (Future<Integer> answer : threads.invokeAll(calls)) {
        statuses.add(answer.get());
      }
    }
    assertThat(statuses).contains(202);
    assertThat(statuses).allMatch(status -> status == 202 || status == 409);
    assertThat(messages()).hasSize(1);
  }

  @Test
  void aRunThatNeverAnsweredIsTakenUpUnderTheSameId() throws SQLException {
    sender("hello@acme.example", false);
    JsonNode first = ok(keyed("five", mail("once")));
    execute(
        """
        update tenon.idempotency_key set state = 'running', status = null, sealed = null,
          running_until = '2026-01-01' where key = 'five'
        """);

    HttpResponse<String> again = keyed("five", mail("once"));

    assertThat(again.headers().firstValue("Idempotency-Replayed")).isEmpty();
    assertThat(ok(again).get("id")).isEqualTo(first.get("id"));
    assertThat(messages()).hasSize(1);

    execute(
        """
        update tenon.idempotency_key set state = 'running', status = null, sealed = null,
          running_until = '2100-01-01' where key = 'five'
        """);
    problem(keyed("five", mail("once")), 409, "idempotency.running", "");
  }

  @Test
  void tenantsAndConnectionsAreMadeOnceUnderOneKey() throws SQLException {
    String body = "{\"name\": \"Once\"}";
    JsonNode made = ok(call("POST", null, "/v1/tenants", platform, "six", body));
    execute(
        """
        update tenon.idempotency_key set state = 'running', status = null, sealed = null,
          running_until = '2026-01-01' where key = 'six'
        """);
    assertThat(ok(call("POST", null, "/v1/tenants", platform, "six", body)).get("id"))
        .isEqualTo(made.get("id"));
  }

  private static String mail(String subject) {
    return "{\"to\": \"ada@customer.example\", \"subject\": \"%s\", \"text\": \"Hello\"}"
        .formatted(subject);
  }

  private void sender(String address, boolean domain) {
    ok(
        call(
            "POST",
            tenant,
            "/senders",
            platform,
            "",
            "{\"address\": \"%s\", \"name\": \"Acme\", \"owns_domain\": %s}"
                .formatted(address, domain)));
  }

  private String connection(String provider) {
    String credential = provider.equals("stripe") ? "secret_key" : "api_key";
    return ok(post(
            "/connections",
            """
                {"provider": "%s", "name": "c", "environment": "development",
                 "credentials": {"%s": "x"}}"""
                .formatted(provider, credential)))
        .get("id")
        .asString();
  }

  private List<String> messages() {
    return texts(ok(get("/messages")).get("data"));
  }

  private static List<String> texts(JsonNode array) {
    List<String> out = new ArrayList<>();
    array.forEach(node -> out.add(node.isString() ? node.asString() : node.toString()));
    return out;
  }

  private HttpResponse<String> get(String path) {
    return call("GET", tenant, path, own, "", "");
  }

  private HttpResponse<String> put(String path, String body) {
    return call("PUT", tenant, path, own, "", body);
  }

  private HttpResponse<String> post(String path, String body) {
    return call("POST", tenant, path, own, "", body);
  }

  private HttpResponse<String> keyed(String idempotencyKey, String body) {
    return call("POST", tenant, "/messages", own, idempotencyKey, body);
  }

  private HttpResponse<String> call(
      String method,
      @org.jspecify.annotations.Nullable TenantId of,
      String path,
      String key,
      String idempotencyKey,
      String body) {
    String whole = of == null ? path : "/v1/tenants/" + of + path;
    var request =
        program
            .request(whole)
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

  private static JsonNode ok(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return Json.MAPPER.readTree(response.body());
  }

  private static void problem(
      HttpResponse<String> response, int status, String code, String param) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode problem = Json.MAPPER.readTree(response.body());
    assertThat(problem.get("code").asString()).isEqualTo(code);
    assertThat(problem.path("param").asString("")).isEqualTo(param);
  }

  private void execute(String sql) throws SQLException {
    try (var connection = program.database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      int _ = statement.executeUpdate(sql);
    }
  }
}
