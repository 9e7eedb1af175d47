package dev.tenon.client.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.client.json.JsonReader;
import dev.tenon.client.json.JsonRecords;
import dev.tenon.client.json.JsonWriter;
import dev.tenon.event.EventType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every event of the catalogue has its record in the client, with the same fields. A type that is
/// new needs a record in `TenonEvent` and a line in `EventKinds`.
class EventDriftTest {
  @ParameterizedTest
  @EnumSource
  void hasARecordForEachType(EventType type) {
    TenonEvent event = TenonEvent.of(JsonReader.readObject(JsonWriter.write(type.example())));

    assertThat(event).isNotInstanceOfAny(TenonEvent.Other.class, TenonEvent.Thin.class);
    assertThat(event.type()).isEqualTo(type.text());
    Class<? extends Record> data =
        Arrays.stream(EventKinds.values())
            .filter(kind -> kind.type().equals(type.text()))
            .map(EventKinds::data)
            .findFirst()
            .orElseThrow();
    assertThat(fields(data)).isEqualTo(documented(type));
  }

  /// Each field of the record, and whether it may be null.
  private static Map<String, Boolean> fields(Class<? extends Record> data) {
    return Arrays.stream(data.getRecordComponents())
        .collect(
            Collectors.toMap(
                one -> JsonRecords.fieldName(one.getName()), EventDriftTest::nullable));
  }

  private static boolean nullable(RecordComponent component) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private static Map<String, Boolean> documented(EventType type) {
    Map<String, Boolean> out = new LinkedHashMap<>();
    JsonMapper.shared()
        .<JsonNode>valueToTree(type.schema())
        .at("/properties/data/properties")
        .properties()
        .forEach(field -> out.put(field.getKey(), field.getValue().path("type").isArray()));
    return out;
  }
}
