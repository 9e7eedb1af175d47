package dev.tenon.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `docs/events.md` is made from the catalogue, and the catalogue keeps its own rules.
class EventPageTest {
  private static final Path PAGE = Path.of("..", "docs", "events.md");
  private static final Path SCHEMAS = Path.of("src", "test", "resources", "event-fields.json");

  private static final String INTRODUCTION =
      """
      # Events

      What Tenon tells your application, as a webhook to each [endpoint](guide/outgoing-events.md) that \
      listens and at `GET /v1/tenants/{tenant}/events`. Every payload has the same five fields; `data` is \
      listed for each type below, after `id` (the object's id in the API) and `object` (what kind of \
      thing it is). An endpoint with `payload: thin` gets these two alone.

      A field is never missing: what is not known is `null`. Fields are added without notice; none is \
      removed or changes its meaning within a version. `GET /v1/event-types` serves all this as JSON \
      Schema with examples.

      This page is made from `EventType`.
      """;

  private static String markdown() {
    var out = new StringBuilder(INTRODUCTION);
    for (EventType type : EventType.values()) {
      out.append("\n## ").append(type.text()).append("\n\n");
      out.append(type.about()).append("\n\n");
      out.append("About a `%s`. Version %d.\n\n".formatted(type.object(), type.version()));
      out.append("| field | type | meaning |\n|---|---|---|\n");
      for (EventField field : type.fields()) {
        String form = String.valueOf(field.schema().getOrDefault("format", field.form().text()));
        out.append(
            "| `%s` | %s%s | %s |\n"
                .formatted(field.name(), form, field.nullable() ? " or null" : "", field.about()));
      }
      out.append("\n```json\n")
          .append(
              JsonMapper.shared()
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(type.example()))
          .append("\n```\n");
    }
    return out.toString();
  }

  /// A receiver that was written for a payload reads every later one of that version: its fields
  /// are all there, of the same type, and none of them is null that never was. What is new has to
  /// be written down too (`TENON_WRITE_DOCS=1`), so that from then on it stays.
  @Test
  void aTypesFieldsOnlyGrow() throws IOException {
    JsonNode now = JsonMapper.shared().valueToTree(schemas());
    if (Files.exists(SCHEMAS)) {
      JsonNode before = JsonMapper.shared().readTree(Files.readString(SCHEMAS));
      before
          .properties()
          .forEach(
              type ->
                  type.getValue()
                      .properties()
                      .forEach(
                          field ->
                              assertThat(now.path(type.getKey()).path(field.getKey()))
                                  .as(
                                      "%s of %s: make a new version instead",
                                      field.getKey(), type.getKey())
                                  .isEqualTo(field.getValue())));
    }
    if (System.getenv("TENON_WRITE_DOCS") != null) {
      Files.writeString(
          SCHEMAS,
          JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(now) + "\n");
    }
    assertThat(JsonMapper.shared().readTree(Files.readString(SCHEMAS))).isEqualTo(now);
  }

  /// By type and version, each field with its form.
  private static Map<String, Map<String, String>> schemas() {
    Map<String, Map<String, String>> all = new TreeMap<>();
    for (EventType type : EventType.values()) {
      Map<String, String> fields = new TreeMap<>();
      fields.put("object", "const " + type.object());
      for (EventField field : type.fields()) {
        String form = String.valueOf(field.schema().getOrDefault("format", field.form().text()));
        fields.put(field.name(), form + (field.nullable() ? " or null" : ""));
        JsonNode parts =
            JsonMapper.shared().<JsonNode>valueToTree(field.schema()).at("/items/properties");
        parts
            .properties()
            .forEach(
                part ->
                    fields.put(
                        field.name() + "[]." + part.getKey(),
                        part.getValue().path("type").toString()));
      }
      all.put(type.text() + " " + type.version(), fields);
    }
    return all;
  }

  @Test
  void thePageInTheDocumentationIsTheOneMadeFromTheCatalogue() throws IOException {
    if (System.getenv("TENON_WRITE_DOCS") != null) {
      Files.writeString(PAGE, markdown());
    }
    assertThat(Files.readString(PAGE))
        .as("write it anew: TENON_WRITE_DOCS=1 ./tenon test EventPageTest")
        .isEqualTo(markdown());
  }

  @Test
  void everyExampleFitsItsSchema() {
    for (EventType type : EventType.values()) {
      EventsFit.check(type, JsonMapper.shared().valueToTree(type.example()));
    }
  }

  @Test
  void typesAreAnObjectAndWhatHappenedAndNoneStandsTwice() {
    assertThat(Arrays.stream(EventType.values()).map(EventType::text))
        .doesNotHaveDuplicates()
        .allMatch(text -> text.matches("[a-z]+\\.[a-z_]+"));
    for (EventType type : EventType.values()) {
      assertThat(type.about()).as(type.text()).endsWith(".");
      assertThat(type.fields().stream().map(EventField::name)).doesNotHaveDuplicates();
    }
  }
}
