package dev.tenon.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What to change of an endpoint; null leaves a field as it is.
///
/// @param eventTypes replaces all; an empty list is all types
/// @param headers replaces all of its own headers
/// @param rate 0 takes the limit away
public record EndpointChange(
    @Nullable String url,
    @Nullable String description,
    @Nullable List<String> eventTypes,
    @Nullable Map<String, String> headers,
    @Nullable Integer rate,
    @Nullable Boolean ordered,
    NewEndpoint.@Nullable Payload payload) {

  /// Changes where it is.
  public static EndpointChange url(String url) {
    return new EndpointChange(url, null, null, null, null, null, null);
  }

  /// Changes what it is told of.
  public static EndpointChange eventTypes(List<String> types) {
    return new EndpointChange(null, null, types, null, null, null, null);
  }

  /// Without the headers' values, which are often secrets.
  @Override
  public String toString() {
    return "EndpointChange[url=%s, eventTypes=%s]".formatted(url, eventTypes);
  }
}
