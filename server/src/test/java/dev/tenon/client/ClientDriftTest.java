package dev.tenon.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.client.json.JsonRecords;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every route and field that the client uses, compared with `/openapi.json`. What fails here was
/// changed in the API and not in the client: change the record, or the line in `Call`.
class ClientDriftTest {
  private static JsonNode document;

  private final List<String> differences = new ArrayList<>();

  @BeforeAll
  static void read() {
    try (var server = new StartedTenon()) {
      document = JsonMapper.shared().readTree(server.call("GET", "/openapi.json", "", "").body());
    }
  }

  @AfterAll
  static void forget() {
    document = JsonMapper.shared().nullNode();
  }

  @ParameterizedTest
  @EnumSource
  void callsWhatTheDocumentDescribes(Call call) {
    JsonNode operation =
        document
            .get("paths")
            .path(call.documentedPath())
            .path(call.method().toLowerCase(Locale.ROOT));
    assertThat(operation.isMissingNode()).as("%s %s", call.method(), call.path()).isFalse();

    List<String> parameters = new ArrayList<>();
    boolean keyed = false;
    for (JsonNode parameter : operation.path("parameters")) {
      switch (parameter.get("in").asString()) {
        case "query" -> parameters.add(parameter.get("name").asString());
        case "header" -> keyed |= parameter.get("name").asString().equals("Idempotency-Key");
        default -> {}
      }
    }
    assertThat(call.queries()).isSubsetOf(parameters);
    // Each call that may be repeated by its key carries one, and no other does.
    assertThat(call.repeat() == Call.Repeat.KEYED).as("carries a key").isEqualTo(keyed);
    body(call, operation);
    answer(call, operation);
    assertThat(differences).isEmpty();
  }

  private void body(Call call, JsonNode operation) {
    JsonNode schema = operation.at("/requestBody/content/application~1json/schema");
    Class<? extends Record> body = call.body();
    assertThat(body == null).as("sends no body").isEqualTo(schema.isMissingNode());
    if (body != null) {
      request(body, resolved(schema), body.getSimpleName());
    }
  }

  private void answer(Call call, JsonNode operation) {
    Optional<Map.Entry<String, JsonNode>> success =
        operation.get("responses").properties().stream()
            .filter(one -> one.getKey().startsWith("2") && one.getKey().length() == 3)
            .findFirst();
    assertThat(success).isPresent();
    JsonNode schema = success.get().getValue().at("/content/application~1json/schema");
    Class<? extends Record> answer = call.answer();
    assertThat(answer == null).as("reads no body").isEqualTo(schema.isMissingNode());
    if (answer != null) {
      JsonNode one = call.paged() ? resolved(schema).at("/properties/data/items") : schema;
      answer(answer, resolved(one), answer.getSimpleName());
    }
  }

  @Test
  void readsProblemsAsTheyAre() {
    answer(ProblemBody.class, resolved(document.at("/components/schemas/Problem")), "ProblemBody");
    assertThat(differences).isEmpty();
  }

  /// What is read has to be there, in that form, and be null nowhere but where the record says so.
  private void answer(Class<?> type, JsonNode schema, String path) {
    List<String> required = strings(schema.path("required"));
    for (RecordComponent component : type.getRecordComponents()) {
      String name = JsonRecords.fieldName(component.getName());
      String at = path + "." + name;
      JsonNode field = schema.path("properties").path(name);
      if (field.isMissingNode()) {
        differences.add(at + " is not in the document");
        continue;
      }
      // Lists and maps that are null are read as empty ones.
      boolean mayBeNull =
          nullable(component)
              || component.getType() == List.class
              || component.getType() == Map.class;
      if (!required.contains(name) && !mayBeNull) {
        differences.add(at + " may be null, and the record says that it can't");
      }
      form(component.getAnnotatedType().getType(), resolved(field), at, this::answer);
    }
  }

  /// What is sent has to be known, in that form; and what the API needs has to be sent.
  private void request(Class<?> type, JsonNode schema, String path) {
    List<String> known = new ArrayList<>();
    List<String> required = strings(schema.path("required"));
    for (RecordComponent component : type.getRecordComponents()) {
      String name = JsonRecords.fieldName(component.getName());
      String at = path + "." + name;
      JsonNode field = schema.path("properties").path(name);
      known.add(name);
      if (field.isMissingNode()) {
        differences.add(at + " is not in the document");
        continue;
      }
      if (required.contains(name) && nullable(component)) {
        differences.add(at + " is needed, and the record allows null");
      }
      form(component.getAnnotatedType().getType(), resolved(field), at, this::request);
    }
    required.stream()
        .filter(name -> !known.contains(name))
        .forEach(name -> differences.add(path + " lacks " + name));
  }

  private interface Inner {
    void compare(Class<?> type, JsonNode schema, String path);
  }

  private void form(Type type, JsonNode schema, String at, Inner inner) {
    List<String> types = strings(schema.path("type"));
    if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      expect(types.contains("array"), at, types);
      if (schema.has("items")) {
        form(generic.getActualTypeArguments()[0], resolved(schema.get("items")), at, inner);
      }
    } else if (type instanceof ParameterizedType) {
      expect(types.contains("object"), at, types);
    } else if (type instanceof Class<?> plain) {
      if (plain.isRecord()) {
        inner.compare(plain, schema, at);
      } else if (plain.isEnum()) {
        assertThat(strings(schema.path("enum")))
            .as(at)
            .containsAll(
                Arrays.stream(plain.getEnumConstants())
                    .map(one -> ((Enum<?>) one).name().toLowerCase(Locale.ROOT))
                    .toList());
      } else if (plain != Object.class) {
        expect(fits(plain, schema, types), at, types);
      }
    }
  }

  private static boolean fits(Class<?> plain, JsonNode schema, List<String> types) {
    String format = schema.path("format").asString("");
    return switch (plain.getSimpleName()) {
      case "String" -> types.contains("string") && !format.equals("date-time");
      case "Instant" -> types.contains("string") && format.equals("date-time");
      case "int", "Integer" -> types.contains("integer") && format.equals("int32");
      case "long", "Long" -> types.contains("integer");
      case "boolean", "Boolean" -> types.contains("boolean");
      default -> false;
    };
  }

  private void expect(boolean fits, String at, List<String> types) {
    if (!fits) {
      differences.add("%s is %s in the document".formatted(at, types));
    }
  }

  private static boolean nullable(RecordComponent component) {
    AnnotatedType type = component.getAnnotatedType();
    return type.isAnnotationPresent(Nullable.class)
        || (type instanceof AnnotatedParameterizedType generic
            && generic.isAnnotationPresent(Nullable.class));
  }

  private static List<String> strings(JsonNode node) {
    return node.isArray()
        ? node.valueStream().map(JsonNode::asString).toList()
        : node.isMissingNode() ? List.of() : Stream.of(node.asString()).toList();
  }

  private static JsonNode resolved(JsonNode schema) {
    if (schema.has("$ref")) {
      String name = schema.get("$ref").asString();
      return resolved(
          document.at("/components/schemas/" + name.substring(name.lastIndexOf('/') + 1)));
    }
    return schema.has("anyOf") ? resolved(schema.get("anyOf").get(0)) : schema;
  }

  /// Shows that the comparison finds something.
  @Test
  void seesAFieldThatIsNotThere() {
    record Wrong(String id, Instant inventedAt, int state) {}
    answer(Wrong.class, resolved(document.at("/components/schemas/CustomerView")), "Wrong");

    assertThat(differences)
        .containsExactly(
            "Wrong.invented_at is not in the document", "Wrong.state is not in the document");
  }
}
