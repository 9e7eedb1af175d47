package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/openapi.json` of a running server, to be walked by tests: a new route is walked as soon as it
/// is declared.
final class ApiDocument {
  private final JsonNode document;

  ApiDocument(HttpResponse<String> answer) {
    document = StartedTenon.json(answer);
  }

  /// One operation of those that need a key.
  record Operation(String method, String path, JsonNode declared) {
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

    JsonNode parameters() {
      return declared.path("parameters");
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  List<Operation> operations() {
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
    assertThat(operations).hasSizeGreaterThan(30);
    return operations;
  }

  /// The schema of an operation's body.
  JsonNode body(Operation operation) {
    return resolved(
        operation
            .declared()
            .get("requestBody")
            .get("content")
            .get("application/json")
            .get("schema"));
  }

  /// What a reference, or a value that may be null, stands for.
  JsonNode resolved(JsonNode schema) {
    if (schema.has("$ref")) {
      String name = schema.get("$ref").asString();
      return resolved(
          document.get("components").get("schemas").get(name.substring(name.lastIndexOf('/') + 1)));
    }
    return schema.has("anyOf") ? resolved(schema.get("anyOf").get(0)) : schema;
  }

  /// The schema of every problem.
  JsonNode problem() {
    return document.at("/components/responses/Problem/content/application~1problem+json/schema");
  }

  /// That a value is what a schema of the document says, and holds nothing that it doesn't say.
  void isTrue(Operation operation, JsonNode schema, JsonNode value) {
    ObjectNode whole = JsonMapper.shared().createObjectNode();
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
      array.forEach(ApiDocument::close);
    }
  }
}
