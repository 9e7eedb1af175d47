package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.ApiDocument.Operation;
import dev.tenon.access.Scope;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.FilledTables;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Walks the operations of the running program: starts it beside a stand-in for Stripe, makes
/// tenants with a row in every table, and calls each operation with ids and bodies that fit.
final class RouteWalk implements AutoCloseable {
  private static final String ABSENT = "00000000000000000000000000";

  /// Path parameters that are no ids.
  private static final Map<String, String> PLAIN =
      Map.of(
          "field",
          "webhook_secret",
          "ordinal",
          "1",
          // The name that the row in the table has.
          "template",
          "x",
          "language",
          "en",
          "version",
          "1");

  final AtomicReference<Instant> now =
      new AtomicReference<>(InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS));
  final StartedTenon program;
  final ApiDocument document;
  final String platformKey;
  private final Sandbox sandbox;
  private final String price;
  private final List<String> unspeakable = new ArrayList<>();

  RouteWalk() {
    sandbox =
        Sandbox.start(
            List.of(new StripeSimulator()), SandboxSettings.defaults(InstantSource.system()));
    program = new StartedTenon(Map.of(), EgressPolicy.allowing(sandbox.urls().values()), now::get);
    document = new ApiDocument(program.call("GET", "/openapi.json", "", ""));
    platformKey = program.key(TenantId.PLATFORM);
    price = price();
  }

  @Override
  public void close() {
    program.close();
    sandbox.close();
  }

  /// A tenant with a row in every table and a key for everything.
  ///
  /// @param sealed a message with content that opens, which that of its row in the table doesn't
  record Owner(
      TenantId id,
      UUID rows,
      String key,
      String connection,
      String mail,
      String sender,
      String sealed,
      String apiKey) {}

  List<Operation> operations() {
    return document.operations();
  }

  HttpResponse<String> call(Operation operation, String path, String key, String body) {
    return program.call(operation.method(), path, key, body);
  }

  /// From now on no problem may hold these texts.
  void mayNotTellOf(String... texts) {
    unspeakable.addAll(List.of(texts));
  }

  /// The names of the path parameters that are ids.
  static List<String> ids(Operation operation) {
    List<String> names = new ArrayList<>();
    for (JsonNode parameter : operation.parameters()) {
      String name = parameter.get("name").asString();
      if (parameter.get("in").asString().equals("path")
          && !name.equals("tenant")
          && !PLAIN.containsKey(name)) {
        names.add(name);
      }
    }
    return names;
  }

  private String price() {
    String product = StartedTenon.json(stripePost("/v1/products", "name=Pro")).get("id").asString();
    return StartedTenon.json(
            stripePost(
                "/v1/prices",
                "currency=eur&unit_amount=2900&recurring[interval]=month&product=" + product))
        .get("id")
        .asString();
  }

  private HttpResponse<String> stripePost(String path, String form) {
    return program.send(
        HttpRequest.newBuilder(sandbox.url("stripe").resolve(path))
            .header("Authorization", "Bearer sk_test_walk")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  Owner owner(String name, int number) throws SQLException {
    TenantId tenant = program.tenant(name);
    UUID rows = FilledTables.idNow(number);
    String sender = "hello%d@walk.test".formatted(number);
    try (var sql = program.database.connectAsAdministrator()) {
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
    String key = program.key(tenant);
    // The key that the walk revokes: the newest, and not the one that it calls with.
    String spare = program.key(tenant, Scope.EMAIL_READ);
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
    String mail = made(base + "/connections", key, RouteBodies.of("createAConnection"));
    String sealed = made(base + "/messages", key, RouteBodies.of("sendAMessage"));
    try (var sql = program.database.connectAsAdministrator();
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
        StartedTenon.json(program.call("GET", base + "/api-keys", key, ""))
            .get("data")
            .get(0)
            .get("id")
            .asString();
    return new Owner(tenant, rows, key, connection, mail, sender, sealed, apiKey);
  }

  /// Makes a thing over the API and answers its id.
  private String made(String path, String key, String body) {
    HttpResponse<String> answer = program.call("POST", path, key, body);
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException(path + ": " + answer.body());
    }
    return StartedTenon.json(answer).get("id").asString();
  }

  /// The operation's path for `tenant` with ids as `ids` gives them.
  static String path(Operation operation, TenantId tenant, Function<String, String> ids) {
    String path = operation.path().replace("{tenant}", tenant.toString());
    for (Map.Entry<String, String> plain : PLAIN.entrySet()) {
      path = path.replace("{" + plain.getKey() + "}", plain.getValue());
    }
    for (String name : ids(operation)) {
      path = path.replace("{" + name + "}", ids.apply(name));
    }
    return path;
  }

  /// An id of one of the owner's things, by the name of the parameter.
  static String idOf(Owner owner, Operation operation, String parameter) {
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

  static String absent(String parameter) {
    return parameter.equals("address")
        ? "nobody@walk.test"
        : prefix(parameter).text() + "_" + ABSENT;
  }

  static Prefix prefix(String parameter) {
    return parameter.equals("key")
        ? Prefix.API_KEY
        : Prefix.valueOf(parameter.toUpperCase(Locale.ROOT));
  }

  String body(Operation operation, Owner owner) {
    if (!operation.hasBody()) {
      return "";
    }
    return RouteBodies.of(operation.id())
        .formatted(price)
        .replace("{mail}", owner.mail())
        .replace("{stripe}", owner.connection())
        .replace("{sandbox}", sandbox.url("stripe").toString());
  }

  void isProblem(Operation operation, HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode())
        .as("%s answered %s", operation, response.body())
        .isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = StartedTenon.json(response);
    document.isTrue(operation, document.problem(), problem);
    assertThat(problem.get("code").asString()).isEqualTo(code);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("type").asString())
        .isEqualTo(program.tenon.publicUrl().at("/docs/problems#" + code));
    assertThat(response.headers().firstValue("Tenon-Request-Id"))
        .hasValue(problem.get("request_id").asString());
    assertThat(response.body()).doesNotContainIgnoringCase("exception").doesNotContain(".java");
    for (String foreign : unspeakable) {
      assertThat(response.body()).doesNotContain(foreign);
    }
  }

  static String withoutRequestId(HttpResponse<String> response) {
    ObjectNode problem = (ObjectNode) StartedTenon.json(response);
    problem.remove("request_id");
    Set<String> headers = new HashSet<>(response.headers().map().keySet());
    return response.statusCode() + " " + headers.size() + " " + problem;
  }
}
