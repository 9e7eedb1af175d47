package dev.tenon.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.access.Scope;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.http.Json;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Templates over the API of the whole program, as a tenant uses them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class TemplateApiTest {
  private final StartedTenon program = new StartedTenon();
  private TenantId tenant;
  private String key;

  @AfterAll
  void stop() {
    program.close();
  }

  @BeforeEach
  void makeTenant() {
    tenant = program.tenant("Acme");
    key = program.key(tenant);
    String platform = program.key(TenantId.PLATFORM);
    ok(
        program.call(
            "POST",
            "/v1/tenants/" + tenant + "/senders",
            platform,
            "{\"address\": \"hello@acme.test\", \"name\": \"Acme\", \"product\": \"Atelier\"}"));
  }

  @Test
  void listsTheBuiltInOnesWithTheirLanguagesAndVariables() {
    JsonNode list = ok(get("/templates")).get("data");
    assertThat(list.findValuesAsString("name")).containsAll(EmailTemplates.BUILT_IN);
    assertThat(list.get(0).get("languages").toString()).isEqualTo("[\"de\",\"en\"]");
    JsonNode welcome = ok(get("/templates/welcome"));
    assertThat(welcome.get("source").asString()).isEqualTo("built_in");
    assertThat(welcome.get("published_version").isNull()).isTrue();
    assertThat(welcome.get("variables").get(0).get("name").asString()).isEqualTo("customer_name");
    assertThat(welcome.get("variables").get(0).get("about").asString()).isNotBlank();
    problem(get("/templates/no-such"), 404, "request.not_found", "");
    problem(get("/templates/No_Name"), 404, "request.not_found", "");
  }

  @Test
  void anOverrideIsUsedFromItsPublicationOnAndNotBefore() {
    ok(put("/templates/welcome/drafts/en", draft("Hi {{customer_name}}", "<p>New</p>", "New")));
    assertThat(subject(send("welcome", "{\"customer_name\": \"Ada\"}")))
        .isEqualTo("Welcome to Atelier");

    JsonNode first = ok(post("/templates/welcome/publish", "{\"note\": \"shorter\"}"));
    assertThat(first.get("version").asInt()).isEqualTo(1);
    assertThat(first.get("note").asString()).isEqualTo("shorter");
    assertThat(subject(send("welcome", "{\"customer_name\": \"Ada\"}"))).isEqualTo("Hi Ada");
    // Another tenant's are its own.
    makeTenant();
    assertThat(subject(send("welcome", "{\"customer_name\": \"Ada\"}")))
        .isEqualTo("Welcome to Atelier");
  }

  @Test
  void oldVersionsComeBackAsNewOnesAndDeletingGoesBackToTheBuiltIn() {
    publish("welcome", "One");
    publish("welcome", "Two");
    assertThat(ok(get("/templates/welcome/versions")).get("data").findValuesAsString("version"))
        .containsExactly("2", "1");
    JsonNode again = ok(post("/templates/welcome/versions/1/publish", ""));
    assertThat(again.get("version").asInt()).isEqualTo(3);
    assertThat(subject(send("welcome", "{}"))).isEqualTo("One");
    assertThat(ok(get("/templates/welcome/versions/2")).toString()).contains("Two");

    assertThat(call("DELETE", "/templates/welcome", "").statusCode()).isEqualTo(204);
    assertThat(subject(send("welcome", "{\"customer_name\": \"Ada\"}")))
        .isEqualTo("Welcome to Atelier");
    problem(call("DELETE", "/templates/welcome", ""), 404, "request.not_found", "");
    // A number is never used for two texts.
    publish("welcome", "Four");
    assertThat(ok(get("/templates/welcome")).get("published_version").asInt()).isEqualTo(4);
    problem(post("/templates/welcome/versions/77/publish", ""), 404, "request.not_found", "");
  }

  @Test
  void aDraftIsReplacedOnlyByWhoHasSeenIt() {
    HttpResponse<String> first = put("/templates/welcome/drafts/en", draft("One", "", "x"));
    String seen = first.headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> second = ifMatch(seen, draft("Two", "", "x"));
    ok(second);
    problem(ifMatch(seen, draft("Three", "", "x")), 412, "request.precondition_failed", "If-Match");
    problem(
        ifMatch("\"other\"", draft("Three", "", "x")),
        412,
        "request.precondition_failed",
        "If-Match");
    HttpResponse<String> read = get("/templates/welcome/drafts/en");
    assertThat(read.headers().firstValue("ETag"))
        .isEqualTo(second.headers().firstValue("ETag"))
        .isNotEqualTo(first.headers().firstValue("ETag"));
    assertThat(ok(read).get("subject").asString()).isEqualTo("Two");
    ok(ifMatch("*", draft("Four", "", "x")));
    assertThat(call("DELETE", "/templates/welcome/drafts/en", "").statusCode()).isEqualTo(204);
    problem(get("/templates/welcome/drafts/en"), 404, "request.not_found", "");
    problem(
        put("/templates/welcome/drafts/not-a-language!", draft("a", "", "x")),
        404,
        "request.not_found",
        "");
    problem(put("/templates/no-such/drafts/en", draft("a", "", "x")), 404, "request.not_found", "");
  }

  @Test
  void aRevisionNeverComesAgain() {
    for (String away : new String[] {"publish", "discard", "delete"}) {
      String seen =
          put("/templates/welcome/drafts/en", draft("Mine", "", "x"))
              .headers()
              .firstValue("ETag")
              .orElseThrow();
      String none =
          switch (away) {
            case "publish" -> {
              ok(post("/templates/welcome/publish", "{}"));
              yield ok(get("/templates/welcome")).get("revision").asString();
            }
            case "discard" -> {
              int status = call("DELETE", "/templates/welcome/drafts/en", "").statusCode();
              assertThat(status).isEqualTo(204);
              yield ok(get("/templates/welcome")).get("revision").asString();
            }
            default -> {
              assertThat(call("DELETE", "/templates/welcome", "").statusCode()).isEqualTo(204);
              yield "0";
            }
          };
      // Whoever saw the draft that is gone replaces neither its absence nor the next one.
      changed(ifMatch(seen, draft("Lost", "", "x")));
      ok(put("/templates/welcome/drafts/en", draft("Another", "", "x")));
      changed(ifMatch(seen, draft("Lost", "", "x")));
      // Nor does who saw that there was none.
      changed(ifMatch("\"" + none + "\"", draft("Lost", "", "x")));
    }
  }

  @Test
  void whoSawThatThereIsNoDraftWritesTheFirst() {
    ok(put("/templates/welcome/drafts/de", draft("Deutsch", "", "x")));
    String seen = get("/templates/welcome").headers().firstValue("ETag").orElseThrow();
    ok(put("/templates/welcome/drafts/de", draft("Deutsch, neu", "", "x")));
    ok(ifMatch(seen, draft("English", "", "x")));
    changed(ifMatch(seen, draft("Lost", "", "x")));
  }

  @Test
  void onlyTheDraftsThatSomebodySawArePublished() {
    ok(put("/templates/welcome/drafts/en", draft("One", "", "x")));
    String seen = get("/templates/welcome").headers().firstValue("ETag").orElseThrow();
    ok(put("/templates/welcome/drafts/de", draft("Zwei", "", "x")));
    changed(ifMatch("POST", "/templates/welcome/publish", seen, "{}"));
    String now = get("/templates/welcome").headers().firstValue("ETag").orElseThrow();
    ok(ifMatch("POST", "/templates/welcome/publish", now, "{}"));
    changed(ifMatch("POST", "/templates/welcome/publish", now, "{}"));
  }

  @Test
  void aLayoutIsReplacedOnlyByWhoHasSeenIt() {
    String none = get("/mail-layout").headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> first = ifMatch("PUT", "/mail-layout", none, "{\"product\": \"One\"}");
    ok(first);
    changed(ifMatch("PUT", "/mail-layout", none, "{\"product\": \"Two\"}"));
    String seen = first.headers().firstValue("ETag").orElseThrow();
    ok(ifMatch("PUT", "/mail-layout", seen, "{\"product\": \"Three\"}"));
    changed(ifMatch("PUT", "/mail-layout", seen, "{\"product\": \"Four\"}"));
    assertThat(ok(get("/mail-layout")).get("product").asString()).isEqualTo("Three");
    ok(put("/mail-layout", "{\"product\": \"Five\"}"));
  }

  @Test
  void aLogInToTheConsoleNeedsTheScopesOfItsForms() {
    String narrow = program.key(tenant, Scope.OPERATION_WRITE, Scope.EMAIL_WRITE);
    String path = "/v1/tenants/" + tenant + "/console-logins";
    problem(program.call("POST", path, narrow, ""), 403, "access.scope_missing", "payments:write");
    ok(
        program.call(
            "POST",
            path,
            program.key(tenant, Scope.OPERATION_WRITE, Scope.EMAIL_WRITE, Scope.PAYMENTS_WRITE),
            ""));
  }

  @Test
  void theDocumentNamesTheHeadersOfRevisions() {
    JsonNode paths = StartedTenon.json(program.call("GET", "/openapi.json", key, "")).get("paths");
    String one = "/v1/tenants/{tenant}/templates/{template}";
    for (String[] of :
        new String[][] {
          {one + "/drafts/{language}", "put", "If-Match"},
          {one + "/drafts/{language}", "put", "If-None-Match"},
          {one + "/publish", "post", "If-Match"},
          {"/v1/tenants/{tenant}/mail-layout", "put", "If-Match"}
        }) {
      assertThat(paths.get(of[0]).get(of[1]).get("parameters").findValuesAsString("name"))
          .contains(of[2]);
    }
    for (String path :
        new String[] {one, one + "/drafts/{language}", "/v1/tenants/{tenant}/mail-layout"}) {
      assertThat(paths.get(path).get("get").get("responses").get("200").get("headers").has("ETag"))
          .as(path)
          .isTrue();
    }
  }

  @Test
  void aFormSaysHowLargeItMayBe() {
    for (String[] form :
        new String[][] {
          {"/console/" + tenant + "/templates/welcome/save", "4194304"},
          {"/console/" + tenant + "/mail-layout", "16384"}
        }) {
      HttpResponse<String> answer =
          program.send(
              program
                  .request(form[0])
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "x".repeat(Integer.parseInt(form[1]) + 1))));
      assertThat(answer.statusCode()).isEqualTo(413);
      assertThat(answer.body()).contains(form[1]);
    }
  }

  private static void changed(HttpResponse<String> response) {
    problem(response, 412, "request.precondition_failed", "If-Match");
  }

  @Test
  void onlyWhatIsRightIsPublished() {
    ok(post("/templates", "{\"name\": \"shipped\", \"variables\": [{\"name\": \"order\"}]}"));
    problem(post("/templates", "{\"name\": \"shipped\"}"), 409, "request.conflict", "name");
    problem(post("/templates", "{\"name\": \"welcome\"}"), 409, "request.conflict", "name");
    problem(post("/templates/shipped/publish", "{}"), 400, "template.invalid", "template");
    for (Map.Entry<String, String> wrong :
        Map.of(
                "<p>{{ordr}}</p>", "it doesn't declare",
                "<p>{{{order}}}</p>", "not allowed",
                "<p>\\n<b>a</p>", "line 2",
                "<a href='javascript:x'>a</a>", "scheme 'javascript'",
                "<p onclick='x'>a</p>", "onclick",
                "<script>x</script>", "<script>")
            .entrySet()) {
      ok(put("/templates/shipped/drafts/en", draft("Shipped", wrong.getKey(), "x")));
      HttpResponse<String> refused = post("/templates/shipped/publish", "{}");
      problem(refused, 400, "template.invalid", null);
      assertThat(refused.body())
          .contains(Json.MAPPER.writeValueAsString(wrong.getValue()).replace("\"", ""));
    }
    // What its lists' entries hold shows only when it is filled in.
    ok(
        call(
            "PATCH",
            "/templates/shipped",
            "{\"variables\": [{\"name\": \"lines\", \"type\": \"list\", \"sample\": \"[{\\\"a\\\": 1}]\"}]}"));
    ok(put("/templates/shipped/drafts/en", draft("Shipped", "", "{{#lines}}{{b}}{{/lines}}")));
    problem(post("/templates/shipped/publish", "{}"), 400, "template.missing_variable", "data.b");
    ok(put("/templates/shipped/drafts/en", draft("Shipped", "", "{{#lines}}{{a}}{{/lines}}")));
    ok(post("/templates/shipped/publish", "{}"));
    problem(
        post(
            "/messages",
            "{\"to\": \"ada@customer.test\", \"template\": \"shipped\", \"data\": {}}"),
        400,
        "template.missing_variable",
        "data.lines");
    problem(
        post(
            "/messages",
            "{\"to\": \"ada@customer.test\", \"template\": \"shipped\", \"data\": {\"lines\": 3}}"),
        400,
        "template.invalid",
        "data.lines");
  }

  @Test
  void aLanguageIsChosenThenItsWiderOneThenTheTenantsThenEnglish() {
    String ada = "{\"customer_name\": \"Ada\"}";
    assertThat(subject(send("welcome", ada, "de-AT"))).isEqualTo("Willkommen bei Atelier");
    assertThat(subject(send("welcome", ada, "fr"))).isEqualTo("Welcome to Atelier");
    ok(put("/mail-layout", "{\"language\": \"de\"}"));
    assertThat(subject(send("welcome", ada))).isEqualTo("Willkommen bei Atelier");
    assertThat(subject(send("welcome", ada, "fr"))).isEqualTo("Willkommen bei Atelier");
    assertThat(subject(send("welcome", ada, "en-GB"))).isEqualTo("Welcome to Atelier");
    ok(put("/templates/welcome/drafts/fr", draft("Bienvenue", "", "x")));
    ok(post("/templates/welcome/publish", "{}"));
    assertThat(subject(send("welcome", ada, "fr-CA"))).isEqualTo("Bienvenue");
    assertThat(subject(send("welcome", ada, "de"))).isEqualTo("Willkommen bei Atelier");
    ok(put("/templates/welcome/drafts/es", draft("Bienvenido", "", "x")));
    JsonNode next = ok(post("/templates/welcome/publish", "{\"without\": [\"fr\"]}"));
    assertThat(next.get("languages").findValuesAsString("language")).containsExactly("es");
    problem(
        post(
            "/messages",
            "{\"to\": \"a@b.test\", \"template\": \"welcome\", \"language\": \"no language\"}"),
        400,
        "request.invalid_field",
        "language");
  }

  @Test
  void theLayoutIsTheTenants() {
    JsonNode before = ok(get("/mail-layout"));
    assertThat(before.get("product").isNull()).isTrue();
    assertThat(before.get("language").asString()).isEqualTo("en");
    ok(
        put(
            "/mail-layout",
            """
            {"product": "Atelier <3", "logo_url": "https://atelier.test/logo.png",
             "brand_color": "#1e40af", "support_email": "help@atelier.test",
             "postal_address": "Lindenstraße 4, Berlin"}"""));
    String html =
        ok(post("/templates/welcome/preview", "{\"data\": {\"customer_name\": \"Ada\"}}"))
            .get("html")
            .asString();
    assertThat(html)
        .contains(
            "Welcome to Atelier &lt;3",
            "src=\"https://atelier.test/logo.png\"",
            "#1e40af",
            "mailto:help@atelier.test",
            "Lindenstraße 4, Berlin");
    for (String wrong :
        List.of(
            "logo_url http://atelier.test/logo.png",
            "logo_url javascript:x",
            "brand_color #ffff00",
            "brand_color red",
            "support_email nobody",
            "support_url ftp://a.test",
            "postal_address a\\nb",
            "language german")) {
      String[] parts = wrong.split(" ", 2);
      problem(
          put("/mail-layout", "{\"%s\": \"%s\"}".formatted(parts[0], parts[1])),
          400,
          "request.invalid_field",
          parts[0]);
    }
  }

  @Test
  void aPreviewStoresNothingAndShowsWhatIsBeingWritten() {
    JsonNode sample = ok(post("/templates/receipt/preview", "{}"));
    assertThat(sample.get("html").asString())
        .contains("AT-0042", "Extra seat", "at Atelier.")
        // What stands around it is the tenant's own, and nobody's sample.
        .doesNotContain("Lindenstraße", "help@");
    JsonNode typed =
        ok(
            post(
                "/templates/welcome/preview",
                "{\"content\": {\"subject\": \"S {{customer_name}}\", \"text\": \"T\"}, \"data\": {\"customer_name\": \"Bo\"}}"));
    assertThat(typed.get("subject").asString()).isEqualTo("S Bo");
    assertThat(typed.get("html").asString()).isEmpty();
    problem(
        post("/templates/welcome/preview", "{\"data\": {}}"),
        400,
        "template.missing_variable",
        "data.customer_name");
    assertThat(ok(get("/templates/welcome")).get("drafts")).isEmpty();
    ok(put("/templates/welcome/drafts/en", draft("Draft", "", "x")));
    assertThat(subject(ok(post("/templates/welcome/preview", "{\"draft\": true}"))))
        .isEqualTo("Draft");
    assertThat(subject(ok(post("/templates/welcome/preview", "{}"))))
        .isEqualTo("Welcome to Atelier");
    problem(post("/templates/no-such/preview", "{}"), 404, "request.not_found", "");
    assertThat(
            ok(post(
                    "/templates/welcome/preview",
                    "{\"content\": {\"subject\": \"S\", \"html\": \"<p>%s</p>\"}}"
                        .formatted("x".repeat(110_000))))
                .get("warnings")
                .toString())
        .contains("102 KB", "no plain text");
  }

  @Test
  void aTestIsAMessageThatSaysSo() {
    ok(put("/templates/welcome/drafts/en", draft("Draft for {{customer_name}}", "", "x")));
    JsonNode message =
        ok(post("/templates/welcome/test", "{\"to\": \"me@acme.test\", \"draft\": true}"));
    assertThat(subject(message)).isEqualTo("[Test] Draft for Ada Lovelace");
    assertThat(message.get("to").toString()).contains("me@acme.test");
    problem(
        post("/templates/welcome/test", "{\"to\": \"nobody\"}"),
        400,
        "request.invalid_field",
        "to");
    problem(
        post("/templates/welcome/test", "{\"to\": \"me@acme.test\", \"data\": {}}"),
        400,
        "template.missing_variable",
        "data.customer_name");
  }

  @Test
  void aLineBreakInDataNeverReachesTheHeaders() {
    publish("welcome", "Hi {{customer_name}}");
    problem(
        post(
            "/messages",
            "{\"to\": \"ada@customer.test\", \"template\": \"welcome\", \"data\": {\"customer_name\": \"Ada\\r\\nBcc: eve@a.test\"}}"),
        400,
        "template.invalid",
        "template");
  }

  private void publish(String template, String subject) {
    ok(put("/templates/" + template + "/drafts/en", draft(subject, "", "x")));
    ok(
        call(
            "PATCH",
            "/templates/" + template,
            "{\"variables\": [{\"name\": \"customer_name\", \"required\": false}]}"));
    ok(post("/templates/" + template + "/publish", "{}"));
  }

  private static String draft(String subject, String html, String text) {
    return "{\"subject\": \"%s\", \"html\": \"%s\", \"text\": \"%s\"}"
        .formatted(subject, html, text);
  }

  private JsonNode send(String template, String data) {
    return ok(
        post(
            "/messages",
            "{\"to\": \"ada@customer.test\", \"template\": \"%s\", \"data\": %s}"
                .formatted(template, data)));
  }

  private JsonNode send(String template, String data, String language) {
    return ok(
        post(
            "/messages",
            "{\"to\": \"ada@customer.test\", \"template\": \"%s\", \"data\": %s, \"language\": \"%s\"}"
                .formatted(template, data, language)));
  }

  private static String subject(JsonNode node) {
    return node.get("subject").asString();
  }

  private HttpResponse<String> ifMatch(String tag, String body) {
    return ifMatch("PUT", "/templates/welcome/drafts/en", tag, body);
  }

  private HttpResponse<String> ifMatch(String method, String path, String tag, String body) {
    return program.send(
        program
            .request("/v1/tenants/" + tenant + path)
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .header("If-Match", tag)
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> get(String path) {
    return call("GET", path, "");
  }

  private HttpResponse<String> post(String path, String body) {
    return call("POST", path, body);
  }

  private HttpResponse<String> put(String path, String body) {
    return call("PUT", path, body);
  }

  private HttpResponse<String> call(String method, String path, String body) {
    return program.call(method, "/v1/tenants/" + tenant + path, key, body);
  }

  private static JsonNode ok(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return StartedTenon.json(response);
  }

  private static void problem(
      HttpResponse<String> response,
      int status,
      String code,
      @org.jspecify.annotations.Nullable String param) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode problem = StartedTenon.json(response);
    assertThat(problem.get("code").asString()).as(response.body()).isEqualTo(code);
    if (param != null) {
      assertThat(problem.path("param").asString("")).as(response.body()).isEqualTo(param);
    }
  }
}
