package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Accounts that are connected to the platform's own: calls are made in them, and what one endpoint
/// of the platform hears reaches the tenant whose connection acts for the account.
class ConnectedAccountTest {
  @TempDir private Path folder;
  private PaymentProgram program;
  private String platformKey;
  private String platformConnection;
  private String account;

  @BeforeEach
  void start() {
    program = new PaymentProgram(folder);
    platformKey = program.key(TenantId.PLATFORM);
    platformConnection = program.connect(TenantId.PLATFORM, "sk_test_program").id().toString();
    String secret =
        program
            .atStripe(
                "/v1/webhook_endpoints",
                "connect=true&enabled_events[]=*&url="
                    + program.tenon.publicUrl().at("/in/" + platformConnection))
            .path("secret")
            .asString();
    Caller.answered(
        program.call(
            "PATCH",
            TenantId.PLATFORM,
            "/connections/" + platformConnection,
            platformKey,
            "{\"credentials\":{\"webhook_secret\":\"%s\"}}".formatted(secret)),
        200);
    account = program.atStripe("/v1/accounts", "type=standard").path("id").asString();
  }

  @AfterEach
  void stop() {
    program.close();
  }

  @Test
  void callsAreMadeInTheAccountAndItsWebhooksReachItsTenantOnce() {
    Caller acme = Caller.of(program, "Acme");
    Caller other = Caller.of(program, "Other");
    String connection = act(acme.tenant(), account);

    String made = acme.customer();

    assertThat(program.stripeCall("GET", "/v1/customers/" + made).statusCode()).isEqualTo(404);
    acme.await(
        "/received-events?state=applied",
        events -> events.path("data").toString().contains("\"connection\":\"" + connection));
    acme.await("/customers", list -> list.path("data").toString().contains(made));
    assertThat(other.get("/customers").path("data")).isEmpty();
    assertThat(platform("/received-events").toString()).doesNotContain("customer.created");

    HttpResponse<String> asked =
        acme.post(
            "/reconciliations",
            "{\"connection\":\"%s\",\"until\":\"%s\"}"
                .formatted(connection, java.time.Instant.now()));
    String run = Caller.answered(asked, 202).path("id").asString();
    JsonNode done =
        acme.await(
            "/reconciliations/" + run, found -> !found.path("state").asString().equals("running"));
    assertThat(done.path("state").asString()).as(done.toString()).isEqualTo("done");
    assertThat(done.path("missing").asInt(-1)).isZero();
    assertThat(done.path("listed").asInt()).isPositive();
  }

  @Test
  void whatNobodyActsForIsKeptAndAppliedOnReplay() {
    String customer = inAccount("email=early@customer.test");
    JsonNode kept =
        await(
            "/received-events?state=unassigned",
            list -> list.path("data").toString().contains("customer.created"));
    Caller acme = Caller.of(program, "Acme");
    assertThat(acme.get("/customers").path("data")).isEmpty();
    String event = kept.path("data").get(0).path("id").asString();
    String fact = platform("/received-events/" + event).path("facts").get(0).path("id").asString();

    act(acme.tenant(), account);
    assertThat(
            program
                .call("POST", TenantId.PLATFORM, "/facts/" + fact + "/replay", platformKey, "{}")
                .statusCode())
        .isBetween(200, 204);

    acme.await("/customers", list -> list.path("data").toString().contains(customer));
  }

  @Test
  void anAccountThatTwoTenantsNameIsNobodys() {
    Caller one = Caller.of(program, "One");
    Caller two = Caller.of(program, "Two");
    act(one.tenant(), account);
    act(two.tenant(), account);

    String _ = inAccount("email=whose@customer.test");

    JsonNode _ =
        await(
            "/received-events?state=unassigned",
            list -> list.path("data").toString().contains("customer.created"));
    assertThat(one.get("/customers").path("data")).isEmpty();
    assertThat(two.get("/customers").path("data")).isEmpty();
  }

