package dev.tenon.event;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The JSON of an event as it is delivered: `{"id": "evt_…", "type": "…", "tenant": "ten_…",
/// "created_at": "…", "data": {…}}`. The bytes of one event are the same at every try, so that a
/// receiver may compare them.
public final class EventPayload {
  private static final JsonMapper JSON = JsonMapper.shared();

  private EventPayload() {}

  /// Everything that is known of it.
  ///
  /// @param data as the event stores it
  public static byte[] full(
      TenantId tenant, UUID id, String type, String about, Instant createdAt, String data) {
    ObjectNode whole = head(tenant, id, type, createdAt);
    ObjectNode shown = whole.putObject("data");
    shown.put("id", about);
    shown.put("object", object(type));
    if (JSON.readTree(data) instanceof ObjectNode stored) {
      shown.setAll(stored);
    }
    return bytes(whole);
  }

  /// Only which object it is about: the receiver asks the API for the rest.
  public static byte[] thin(
      TenantId tenant, UUID id, String type, String about, Instant createdAt) {
    ObjectNode whole = head(tenant, id, type, createdAt);
    whole.putObject("data").put("id", about).put("object", object(type));
    return bytes(whole);
  }

  private static ObjectNode head(TenantId tenant, UUID id, String type, Instant createdAt) {
    return JSON.createObjectNode()
        .put("id", Ids.write(Prefix.EVENT, id))
        .put("type", type)
        .put("tenant", tenant.toString())
        .put("created_at", createdAt.toString());
  }

  /// An event of a type that this version doesn't know is about what its type begins with.
  private static String object(String type) {
    return EventType.parse(type)
        .map(EventType::object)
        .orElseGet(() -> type.substring(0, Math.max(0, type.indexOf('.'))));
  }

  private static byte[] bytes(ObjectNode whole) {
    return JSON.writeValueAsString(whole).getBytes(StandardCharsets.UTF_8);
  }
}
