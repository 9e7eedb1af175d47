package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.FilledTables;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Walks `/openapi.json` of the running program and calls every operation there is: without a key,
/// with keys that must not work, with ids of another tenant, and as it is meant. Nothing leaks, and
/// what comes back is what the document says.
///
/// A new route is walked as soon as it is declared. Where it takes a body, [#BODIES] must say
/// which.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EveryRouteTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String ABSENT = "00000000000000000000000000";

  /// A good body for each operation that takes one; `%s` is the price at the sandbox, `{mail}` the
  /// caller's connection for mail.
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("createATenant", "{\"name\": \"Made by the walk\"}"),
          Map.entry("createAnApiKey", "{\"name\": \"walk\", \"scopes\": [\"email:read\"]}"),
          Map.entry(
              "createAConnection",
              "{\"provider\": \"postmark\", \"name\": \"Mail\", \"environment\": \"staging\"}"),
          Map.entry("updateAConnection", "{\"name\": \"Renamed\"}"),
          Map.entry("createACustomer", "{\"email\": \"ada@customer.test\", \"name\": \"Ada\"}"),
          Map.entry("updateACustomer", "{\"name\": \"Ada L\"}"),
          Map.entry(
              "createACheckoutSession",
              """
              {"price": "%s", "email": "ada@customer.test", "success_url": "https://a.test/yes",
               "cancel_url": "https://a.test/no"}
              """),
          Map.entry(
              "createASessionOfTheCustomerPortal",
              "{\"customer\": \"cus_x\", \"return_url\": \"https://a.test/\"}"),
          Map.entry("replaceThePricesThatTheTenantMaySell", "{\"prices\": [\"%s\"]}"),
          Map.entry(
              "chooseWhichMailsAboutPaymentsAreSent", "{\"off\": [\"subscription-confirmation\"]}"),
          Map.entry("cancelASubscriptionAtTheEndOfThePaidPeriodOrNow", "{\"at\": \"now\"}"),
          Map.entry("changeThePriceOrQuantityOfASubscription", "{\"quantity\": 2}"),
          Map.entry("previewTheInvoiceThatAChangeOfASubscriptionLeadsTo", "{\"quantity\": 2}"),
          Map.entry("pauseTheCollectionOfTheInvoicesOfASubscription", "{\"invoices\": \"void\"}"),
          Map.entry("createASubscription", "{\"customer\": \"cus_x\", \"price\": \"%s\"}"),
          Map.entry(
              "replaceTheEmailRouting",
              "{\"connections\": [\"{mail}\"], \"streams\": {\"news\": [\"{mail}\"]}}"),
          Map.entry("createASender", "{\"address\": \"more@walk.test\", \"name\": \"More\"}"),
          Map.entry("resendAMessage", "{\"policy\": \"at_least_once\"}"),
          Map.entry("createAnEndpoint", "{\"url\": \"{sandbox}/hooks\", \"ordered\": true}"),
          Map.entry("updateAnEndpoint", "{\"description\": \"Ours\"}"),
          Map.entry("disableAnEndpoint", "{\"reason\": \"maintenance\"}"),
          Map.entry("rotateTheSigningKeyOfAnEndpoint", "{\"signing\": \"v1\"}"),
          Map.entry("replayManyDeliveries", "{\"state\": \"failed\", \"limit\": 10}"),
          Map.entry("replayManyFacts", "{\"state\": \"dead\", \"limit\": 10}"),
          Map.entry(
              "sendAMessage",
              """
              {"template": "welcome", "to": "ada@customer.test", "data": {"customer_name": "Ada"}}
              """));

  /// Operations whose good call needs an object that exists at the provider; the tests of payments
  /// make one. Here their answer may be a problem, which must be a true one.
  private static final Set<String> AT_THE_PROVIDER =
      Set.of(
          "updateACustomer",
          "getASubscription",
          "createASessionOfTheCustomerPortal",
          "createASubscription",
          "askWhatTheCustomerOfASubscriptionHasToConfirmNow",
          "pauseTheCollectionOfTheInvoicesOfASubscription",
          "collectTheInvoicesOfASubscriptionAgain",
          "changeThePriceOrQuantityOfASubscription",
          "previewTheInvoiceThatAChangeOfASubscriptionLeadsTo",
          "cancelASubscriptionAtTheEndOfThePaidPeriodOrNow",
          "takeBackACancellationThatHasNotComeIntoEffect");

  /// Operations of a tenant that the platform alone may do.
  private static final Set<String> PLATFORMS_ABOUT_A_TENANT =
      Set.of("replaceThePricesThatTheTenantMaySell");

  /// Path parameters that are no ids.
  private static final Map<String, String> PLAIN =
      Map.of("field", "webhook_secret", "ordinal", "1");

  private final HttpClient client = HttpClient.newHttpClient();
  private final TestDatabase database = TestDatabase.fresh();
  private final StripeSimulator stripe = new StripeSimulator();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS));
  private Sandbox sandbox;
  private Tenon tenon;
  private JsonNode document;
  private String price;
  private Owner a;
  private Owner b;
  private String platformKey;

  /// A tenant with a row in every table and a key for everything.
  ///
  /// @param sealed a message with content that opens, which that of its row in the table doesn't
  private record Owner(
      TenantId id,
      UUID rows,
      String key,
      String connection,
      String mail,
      String sender,
      String sealed,
      String apiKey) {}

  private record Operation(String method, String path, JsonNode declared) {
    String id() {
      return declared.get("operationId").asString();
    }

    String scope() {
      return declared.get("x-tenon-scope").asString();
    }

    boolean ofTenant() {
      return path.contains("{tenant}");
    }

    boolean hasBody() {
      return declared.has("requestBody");
    }

    List<String> ids() {
      List<String> names = new ArrayList<>();
      for (JsonNode parameter : declared.path("parameters")) {
        String name = parameter.get("name").asString();
        if (parameter.get("in").asString().equals("path")
            && !name.equals("tenant")
            && !PLAIN.containsKey(name)) {
          names.add(name);
        }
      }
      return names;
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    sandbox = Sandbox.start(List.of(stripe), SandboxSettings.defaults(InstantSource.system()));
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    tenon =
        Tenon.start(
            Config.load(
                List.of(
                    Layer.commandLine(
                        Map.of(
                            "server.port",
                            "0",
                            // The walk asks a lot with one key, and its clock stands still.
                            "limits.key-requests-per-second",
                            "100000",
                            "limits.key-burst",
                            "100000")))),
            new Tenon.Surroundings(
                database.address(),
                keyFile,
                EgressPolicy.allowing(sandbox.urls().values()),
                InetAddress::isLoopbackAddress,
                now::get));
    document = json(call("GET", "/openapi.json", "", ""));
    platformKey = key(TenantId.PLATFORM, Scope.ALL);
    price = price();
    a = owner("Acme", 11);
    b = owner("Birch", 12);
  }

  @AfterAll
  void stop() {
    tenon.close();
    sandbox.close();
    database.close();
    client.close();
  }

  private String price() {
    String product = json(stripePost("/v1/products", "name=Pro")).get("id").asString();
    return json(stripePost(
            "/v1/prices",
            "currency=eur&unit_amount=2900&recurring[interval]=month&product=" + product))
        .get("id")
        .asString();
  }

  private HttpResponse<String> stripePost(String path, String form) {
    return send(
        HttpRequest.newBuilder(sandbox.url("stripe").resolve(path))
            .header("Authorization", "Bearer sk_test_walk")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build());
  }

  private Owner owner(String name, int number) throws SQLException {
    TenantId tenant =
        tenon.tenants().create(name, Optional.empty()) instanceof Tenants.Creation.Created created
            ? created.tenant().id()
            : TenantId.PLATFORM;
    UUID rows = FilledTables.idNow(number);
    String sender = "hello%d@walk.test".formatted(number);
    try (var sql = database.connectAsAdministrator()) {
      new FilledTables(sql).fill(tenant.uuid(), rows);
      try (var statement = sql.createStatement()) {
        statement.execute(
            "update sender set address = '%s', owns_domain = true where tenant_id = '%s'"
                .formatted(sender, tenant.uuid()));
        // A fact and a job are either waiting or done.
        statement.execute("delete from waiting_fact");
        statement.execute("delete from waiting_job");
        statement.execute("delete from waiting_delivery");
      }
    }
    String key = key(tenant, Scope.ALL);
    // The key that the walk revokes: the newest, and not the one that it calls with.
    String spare = key(tenant, Scope.EMAIL_READ);
    assertThat(spare).isNotEqualTo(key);
    String base = "/v1/tenants/" + tenant;
    String connection =
        made(
            base + "/connections",
            key,
            """
            {"provider": "stripe", "name": "Main", "environment": "development",
             "settings": {"base_url": "%s"},
             "credentials": {"secret_key": "sk_test_walk", "webhook_secret": "whsec_walk"}}
            """
                .formatted(sandbox.url("stripe")));
    String mail = made(base + "/connections", key, BODIES.getOrDefault("createAConnection", ""));
    String sealed = made(base + "/messages", key, BODIES.getOrDefault("sendAMessage", ""));
    try (var sql = database.connectAsAdministrator();
        var statement = sql.createStatement()) {
      // So that nobody is about to send it: a worker that has its job no longer holds it.
      statement.execute(
          "delete from tenon.waiting_job where tenant_id = '%s'".formatted(tenant.uuid()));
      statement.execute(
          "update tenon.message set state = 'cancelled' where tenant_id = '%s' and id <> '%s'"
              .formatted(tenant.uuid(), rows));
      // Only a message that certainly has not been sent can be cancelled.
      statement.execute(
          "update tenon.attempt set outcome = 'passing' where tenant_id = '%s'"
              .formatted(tenant.uuid()));
    }
    String apiKey =
        json(call("GET", base + "/api-keys", key, "")).get("data").get(0).get("id").asString();
    return new Owner(tenant, rows, key, connection, mail, sender, sealed, apiKey);
  }

  /// Makes a thing over the API and answers its id.
  private String made(String path, String key, String body) {
    return json(call("POST", path, key, body)).get("id").asString();
  }

  private String key(TenantId tenant, Scope... scopes) {
    return tenon
        .database()
        .asTenant(tenant, tx -> tenon.keys().create(tx, "walk", Set.of(scopes), Optional.empty()))
        .text()
        .reveal();
  }

  private List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method -> {
                          // What anybody may call stands in the document too.
                          if (method.getValue().has("x-tenon-scope")) {
                            operations.add(
                                new Operation(
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    method.getValue()));
                          }
                        }));
    assertThat(operations).hasSizeGreaterThan(15);
    return operations;
  }

  /// The operation's path for `tenant` with ids as `ids` gives them.
  private static String path(Operation operation, TenantId tenant, Function<String, String> ids) {
    String path = operation.path().replace("{tenant}", tenant.toString());
    for (Map.Entry<String, String> plain : PLAIN.entrySet()) {
      path = path.replace("{" + plain.getKey() + "}", plain.getValue());
    }
    for (String name : operation.ids()) {
      path = path.replace("{" + name + "}", ids.apply(name));
    }
    return path;
  }

  /// An id of one of the owner's things, by the name of the parameter.
  private static String idOf(Owner owner, Operation operation, String parameter) {
    return switch (parameter) {
      case "connection" -> owner.connection();
      case "key" -> owner.apiKey();
      // A sender is known by its address.
      case "address" -> owner.sender();
      case "message" ->
          operation.id().equals("resendAMessage")
              ? owner.sealed()
              : Ids.write(Prefix.MESSAGE, owner.rows());
      default -> Ids.write(prefix(parameter), owner.rows());
    };
  }

  private static String absent(String parameter) {
    return parameter.equals("address")
        ? "nobody@walk.test"
        : prefix(parameter).text() + "_" + ABSENT;
  }

  private static Prefix prefix(String parameter) {
    return parameter.equals("key")
        ? Prefix.API_KEY
        : Prefix.valueOf(parameter.toUpperCase(Locale.ROOT));
  }

  private String body(Operation operation, Owner owner) {
    if (!operation.hasBody()) {
      return "";
    }
    assertThat(BODIES)
        .as("say in BODIES what %s is called with", operation)
        .containsKey(operation.id());
    return BODIES
        .getOrDefault(operation.id(), "")
        .formatted(price)
        .replace("{mail}", owner.mail())
        .replace("{sandbox}", sandbox.url("stripe").toString());
  }

  @Test
  void withoutAKeyNothingAnswers() {
    for (Operation operation : operations()) {
      // Broken on purpose: authority comes before parsing.
      String broken = operation.hasBody() ? "{" : "";
      String path = path(operation, a.id(), name -> idOf(a, operation, name));
      isProblem(operation, call(operation.method(), path, "", broken), 401, "access.key_missing");
    }
  }

  @Test
  void keysThatMustNotWorkDont() {
    Instant soon = now.get().plusSeconds(60);
    String expired =
        tenon
            .database()
            .asTenant(
                a.id(),
                tx -> tenon.keys().create(tx, "expires", Set.of(Scope.ALL), Optional.of(soon)))
            .text()
            .reveal();
    var revoked =
        tenon
            .database()
            .asTenant(
                a.id(), tx -> tenon.keys().create(tx, "goes", Set.of(Scope.ALL), Optional.empty()));
    String base = "/v1/tenants/" + a.id();
    // Both worked once, so it is not the memory of an unknown key that refuses them.
    assertThat(call("GET", base, expired, "").statusCode()).isEqualTo(200);
    assertThat(call("GET", base, revoked.text().reveal(), "").statusCode()).isEqualTo(200);
    boolean gone = tenon.keys().revoke(a.id(), revoked.key().id());
    assertThat(gone).isTrue();
    now.set(soon);
    List<String> keys =
        List.of(
            "x",
            "tn_live_",
            a.key().substring(0, a.key().length() - 1),
            a.key() + "0",
            a.key().toUpperCase(Locale.ROOT),
            expired,
            revoked.text().reveal());
    for (Operation operation : operations()) {
      String path = path(operation, a.id(), name -> idOf(a, operation, name));
      for (String key : keys) {
        isProblem(operation, call(operation.method(), path, key, ""), 401, "access.key_invalid");
      }
    }
  }

  @Test
  void aKeyWithoutTheScopeIsRefusedByName() {
    Map<String, String> without = new HashMap<>();
    for (Operation operation : operations()) {
      Scope needed = Scope.parse(operation.scope()).orElseThrow();
      String key =
          without.computeIfAbsent(
              operation.scope(),
              _ ->
                  key(
                      a.id(),
                      java.util.Arrays.stream(Scope.values())
                          .filter(scope -> scope != needed && scope != Scope.ALL)
                          .toArray(Scope[]::new)));
      HttpResponse<String> response =
          call(
              operation.method(),
              path(operation, a.id(), name -> idOf(a, operation, name)),
              key,
              operation.hasBody() ? "{" : "");
      isProblem(operation, response, 403, "access.scope_missing");
      assertThat(json(response).get("param").asString()).isEqualTo(operation.scope());
    }
  }

  @Test
  void anotherTenantsKeyFindsNothingHere() {
    for (Operation operation : operations()) {
      if (operation.ofTenant()) {
        String path = path(operation, a.id(), name -> idOf(a, operation, name));
        HttpResponse<String> foreign = call(operation.method(), path, b.key(), body(operation, a));
        isProblem(operation, foreign, 404, "request.not_found");
        TenantId nobody = new TenantId(new UUID(0, 0));
        HttpResponse<String> absent =
            call(
                operation.method(),
                path(operation, nobody, name -> idOf(a, operation, name)),
                b.key(),
                body(operation, a));
        assertThat(withoutRequestId(foreign)).isEqualTo(withoutRequestId(absent));
      }
    }
  }

  @Test
  void anotherTenantsThingsAreNotFoundUnderOnesOwnName() {
    int tried = 0;
    for (Operation operation : operations()) {
      if (operation.ids().isEmpty()) {
        continue;
      }
      HttpResponse<String> foreign =
          call(
              operation.method(),
              path(operation, a.id(), name -> idOf(b, operation, name)),
              a.key(),
              body(operation, a));
      isProblem(operation, foreign, 404, "request.not_found");
      HttpResponse<String> absent =
          call(
              operation.method(),
              path(operation, a.id(), EveryRouteTest::absent),
              a.key(),
              body(operation, a));
      assertThat(withoutRequestId(foreign))
          .as("%s: a foreign and an absent thing look the same", operation)
          .isEqualTo(withoutRequestId(absent));
      isProblem(
          operation,
          call(
              operation.method(),
              path(operation, a.id(), _ -> "no-id"),
              a.key(),
              body(operation, a)),
          404,
          "request.not_found");
      tried++;
    }
    assertThat(tried).isGreaterThan(5);
  }

  @Test
  void listsHoldOnesOwnThingsOnly() {
    int filled = 0;
    for (Operation operation : operations()) {
      if (!operation.method().equals("GET")) {
        continue;
      }
      String path = path(operation, a.id(), name -> idOf(a, operation, name));
      HttpResponse<String> response = call("GET", path, a.key(), "");
      for (String foreign : foreignMarks()) {
        assertThat(response.body()).as(operation.toString()).doesNotContain(foreign);
      }
      if (json(response).path("data").size() > 0) {
        filled++;
      }
    }
    assertThat(filled).as("lists with something in them").isGreaterThan(5);
  }

  /// Texts that stand in whatever is B's.
  private List<String> foreignMarks() {
    String written = Ids.write(Prefix.MESSAGE, b.rows());
    return List.of(
        b.id().toString(),
        b.connection(),
        b.mail(),
        b.sender(),
        b.sealed(),
        b.apiKey(),
        written.substring(written.indexOf('_')),
        "Birch");
  }

  @Test
  void whatIsNotOfATenantIsThePlatforms() {
    for (Operation operation : operations()) {
      if (!operation.ofTenant() && !operation.method().equals("GET")) {
        isProblem(
            operation,
            call(operation.method(), operation.path(), b.key(), body(operation, a)),
            403,
            "access.platform_only");
      }
    }
  }

  @Test
  void anUnknownFieldOrParameterIsRefused() {
    for (Operation operation : operations()) {
      String path = path(operation, a.id(), name -> idOf(a, operation, name));
      if (operation.hasBody()) {
        String body = body(operation, a).strip();
        String more = body.substring(0, body.length() - 1) + ", \"no_such_field\": 1}";
        String key = operation.ofTenant() ? a.key() : platformKey;
        HttpResponse<String> response = call(operation.method(), path, key, more);
        isProblem(operation, response, 400, "request.unknown_field");
        assertThat(json(response).get("param").asString()).isEqualTo("no_such_field");
      }
      isProblem(
          operation,
          call(operation.method(), path + "?no_such_parameter=1", a.key(), body(operation, a)),
          400,
          "request.invalid_query");
    }
  }

  @Test
  void goodCallsAnswerWhatTheDocumentSays() throws Exception {
    Owner own = owner("Cedar", 13);
    List<Operation> ordered = new ArrayList<>(operations());
    // What removes things comes last.
    ordered.sort(
        Comparator.comparing((Operation one) -> one.method().equals("DELETE"))
            .thenComparing(one -> one.method().equals("POST"))
            .thenComparing(Operation::path));
    for (Operation operation : ordered) {
      String key =
          operation.ofTenant() && !PLATFORMS_ABOUT_A_TENANT.contains(operation.id())
              ? own.key()
              : platformKey;
      HttpResponse<String> response =
          call(
              operation.method(),
              path(operation, own.id(), name -> idOf(own, operation, name)),
              key,
              body(operation, own));
      if (AT_THE_PROVIDER.contains(operation.id()) && response.statusCode() >= 400) {
        isProblem(
            operation, response, response.statusCode(), json(response).get("code").asString());
        continue;
      }
      String status = Integer.toString(response.statusCode());
      assertThat(response.statusCode()).as("%s %s", operation, response.body()).isBetween(200, 299);
      JsonNode declared = operation.declared().get("responses").path(status);
      assertThat(declared.isMissingNode()).as("%s answers %s", operation, status).isFalse();
      if (declared.has("content")) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        assertThat(type).isEqualTo("application/json");
        isTrue(operation, declared.get("content").get(type).get("schema"), json(response));
      } else {
        assertThat(response.body()).as(operation.toString()).isEmpty();
      }
    }
  }

  private void isProblem(
      Operation operation, HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode())
        .as("%s answered %s", operation, response.body())
        .isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = json(response);
    isTrue(
        operation,
        document.at("/components/responses/Problem/content/application~1problem+json/schema"),
        problem);
    assertThat(problem.get("code").asString()).isEqualTo(code);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("type").asString())
        .isEqualTo(tenon.publicUrl().at("/docs/problems#" + code));
    assertThat(response.headers().firstValue("Tenon-Request-Id"))
        .hasValue(problem.get("request_id").asString());
    assertThat(response.body()).doesNotContainIgnoringCase("exception").doesNotContain(".java");
    for (String foreign : b == null ? List.<String>of() : List.of("Birch", b.apiKey())) {
      assertThat(response.body()).doesNotContain(foreign);
    }
  }

  /// That a value is what a schema of the document says, and holds nothing that it doesn't say.
  private void isTrue(Operation operation, JsonNode schema, JsonNode value) {
    ObjectNode whole = JSON.createObjectNode();
    whole.setAll((ObjectNode) schema.deepCopy());
    whole.set("components", document.get("components").deepCopy());
    close(whole);
    Schema checked =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(whole);
    assertThat(
            checked.validate(
                value,
                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true))))
        .as("%s answered %s", operation, value)
        .isEmpty();
  }

  /// Makes every schema with named properties refuse others.
  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object) {
      if (object.get("properties") instanceof ObjectNode && !object.has("additionalProperties")) {
        object.put("additionalProperties", false);
      }
      object.properties().forEach(entry -> close(entry.getValue()));
    } else if (node instanceof ArrayNode array) {
      array.forEach(EveryRouteTest::close);
    }
  }

  private static String withoutRequestId(HttpResponse<String> response) {
    ObjectNode problem = (ObjectNode) json(response);
    problem.remove("request_id");
    Set<String> headers = new HashSet<>(response.headers().map().keySet());
    return response.statusCode() + " " + headers.size() + " " + problem;
  }

  private HttpResponse<String> call(String method, String path, String key, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at(path)))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .timeout(Duration.ofSeconds(20));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return send(request.build());
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(request.toString(), e);
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    return JSON.readTree(response.body());
  }
}