  @Test
  void onlyThePlatformSaysForWhomAConnectionActs() {
    Caller acme = Caller.of(program, "Acme");
    JsonNode problem =
        Caller.problem(acme.post("/connections", connection(account)), 403, "access.platform_only");
    assertThat(problem.path("param").asString()).isEqualTo("settings.account");
    String made = act(acme.tenant(), account);
    JsonNode _ =
        Caller.problem(
            acme.patch("/connections/" + made, "{\"settings\":{\"account\":\"acct_other\"}}"),
            403,
            "access.platform_only");
    JsonNode _ =
        Caller.problem(
            acme.patch("/connections/" + made, "{\"settings\":{}}"), 403, "access.platform_only");
    assertThat(acme.patch("/connections/" + made, "{\"name\":\"Ours\"}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void thePlatformsKeyNeverGoesToAnAddressOfTheTenants() {
    Caller acme = Caller.of(program, "Acme");
    String made = act(acme.tenant(), account);
    String settings =
        "{\"settings\":{\"account\":\"%s\",\"base_url\":\"https://thief.test\"}}"
            .formatted(account);
    assertThat(acme.patch("/connections/" + made, settings).statusCode()).isEqualTo(200);

    String customer = acme.customer();

    assertThat(customer).startsWith("cus_");
  }

  @Test
  void anAccountThatTookItsAccessBackIsSaid() {
    Caller acme = Caller.of(program, "Acme");
    String made = act(acme.tenant(), account);
    assertThat(program.stripeCall("DELETE", "/v1/accounts/" + account).statusCode()).isEqualTo(200);

    JsonNode problem =
        Caller.problem(
            acme.post("/customers", "{\"email\":\"c@customer.test\"}"), 409, "connection.broken");

    assertThat(problem.path("provider").path("kind").asString()).isEqualTo("credentials");
    assertThat(problem.path("provider").path("code").asString()).isEqualTo("account_invalid");
    assertThat(problem.path("detail").asString()).contains("took the access back");
    assertThat(acme.get("/connections/" + made).path("state").asString()).isEqualTo("broken");
  }

  @Test
  void testAndLiveNeverMix() {
    Caller acme = Caller.of(program, "Acme");
    for (List<String> wrong :
        List.of(
            List.of("production", "secret_key", "sk_test_x"),
            List.of("development", "secret_key", "rk_live_x"),
            List.of("staging", "secret_key", "sk_live_x"),
            List.of("development", "secret_key", "pk_test_x"),
            List.of("development", "webhook_secret", "sk_test_x"))) {
      HttpResponse<String> refused =
          acme.post(
              "/connections",
              """
              {"provider":"stripe","name":"Wrong","environment":"%s",
               "credentials":{"%s":"%s"}}
              """
                  .formatted(wrong.get(0), wrong.get(1), wrong.get(2)));
      JsonNode problem = Caller.problem(refused, 400, "request.invalid_field");
      assertThat(problem.path("param").asString()).isEqualTo("credentials." + wrong.get(1));
      assertThat(refused.body()).doesNotContain(wrong.get(2));
    }
    for (String key : List.of("sk_test_x", "pk_live_x")) {
      JsonNode problem =
          Caller.problem(
              acme.post(
                  "/connections",
                  """
                  {"provider":"stripe","name":"Wrong","environment":"development",
                   "settings":{"publishable_key":"%s"}}
                  """
                      .formatted(key)),
              400,
              "request.invalid_field");
      assertThat(problem.path("param").asString()).isEqualTo("settings.publishable_key");
    }
  }

  @Test
  void whatIsOfTheOtherModeIsKeptAndNothingFollows() throws Exception {
    Caller acme = Caller.of(program, "Acme");
    String connection = program.connect(acme.tenant(), "sk_test_program").id().toString();
    String event =
        """
        {"id":"evt_live","object":"event","type":"customer.created","created":%d,
         "livemode":true,"data":{"object":{"id":"cus_live","object":"customer","email":"a@b.test"}}}
        """
            .formatted(java.time.Instant.now().getEpochSecond());
    String secret = "whsec_" + acme.tenant().uuid().toString().replace("-", "");
    HttpResponse<String> answer =
        program.webhook(
            connection,
            event,
            com.stripe.net.Webhook.Signature.generateSignatureHeader(event, secret));
    assertThat(answer.statusCode()).isEqualTo(200);

    JsonNode ignored =
        acme.await(
            "/received-events?state=ignored",
            list -> list.path("data").toString().contains("cus_"));
    assertThat(ignored.path("data").get(0).path("facts").get(0).path("result").asString())
        .isEqualTo("it is of live mode, and the connection is for development");
    assertThat(acme.get("/customers").path("data")).isEmpty();
  }

  private String act(TenantId tenant, String named) {
    return Caller.answered(
            program.call("POST", tenant, "/connections", platformKey, connection(named)), 201)
        .path("id")
        .asString();
  }

  private static String connection(String account) {
    return """
        {"provider":"stripe","name":"Connected","environment":"development",
         "settings":{"account":"%s"}}
        """
        .formatted(account);
  }

  private String inAccount(String form) {
    return program.atStripe("/v1/customers", form, account).path("id").asString();
  }

  private JsonNode platform(String path) {
    return Caller.answered(program.call("GET", TenantId.PLATFORM, path, platformKey, ""), 200);
  }

  private JsonNode await(String path, java.util.function.Predicate<JsonNode> expected) {
    return program.awaitAnswer(TenantId.PLATFORM, path, platformKey, expected);
  }
}
