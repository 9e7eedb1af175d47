package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.TestDatabase;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Sends what no column can hold to every field and parameter of every route in `/openapi.json`:
/// always the caller's mistake, named where it is, and never a fault of ours.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class OddInputTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final List<String> NO_TEXTS = List.of("a\\u0000b", "\\ud800", "\\udc00\\ud800");
  private static final List<String> NO_TIMES =
      List.of(
          "+100000000-01-01T00:00:00Z",
          "-100000-01-01T00:00:00Z",
          "+10000-01-01T00:00:00Z",
          "1969-12-31T23:59:59Z");

  private final HttpClient client = HttpClient.newHttpClient();
  private final TestDatabase database = TestDatabase.fresh();
  private Tenon tenon;
  private TenantId tenant;
  private String key;
  private JsonNode document;

  private record Operation(String method, String path, JsonNode declared) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /// A leaf of a body: where it is, and its schema.
  private record Field(String path, JsonNode schema) {
    boolean isTime() {
      return schema.path("format").asString("").equals("date-time");
    }

    boolean isText() {
      return is("string") && !isTime() && !schema.has("enum");
    }

    private boolean is(String type) {
      JsonNode declared = schema.path("type");
      return declared.isArray()
          ? declared.get(0).asString().equals(type)
          : declared.asString("").equals(type);
    }
  }

  @BeforeAll
  void start(@TempDir Path folder) {
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
                            "limits.key-requests-per-second",
                            "10000",
                            "limits.key-burst",
                            "10000")))),
            new Tenon.Surroundings(
                database.address(),
                keyFile,
                EgressPolicy.allowing(List.of()),
                InetAddress::isLoopbackAddress,
                InstantSource.system()));
    tenant =
        tenon.tenants().create("Acme", Optional.empty()) instanceof Tenants.Creation.Created made
            ? made.tenant().id()
            : TenantId.PLATFORM;
    key =
        tenon
            .database()
            .asTenant(
                TenantId.PLATFORM,
                tx -> tenon.keys().create(tx, "odd", Set.of(Scope.ALL), Optional.empty()))
            .text()
            .reveal();
    document = JSON.readTree(call("GET", "/openapi.json", "").body());
  }

  @AfterAll
  void stop() {
    tenon.close();
    database.close();
    client.close();
  }

  @Test
  void everyTextFieldRefusesWhatIsNoText() {
    int sent = 0;
    for (Operation operation : withBodies()) {
      for (Field field : fields(body(operation), "")) {
        if (field.isText()) {
          for (String odd : NO_TEXTS) {
            refuses(operation, field, odd);
            sent++;
          }
        }
      }
    }
    assertThat(sent).isGreaterThan(60);
  }

  @Test
  void everyTimeRefusesWhatNoColumnHolds() {
    int sent = 0;
    for (Operation operation : withBodies()) {
      for (Field field : fields(body(operation), "")) {
        if (field.isTime()) {
          for (String odd : NO_TIMES) {
            refuses(operation, field, odd);
            sent++;
          }
        }
      }
    }
    assertThat(sent).isGreaterThan(8);
  }

  @Test
  void everyParameterRefusesWhatIsNoText() {
    int sent = 0;
    for (Operation operation : operations()) {
      for (JsonNode parameter : operation.declared().path("parameters")) {
        String name = parameter.get("name").asString();
        String path =
            switch (parameter.get("in").asString()) {
              case "query" -> path(operation.path(), "", "") + "?" + name + "=%00";
              case "path" -> path(operation.path(), name, "a%00b");
              default -> "";
            };
        if (!path.isEmpty()) {
          HttpResponse<String> answer =
              call(operation.method(), path, operation.declared().has("requestBody") ? "{}" : "");
          assertThat(answer.statusCode())
              .as("%s %s: %s", operation.method(), path, answer.body())
              .isBetween(400, 499);
          sent++;
        }
      }
    }
    assertThat(sent).isGreaterThan(40);
  }

  @Test
  void settingsWithManyControlCharactersAreRefusedByName() {
    String connection =
        """
        {"provider": "smtp", "name": "Mail", "environment": "staging",
         "settings": {"username": "%s", "host": "%s", "port": "%s", "security": "%s"}}
        """;
    String path = "/v1/tenants/%s/connections".formatted(tenant);
    HttpResponse<String> refused =
        call("POST", path, connection.formatted("me", "\\u0001".repeat(1000), "1", "tls"));
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    assertThat(JSON.readTree(refused.body()).get("param").asString()).isEqualTo("settings.host");
    // As large as settings can be, in the provider with the most that are free text: what is
    // escaped still fits.
    String quotes = "\\\"".repeat(1000);
    HttpResponse<String> large =
        call("POST", path, connection.formatted(quotes, quotes, quotes, quotes));
    assertThat(large.statusCode()).as(large.body()).isEqualTo(201);
  }

  @Test
  void theLastTimeThatCanBeMeantIsTaken() {
    HttpResponse<String> made =
        call(
            "POST",
            "/v1/tenants/%s/api-keys".formatted(tenant),
            """
            {"name": "long", "scopes": ["email:read"], "expires_at": "9999-12-31T23:59:59Z"}
            """);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    assertThat(JSON.readTree(made.body()).get("api_key").get("expires_at").asString())
        .isEqualTo("9999-12-31T23:59:59Z");
  }

  private void refuses(Operation operation, Field field, String odd) {
    // Written by hand: a mapper would not write half of a surrogate pair.
    String marker = "@odd@";
    String body = filled(body(operation), "", field.path(), marker).toString().replace(marker, odd);
    HttpResponse<String> answer = call(operation.method(), operation.path(), body);
    String what = "%s with %s: %s".formatted(operation, body, answer.body());
    assertThat(answer.statusCode()).as(what).isEqualTo(400);
    JsonNode problem = JSON.readTree(answer.body());
    assertThat(problem.get("code").asString()).as(what).isEqualTo("request.invalid_field");
    assertThat(problem.get("param").asString()).as(what).isEqualTo(field.path());
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
                          if (method.getValue().has("x-tenon-scope")) {
                            operations.add(
                                new Operation(
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    method.getValue()));
                          }
                        }));
    assertThat(operations).hasSizeGreaterThan(30);
    return operations;
  }

  private List<Operation> withBodies() {
    return operations().stream()
        .filter(operation -> operation.declared().has("requestBody"))
        .map(
            operation ->
                new Operation(
                    operation.method(), path(operation.path(), "", ""), operation.declared()))
        .toList();
  }

  /// With `value` for one parameter, the tenant, and `x` for the others.
  private String path(String path, String name, String value) {
    return path.replace("{" + name + "}", value)
        .replace("{tenant}", tenant.toString())
        .replaceAll("\\{[^}]*}", "x");
  }

  private JsonNode body(Operation operation) {
    return resolved(
        operation
            .declared()
            .get("requestBody")
            .get("content")
            .get("application/json")
            .get("schema"));
  }

  private JsonNode resolved(JsonNode schema) {
    if (schema.has("$ref")) {
      String name = schema.get("$ref").asString();
      return resolved(
          document.get("components").get("schemas").get(name.substring(name.lastIndexOf('/') + 1)));
    }
    return schema.has("anyOf") ? resolved(schema.get("anyOf").get(0)) : schema;
  }

  /// All leaves, those of a list's first element and of one name in a map among them.
  private List<Field> fields(JsonNode schema, String path) {
    JsonNode here = resolved(schema);
    List<Field> found = new ArrayList<>();
    if (here.has("properties")) {
      here.get("properties")
          .properties()
          .forEach(
              property ->
                  found.addAll(
                      fields(
                          property.getValue(),
                          path.isEmpty() ? property.getKey() : path + "." + property.getKey())));
    } else if (here.has("items")) {
      found.addAll(fields(here.get("items"), path + "[0]"));
    } else if (here.has("additionalProperties")) {
      found.addAll(fields(here.get("additionalProperties"), path + ".some"));
    } else {
      found.add(new Field(path, here));
    }
    return found;
  }

  /// A value of the schema's form: only what is needed, and `odd` at one place.
  private JsonNode filled(JsonNode schema, String path, String oddPath, String odd) {
    JsonNode here = resolved(schema);
    if (path.equals(oddPath)) {
      return JSON.getNodeFactory().stringNode(odd);
    }
    if (here.has("properties")) {
      ObjectNode object = JSON.createObjectNode();
      List<String> required = new ArrayList<>();
      here.path("required").forEach(name -> required.add(name.asString()));
      here.get("properties")
          .properties()
          .forEach(
              property -> {
                String inner = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
                if (required.contains(property.getKey()) || leadsTo(inner, oddPath)) {
                  object.set(property.getKey(), filled(property.getValue(), inner, oddPath, odd));
                }
              });
      return object;
    }
    if (here.has("items")) {
      ArrayNode array = JSON.createArrayNode();
      if (leadsTo(path, oddPath)) {
        array.add(filled(here.get("items"), path + "[0]", oddPath, odd));
      }
      return array;
    }
    if (here.has("additionalProperties")) {
      ObjectNode object = JSON.createObjectNode();
      if (leadsTo(path, oddPath)) {
        object.set("some", filled(here.get("additionalProperties"), path + ".some", oddPath, odd));
      }
      return object;
    }
    if (here.has("enum")) {
      return here.get("enum").get(0);
    }
    JsonNode declared = here.path("type");
    return switch (declared.isArray() ? declared.get(0).asString() : declared.asString("")) {
      case "boolean" -> JSON.getNodeFactory().booleanNode(false);
      case "integer", "number" -> JSON.getNodeFactory().numberNode(1);
      default ->
          JSON.getNodeFactory()
              .stringNode(
                  here.path("format").asString("").equals("date-time")
                      ? "2026-11-24T10:00:00Z"
                      : "x");
    };
  }

  private static boolean leadsTo(String path, String oddPath) {
    return oddPath.equals(path) || oddPath.startsWith(path + ".") || oddPath.startsWith(path + "[");
  }

  private HttpResponse<String> call(String method, String path, String body) {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create(tenon.publicUrl().at(path)))
              .method(
                  method,
                  body.isEmpty()
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body))
              .header("Authorization", "Bearer " + key)
              .header("Content-Type", "application/json")
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
