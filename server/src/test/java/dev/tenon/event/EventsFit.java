package dev.tenon.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// That events which were really written are what the catalogue says, field by field. Called where
/// a test that made some ends.
public final class EventsFit {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Map<EventType, Schema> SCHEMAS = new EnumMap<>(EventType.class);

  private EventsFit() {}

  /// Checks up to a thousand events of a database.
  public static void check(TestDatabase database) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                """
                select tenant_id, id, type, about, payload::text, created_at from tenon.event
                limit 1000
                """)) {
      while (rows.next()) {
        String type = rows.getString("type");
        byte[] payload =
            EventPayload.full(
                new TenantId(rows.getObject("tenant_id", UUID.class)),
                rows.getObject("id", UUID.class),
                type,
                rows.getString("about"),
                rows.getObject("created_at", OffsetDateTime.class).toInstant(),
                rows.getString("payload"));
        check(
            EventType.parse(type).orElseThrow(),
            JSON.readTree(new String(payload, StandardCharsets.UTF_8)));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static void check(EventType type, JsonNode payload) {
    Schema schema =
        SCHEMAS.computeIfAbsent(
            type,
            one ->
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(closed(JSON.valueToTree(one.schema()))));
    assertThat(
            schema.validate(
                payload,
                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true))))
        .as("%s", payload)
        .isEmpty();
  }

  /// What the catalogue doesn't name may not be there.
  private static ObjectNode closed(ObjectNode schema) {
    schema.put("additionalProperties", false);
    ((ObjectNode) schema.at("/properties/data")).put("additionalProperties", false);
    for (JsonNode field : schema.at("/properties/data/properties")) {
      if (field.path("items") instanceof ObjectNode entry) {
        entry.put("additionalProperties", false);
      }
    }
    return schema;
  }
}
