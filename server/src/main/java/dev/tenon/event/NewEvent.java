package dev.tenon.event;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An event to be told.
///
/// @param about the id of the record it is about, as it is written
/// @param data what the receiver gets to know, in the words of the API
/// @param cause the fact that led to it
/// @param onlyEndpoint the one endpoint that it is for; null for all that listen
public record NewEvent(
    EventType type,
    String about,
    Map<String, @Nullable Object> data,
    @Nullable UUID cause,
    @Nullable UUID onlyEndpoint) {

  /// An event for all that listen.
  public NewEvent(
      EventType type, String about, Map<String, @Nullable Object> data, @Nullable UUID cause) {
    this(type, about, data, cause, null);
  }
}
