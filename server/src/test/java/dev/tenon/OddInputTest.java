package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.ApiDocument.Operation;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
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

  private StartedTenon program;
  private TenantId tenant;
  private String key;
  private ApiDocument document;

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
  void start() {
    program = new StartedTenon();
    tenant = program.tenant("Acme");
    key = program.key(TenantId.PLATFORM);
    document = new ApiDocument(program.call("GET", "/openapi.json", "", ""));
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @Test
  void everyTextFieldRefusesWhatIsNoText() {
    int sent = 0;
    for (Operation operation : withBodies()) {
      for (Field field : fields(document.body(operation), "")) {
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
      for (Field field : fields(document.body(operation), "")) {
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
    for (Operation operation : document.operations()) {
      for (JsonNode parameter : operation.parameters()) {
        String name = parameter.get("name").asString();
        String path =
            switch (parameter.get("in").asString()) {
              case "query" -> path(operation.path(), "", "") + "?" + name + "=%00";
              case "path" -> path(operation.path(), name, "a%00b");
              default -> "";
            };
        if (!path.isEmpty()) {
          HttpResponse<String> answer =
              call(operation.method(), path, operation.hasBody() ? "{}" : "");
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
    String body =
        filled(document.body(operation), "", field.path(), marker).toString().replace(marker, odd);
    HttpResponse<String> answer = call(operation.method(), operation.path(), body);
    String what = "%s with %s: %s".formatted(operation, body, answer.body());
    assertThat(answer.statusCode()).as(what).isEqualTo(400);
    JsonNode problem = JSON.readTree(answer.body());
    assertThat(problem.get("code").asString()).as(what).isEqualTo("request.invalid_field");
    assertThat(problem.get("param").asString()).as(what).isEqualTo(field.path());
  }

  private List<Operation> withBodies() {
    return document.operations().stream()
        .filter(Operation::hasBody)
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

  /// All leaves, those of a list's first element and of one name in a map among them.
  private List<Field> fields(JsonNode schema, String path) {
    JsonNode here = document.resolved(schema);
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
    JsonNode here = document.resolved(schema);
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
    return program.call(method, path, key, body);
  }
}
