package dev.tenon.event;

import dev.tenon.db.TenantTx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// What every event about a message says of it, so that an application knows what it is about
/// without asking: to whom and as what it was sent, and what the application itself attached.
///
/// @param to its first recipients, as the API shows them
/// @param template null for a mail in own words
public record MessageLabels(
    String to,
    String stream,
    @Nullable String template,
    List<String> tags,
    Map<String, String> metadata) {
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  public MessageLabels {
    tags = List.copyOf(tags);
    metadata = Map.copyOf(metadata);
  }

  /// As the row of the message holds them.
  ///
  /// @param metadata as JSON, or null
  public static MessageLabels of(
      String to,
      String stream,
      @Nullable String template,
      String @Nullable [] tags,
      @Nullable String metadata) {
    return new MessageLabels(
        to, stream, template, tags == null ? List.of() : List.of(tags), metadata(metadata));
  }

  /// Those of a stored message; empty when there is none.
  public static Optional<MessageLabels> find(TenantTx tx, UUID message) {
    return EventStore.labels(tx, message);
  }

  /// Metadata as the column holds it.
  public static Map<String, String> metadata(@Nullable String json) {
    return json == null ? Map.of() : JsonMapper.shared().readValue(json, TEXTS);
  }

  /// Adds them to what an event says.
  public Map<String, @Nullable Object> with(Map<String, ? extends @Nullable Object> data) {
    Map<String, @Nullable Object> whole = new HashMap<>(data);
    whole.put("to", to);
    whole.put("stream", stream);
    whole.put("template", template);
    whole.put("tags", tags);
    whole.put("metadata", metadata);
    return whole;
  }
}
