package dev.tenon.http;

import static dev.tenon.http.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.access.Scope;
import dev.tenon.connection.ConnectionId;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The API over real HTTP: who reaches what, and what bad input is answered with.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ApiTest {
  private static final String CANARY = "sk_canary_5f1e0c7a9b";

  private TestServer server;
  private TenantId acme;
  private TenantId other;
  private String platformKey;
  private String acmeKey;
  private String otherKey;

  @BeforeAll
  void start(@TempDir Path folder) {
    server =
        new TestServer(
            folder,
            routes -> {
              routes
                  .raw(
                      "POST",
                      "/in/{connection}",
                      "Inbound",
                      request -> request.answer(200, "application/octet-stream", request.body()))
                  .bodyBytesMax(TestServer.BODY_BYTES_MAX);
              routes.raw(
                  "GET",
                  "/fails",
                  "Fails",
                  _ -> {
                    throw new IllegalStateException("message with " + CANARY);
                  });
            });
    acme = server.tenant("Acme");
    other = server.tenant("Other");
    platformKey = server.key(TenantId.PLATFORM, Scope.ALL);
    acmeKey = server.key(acme, Scope.ALL);
    otherKey = server.key(other, Scope.ALL);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private List<Route> scoped() {
    return server.routes.all().stream().filter(route -> route.scope.isPresent()).toList();
  }

  private static String pathOf(Route route, TenantId tenant) {
    return route
        .path
        .replace("{tenant}", tenant.toString())
        .replace("{key}", "key_00000000000000000000000000")
        .replace("{connection}", "con_00000000000000000000000000")
        .replace("{field}", "webhook_secret")
        .replace("{ordinal}", "1");
  }

  private static void isProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.body()).contains("\"code\":\"" + code + "\"");
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = json(response);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("doc_url").asString()).endsWith("/docs/problems#" + code);
    assertThat(problem.get("request_id").asString())
        .startsWith("req_")
        .isEqualTo(response.headers().firstValue("Tenon-Request-Id").orElseThrow());
  }

  @Test
  void everyRouteRefusesACallWithoutAKey() {
    for (Route route : scoped()) {
      // The body is broken on purpose: authority comes before parsing.
      String body = route.requestType.isPresent() ? "{" : "";
      isProblem(
          server.call(route.method, pathOf(route, acme), "", body), 401, "access.key_missing");
    }
  }

  @Test
  void everyRouteRefusesAWrongKey() {
    String revoked = server.key(acme, Scope.ALL);
    String id =
        json(server.call("GET", "/v1/tenants/" + acme + "/api-keys", acmeKey, ""))
            .get("data")
            .get(0)
            .get("id")
            .asString();
    assertThat(
            server
                .call("DELETE", "/v1/tenants/" + acme + "/api-keys/" + id, acmeKey, "")
                .statusCode())
        .isEqualTo(204);
    List<String> wrong = List.of("tn_live_x", acmeKey + "x", revoked);
    for (Route route : scoped()) {
      for (String key : wrong) {
        isProblem(
            server.call(route.method, pathOf(route, acme), key, ""), 401, "access.key_invalid");
      }
    }
  }

  @Test
  void everyTenantRouteHidesAnotherTenantsThings() {
    for (Route route : scoped()) {
      if (route.tenantIndex >= 0) {
        String body = route.requestType.isPresent() ? "{" : "";
        isProblem(
            server.call(route.method, pathOf(route, acme), otherKey, body),
            404,
            "request.not_found");
      }
    }
  }

  @Test
  void everyRouteNeedsItsScope() {
    for (Route route : scoped()) {
      String key =
          server.key(
              acme,
              route.scope.orElseThrow() == Scope.EMAIL_READ ? Scope.EMAIL_WRITE : Scope.EMAIL_READ);
      String body = route.requestType.isPresent() ? "{" : "";
      HttpResponse<String> response = server.call(route.method, pathOf(route, acme), key, body);
      isProblem(response, 403, "access.scope_missing");
      assertThat(json(response).get("param").asString())
          .isEqualTo(route.scope.orElseThrow().text());
    }
  }

  @Test
  void aPlatformKeyReachesEveryTenantThatExists() {
    assertThat(server.call("GET", "/v1/tenants/" + acme, platformKey, "").statusCode())
        .isEqualTo(200);
    isProblem(
        server.call(
            "POST",
            "/v1/tenants/ten_00000000000000000000000001/api-keys",
            platformKey,
            "{\"name\":\"a\",\"scopes\":[\"*\"]}"),
        404,
        "request.not_found");
  }

  @Test
  void onlyThePlatformCreatesTenants() {
    isProblem(
        server.call("POST", "/v1/tenants", acmeKey, "{\"name\":\"x\"}"),
        403,
        "access.platform_only");
    var created =
        server.call("POST", "/v1/tenants", platformKey, "{\"name\":\"New\",\"slug\":\"new-one\"}");
    assertThat(created.statusCode()).isEqualTo(201);
    isProblem(
        server.call("POST", "/v1/tenants", platformKey, "{\"name\":\"N\",\"slug\":\"new-one\"}"),
        409,
        "tenant.slug_taken");
    assertThat(json(server.call("GET", "/v1/tenants", acmeKey, "")).get("data").size())
        .isEqualTo(1);
  }

  @Test
  void aKeyGivesNoMoreThanItHas() {
    String limited = server.key(acme, Scope.KEYS_WRITE);
    isProblem(
        server.call(
            "POST",
            "/v1/tenants/" + acme + "/api-keys",
            limited,
            "{\"name\":\"a\",\"scopes\":[\"payments:write\"]}"),
        403,
        "access.scope_exceeded");
  }

  @Test
  void aNewKeyWorksUntilItIsRevoked() {
    String path = "/v1/tenants/" + acme + "/api-keys";
    var created =
        server.call("POST", path, acmeKey, "{\"name\":\"ci\",\"scopes\":[\"tenants:read\"]}");
    assertThat(created.statusCode()).isEqualTo(201);
    String key = json(created).get("key").asString();
    String id = json(created).get("api_key").get("id").asString();
    assertThat(key).matches("tn_live_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}");
    assertThat(server.call("GET", "/v1/tenants/" + acme, key, "").statusCode()).isEqualTo(200);
    assertThat(server.call("GET", path, acmeKey, "").body()).doesNotContain(key);
    assertThat(server.call("DELETE", path + "/" + id, acmeKey, "").statusCode()).isEqualTo(204);
    isProblem(server.call("GET", "/v1/tenants/" + acme, key, ""), 401, "access.key_invalid");
  }

  @Test
  void badInputNamesWhatIsWrong() {
    String path = "/v1/tenants/" + acme + "/api-keys";
    isProblem(server.call("POST", path, acmeKey, "{"), 400, "request.malformed_json");
    isProblem(server.call("POST", path, acmeKey, "[]"), 400, "request.malformed_json");
    isProblem(
        server.call("POST", path, acmeKey, "{\"name\":\"a\",\"name\":\"b\",\"scopes\":[\"*\"]}"),
        400,
        "request.malformed_json");
    var unknown =
        server.call("POST", path, acmeKey, "{\"name\":\"a\",\"scopes\":[\"*\"],\"color\":1}");
    isProblem(unknown, 400, "request.unknown_field");
    assertThat(json(unknown).get("param").asString()).isEqualTo("color");
    var missing = server.call("POST", path, acmeKey, "{\"scopes\":[\"*\"]}");
    isProblem(missing, 400, "request.missing_field");
    assertThat(json(missing).get("param").asString()).isEqualTo("name");
    isProblem(
        server.call("POST", path, acmeKey, "{\"name\":5,\"scopes\":[\"*\"]}"),
        400,
        "request.invalid_field");
    isProblem(
        server.call(
            "POST", path, acmeKey, "{\"name\":\"a\",\"scopes\":[\"*\"],\"expires_at\":\"soon\"}"),
        400,
        "request.invalid_field");
    isProblem(server.call("GET", path + "?limit=0", acmeKey, ""), 400, "request.invalid_query");
    isProblem(server.call("GET", path + "?cursor=%21", acmeKey, ""), 400, "request.invalid_query");
    isProblem(server.call("GET", path + "?colour=x", acmeKey, ""), 400, "request.invalid_query");
    isProblem(server.call("POST", path, acmeKey, "[".repeat(5000)), 400, "request.malformed_json");
  }

  @Test
  void tooLargeABodyIsRefused() {
    isProblem(
        server.call("POST", "/in/x", "", "x".repeat(TestServer.BODY_BYTES_MAX + 1)),
        413,
        "request.too_large");
    isProblem(
        server.call("POST", "/in/x", "", "x".repeat(3 * TestServer.BODY_BYTES_MAX)),
        413,
        "request.too_large");
    assertThat(
            server.call("POST", "/in/x", "", "x".repeat(TestServer.BODY_BYTES_MAX)).body().length())
        .isEqualTo(TestServer.BODY_BYTES_MAX);
  }

  @Test
  void aFailureTellsNothingOfItsCause() {
    var response = server.call("GET", "/fails", "", "");
    isProblem(response, 500, "server.error");
    assertThat(response.body()).doesNotContain("canary").doesNotContain("Exception");
  }

  @Test
  void unknownPathsAndMethodsAreProblems() {
    isProblem(server.call("GET", "/nowhere", "", ""), 404, "request.not_found");
    var response = server.call("PUT", "/v1/tenants", platformKey, "");
    isProblem(response, 405, "request.method_not_allowed");
    assertThat(response.headers().firstValue("Allow")).hasValue("GET, POST");
  }

  @Test
  void listsArePaged() {
    TenantId paged = server.tenant("Paged");
    for (int i = 0; i < 5; i++) {
      String _ = server.key(paged, Scope.EMAIL_READ);
    }
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page =
          json(
              server.call(
                  "GET", "/v1/tenants/" + paged + "/api-keys?limit=2" + cursor, platformKey, ""));
      page.get("data").forEach(key -> ids.add(key.get("id").asString()));
      cursor =
          page.get("next_cursor").isNull() ? "" : "&cursor=" + page.get("next_cursor").asString();
    } while (!cursor.isEmpty());
    assertThat(ids)
        .hasSize(5)
        .doesNotHaveDuplicates()
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void credentialsGoInAndNeverComeOut() {
    String path = "/v1/tenants/" + acme + "/connections";
    var created =
        server.call(
            "POST",
            path,
            acmeKey,
            """
            {"provider": "stripe", "name": "Main", "environment": "development",
             "settings": {"base_url": "http://127.0.0.1:1"},
             "credentials": {"secret_key": "%s", "webhook_secret": "whsec_%s"}}
            """
                .formatted(CANARY, CANARY));
    assertThat(created.statusCode()).isEqualTo(201);
    String id = json(created).get("id").asString();
    ConnectionId connection = ConnectionId.parse(id).orElseThrow();
    assertThat(json(created).get("webhook_url").asString())
        .isEqualTo("http://127.0.0.1:%d/in/%s".formatted(server.server.port(), id));
    var updated =
        server.call(
            "PATCH",
            path + "/" + id,
            acmeKey,
            "{\"credentials\": {\"webhook_secret\": \"whsec_new_%s\", \"secret_key\": \"sk_2\"}}"
                .formatted(CANARY));
    assertThat(updated.statusCode()).isEqualTo(200);
    var inbound = server.connections.findInbound(connection).orElseThrow();
    assertThat(inbound.secretsAt(Instant.now()))
        .extracting(secret -> secret.reveal())
        .containsExactly("whsec_new_" + CANARY, "whsec_" + CANARY);
    assertThat(
            server
                .connections
                .credentials(acme, connection)
                .orElseThrow()
                .secret("secret_key")
                .orElseThrow()
                .reveal())
        .isEqualTo("sk_2");
    assertThat(
            server
                .call("DELETE", path + "/" + id + "/secrets/webhook_secret/1", acmeKey, "")
                .statusCode())
        .isEqualTo(204);
    assertThat(server.connections.findInbound(connection).orElseThrow().secretsAt(Instant.now()))
        .hasSize(1);
    for (var response :
        List.of(
            created,
            updated,
            server.call("GET", path + "/" + id, acmeKey, ""),
            server.call("GET", path + "?provider=stripe", acmeKey, ""),
            server.call("GET", "/metrics", "", ""),
            server.call(
                "POST",
                path,
                acmeKey,
                "{\"provider\":\"stripe\",\"name\":\"n\",\"environment\":\"staging\",\"credentials\":{\"%s\":\"%s\"}}"
                    .formatted("unknown_field", CANARY)))) {
      assertThat(response.body()).doesNotContain(CANARY);
    }
    isProblem(
        server.call("GET", "/v1/tenants/" + other + "/connections/" + id, otherKey, ""),
        404,
        "request.not_found");
    assertThat(server.connections.credentials(other, connection)).isEmpty();
  }

  @Test
  void credentialsGoToNoOtherPlaceThanTheyWereGivenFor() {
    String path = "/v1/tenants/" + acme + "/connections";
    for (String[] kind :
        new String[][] {
          {
            "postmark",
            "api_key",
            "\"base_url\": \"https://api.postmarkapp.com/v1\"",
            "\"base_url\": \"https://API.postmarkapp.com:443/\"",
            "\"base_url\": \"https://collector.example\""
          },
          {
            "smtp",
            "password",
            "\"host\": \"mail.example\", \"port\": \"587\"",
            "\"host\": \"mail.example\", \"port\": \"587\", \"username\": \"ada\"",
            "\"host\": \"mail.example\", \"port\": \"587\", \"security\": \"plain\""
          }
        }) {
      String credentials = "\"credentials\": {\"%s\": \"%s\"}".formatted(kind[1], CANARY);
      var made =
          server.call(
              "POST",
              path,
              acmeKey,
              """
              {"provider": "%s", "name": "Mail", "environment": "staging",
               "settings": {%s}, %s}
              """
                  .formatted(kind[0], kind[2], credentials));
      assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
      String one = path + "/" + json(made).get("id").asString();
      var same = server.call("PATCH", one, acmeKey, "{\"settings\": {%s}}".formatted(kind[3]));
      assertThat(same.statusCode()).as(same.body()).isEqualTo(200);
      for (String settings : List.of(kind[4], "")) {
        var refused =
            server.call("PATCH", one, acmeKey, "{\"settings\": {%s}}".formatted(settings));
        isProblem(refused, 400, "connection.credentials_needed");
        assertThat(json(refused).get("param").asString()).isEqualTo("credentials." + kind[1]);
      }
      assertThat(json(server.call("GET", one, acmeKey, "")).get("settings"))
          .isEqualTo(json(same).get("settings"));
      var given =
          server.call(
              "PATCH", one, acmeKey, "{\"settings\": {%s}, %s}".formatted(kind[4], credentials));
      assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
    }
  }

  @Test
  void wrongConnectionsAreRefusedByName() {
    String path = "/v1/tenants/" + acme + "/connections";
    isProblem(
        server.call(
            "POST",
            path,
            acmeKey,
            "{\"provider\":\"nope\",\"name\":\"n\",\"environment\":\"staging\"}"),
        400,
        "connection.unknown_provider");
    isProblem(
        server.call(
            "POST",
            path,
            acmeKey,
            "{\"provider\":\"stripe\",\"name\":\"n\",\"environment\":\"moon\"}"),
        400,
        "request.invalid_field");
    isProblem(
        server.call(
            "POST",
            path,
            acmeKey,
            "{\"provider\":\"stripe\",\"name\":\"n\",\"environment\":\"staging\",\"settings\":{\"base_url\":\"file:///etc\"}}"),
        400,
        "request.invalid_field");
  }

  @Test
  void healthAndMetricsAnswer() {
    assertThat(server.call("GET", "/livez", "", "").statusCode()).isEqualTo(200);
    assertThat(server.call("GET", "/readyz", "", "").body()).contains("\"database\":\"ok\"");
    assertThat(server.call("GET", "/metrics", "", "").body())
        .contains("http_server_requests_seconds_count");
  }

  @Test
  void theDocumentHoldsEveryRouteAndEveryReferenceResolves() {
    JsonNode document = json(server.call("GET", "/openapi.json", "", ""));
    assertThat(document.get("openapi").asString()).isEqualTo("3.1.0");
    for (Route route : scoped()) {
      JsonNode operation =
          document
              .get("paths")
              .get(route.path)
              .get(route.method.toLowerCase(java.util.Locale.ROOT));
      assertThat(operation).as(route.toString()).isNotNull();
      assertThat(operation.get("x-tenon-scope").asString())
          .isEqualTo(route.scope.orElseThrow().text());
    }
    for (JsonNode reference : document.findValues("$ref")) {
      assertThat(document.at(reference.asString().substring(1)).isMissingNode())
          .as(reference.asString())
          .isFalse();
    }
  }
}
