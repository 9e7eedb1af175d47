package dev.tenon.client;

import dev.tenon.client.json.JsonReader;
import dev.tenon.client.webhook.TenonEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event as Tenon keeps it.
///
/// @param about the id of the object it is about
/// @param payload what an endpoint with `payload: full` gets; [#event] is the same with types
/// @param cause the fact that it followed from
public record StoredEvent(
    String id,
    String type,
    String about,
    Object payload,
    @Nullable String cause,
    Instant createdAt) {

  /// The same as a receiver of webhooks gets it.
  public TenonEvent event() {
    return TenonEvent.of(JsonReader.object(payload));
  }
}
