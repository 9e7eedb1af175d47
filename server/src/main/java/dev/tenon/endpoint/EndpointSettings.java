package dev.tenon.endpoint;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What its owner chose for an endpoint.
///
/// @param eventTypes which types it hears; empty for all
/// @param headerNames its own headers, whose values are sealed
/// @param rate calls a second at most, over all nodes; null for no limit
/// @param ordered one at a time for each object, in the order in which they were told
public record EndpointSettings(
    String url,
    String description,
    List<String> eventTypes,
    List<String> headerNames,
    @Nullable Integer rate,
    boolean ordered,
    Payload payload) {

  public EndpointSettings {
    eventTypes = List.copyOf(eventTypes);
    headerNames = List.copyOf(headerNames);
  }

  /// How much of an event it gets.
  public enum Payload {
    FULL,
    THIN;

    /// As it stands in the database and in the API.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
