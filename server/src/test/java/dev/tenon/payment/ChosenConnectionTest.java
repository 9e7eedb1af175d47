package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.connector.Secret;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Where a tenant's sales are made: never on the platform's account by accident, and never in test
/// mode beside a connection for production.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ChosenConnectionTest {
  private static final String NEW = "{\"email\":\"c@customer.test\"}";
  private static final Map<String, Secret> KEY = Map.of("secret_key", Secret.of("sk_test_program"));

  private PaymentProgram program;
  private Connection platform;
  private Caller acme;

  @BeforeAll
  void start(@TempDir Path folder) {
    program = new PaymentProgram(folder);
    platform = program.connect(TenantId.PLATFORM, "sk_test_program");
  }

  @BeforeEach
  void tenant() {
    acme = Caller.of(program, "Acme");
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @Test
  void aTenantWithoutAnySellsOnThePlatformsAccount() {
    assertThat(acme.made("/customers", NEW).path("connection").asString())
        .isEqualTo(platform.id().toString());
  }

  /// One that acts for a connected account is that account's.
  @Test
  void thePlatformsOwnAccountIsNotOneThatActsForAnother() {
    Connection acting =
        program.connection(
            TenantId.PLATFORM,
            Connection.Environment.DEVELOPMENT,
            Map.of("account", "acct_1"),
            KEY);
    assertThat(acme.made("/customers", NEW).path("connection").asString())
        .isEqualTo(platform.id().toString())
        .isNotEqualTo(acting.id().toString());
  }

  @Test
  void aConnectionWithoutAKeyIsSaidAndNotStoodInFor() {
    Connection hears =
        program.connection(
            acme.tenant(),
            Connection.Environment.DEVELOPMENT,
            Map.of(),
            Map.of("webhook_secret", Secret.of("whsec_x")));
    String detail = nothingIsMade();
    assertThat(detail).contains(hears.id().toString(), "has no `secret_key`");
  }

  /// The platform has no connection of that mode whose key could be lent.
  @Test
  void aConnectedAccountWithoutAKeyOfItsModeIsSaid() {
    Connection acting =
        program.connection(
            acme.tenant(),
            Connection.Environment.PRODUCTION,
            Map.of("account", "acct_live"),
            Map.of());
    String detail = nothingIsMade();
    assertThat(detail).contains(acting.id().toString(), "acct_live", "live mode");
  }

  @Test
  void manyThatAreSwitchedOffDoNotHideTheOneInUse() {
    Connection old = own(Connection.Environment.DEVELOPMENT);
    for (int i = 0; i < 11; i++) {
      off(own(Connection.Environment.DEVELOPMENT));
    }
    assertThat(acme.made("/customers", NEW).path("connection").asString())
        .isEqualTo(old.id().toString());
  }

  @Test
  void whatIsMadeGoesToProductionUnlessItIsSaidOtherwise() {
    String live = own(Connection.Environment.PRODUCTION).id().toString();
    String staging = own(Connection.Environment.STAGING).id().toString();
    String test = own(Connection.Environment.DEVELOPMENT).id().toString();

    JsonNode byDefault = acme.made("/customers", NEW);
    assertThat(byDefault.path("connection").asString()).isEqualTo(live);
    assertThat(byDefault.path("environment").asString()).isEqualTo("production");
    JsonNode inTest = acme.made("/customers", with("environment", "development"));
    assertThat(inTest.path("connection").asString()).isEqualTo(test);
    JsonNode named = acme.made("/customers", with("connection", staging));
    assertThat(named.path("environment").asString()).isEqualTo("staging");

    String price = program.price();
    String subscribe = "{\"customer\":\"%s\",\"price\":\"%s\"%s}";
    // A customer that is named by our id is sold to where it is.
    assertThat(
            acme.made("/subscriptions", subscribe.formatted(id(inTest), price, ""))
                .path("subscription")
                .path("connection")
                .asString())
        .isEqualTo(test);
    JsonNode problem =
        Caller.problem(
            acme.post(
                "/subscriptions",
                subscribe.formatted(id(inTest), price, ",\"environment\":\"production\"")),
            400,
            "request.invalid_field");
    assertThat(problem.path("param").asString()).isEqualTo("customer");

    assertThat(ids("/customers?environment=development")).containsExactly(id(inTest));
    assertThat(ids("/customers?connection=" + live)).containsExactly(id(byDefault));
    assertThat(ids("/customers")).hasSize(3);
    for (String list :
        new String[] {"/customers", "/subscriptions", "/payments", "/refunds", "/disputes"}) {
      assertThat(ids(list + "?environment=production&connection=" + test)).isEmpty();
      for (String wrong : new String[] {"environment=live", "connection=con_x"}) {
        JsonNode refused =
            Caller.problem(
                program.call("GET", acme.tenant(), list + "?" + wrong, acme.key(), ""),
                400,
                "request.invalid_query");
        assertThat(refused.path("param").asString()).isEqualTo(wrong.split("=", 2)[0]);
      }
    }
  }

  @Test
  void anEnvironmentWithoutAConnectionAndForeignConnectionsAreRefused() {
    Connection _ = own(Connection.Environment.DEVELOPMENT);
    JsonNode missing =
        Caller.problem(
            acme.post("/customers", with("environment", "production")), 409, "request.conflict");
    assertThat(missing.path("detail").asString()).contains("environment");
    Caller other = Caller.of(program, "Other");
    String theirs =
        program
            .connection(other.tenant(), Connection.Environment.DEVELOPMENT, Map.of(), KEY)
            .id()
            .toString();
    for (String foreign : new String[] {theirs, platform.id().toString(), "con_x"}) {
      JsonNode problem =
          Caller.problem(
              acme.post("/customers", with("connection", foreign)), 400, "request.invalid_field");
      assertThat(problem.path("param").asString()).isEqualTo("connection");
    }
  }

  @Test
  void onlyACustomerOnThePlatformsAccountIsTheTenantItself() {
    JsonNode customer = acme.made("/customers", with("subscriber", "tenant"));
    assertThat(customer.path("subscriber").asString()).isEqualTo("tenant");
    JsonNode changed = acme.changed("/customers/" + id(customer), "{\"subscriber\":\"customer\"}");
    assertThat(changed.path("subscriber").asString()).isEqualTo("customer");

    Connection _ = own(Connection.Environment.DEVELOPMENT);
    JsonNode problem =
        Caller.problem(
            acme.post("/customers", with("subscriber", "tenant")), 400, "request.invalid_field");
    assertThat(problem.path("param").asString()).isEqualTo("subscriber");
  }

  private String nothingIsMade() {
    int before = program.stripe.objects().path("customer").size();
    HttpResponse<String> refused = acme.post("/customers", NEW);
    assertThat(program.stripe.objects().path("customer").size()).isEqualTo(before);
    return Caller.problem(refused, 409, "request.conflict").path("detail").asString();
  }

  private Connection own(Connection.Environment environment) {
    return program.connection(acme.tenant(), environment, Map.of(), KEY);
  }

  private void off(Connection connection) {
    program
        .tenon
        .connections()
        .change(
            connection.tenant(),
            connection.id(),
            new dev.tenon.connection.Connections.Change(
                Optional.empty(),
                Optional.of(Connection.State.DISABLED),
                Optional.empty(),
                Map.of(),
                Optional.empty()));
  }

  private java.util.List<String> ids(String list) {
    return acme.get(list).path("data").valueStream().map(ChosenConnectionTest::id).toList();
  }

  private static String id(JsonNode object) {
    return object.path("id").asString();
  }

  private static String with(String field, String value) {
    return NEW.replace("}", ",\"%s\":\"%s\"}".formatted(field, value));
  }
}
