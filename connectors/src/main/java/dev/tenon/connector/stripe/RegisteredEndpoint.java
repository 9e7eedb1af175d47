package dev.tenon.connector.stripe;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A webhook endpoint as Stripe lists it: without its secret, which is told once.
///
/// @param apiVersion what its events follow; empty where it has none of its own
/// @param types event types, or `*` for all
public record RegisteredEndpoint(
    String id,
    String url,
    boolean enabled,
    String apiVersion,
    List<String> types,
    boolean livemode,
    Map<String, String> metadata) {

  public RegisteredEndpoint {
    types = List.copyOf(types);
    metadata = Map.copyOf(metadata);
  }

  static RegisteredEndpoint of(JsonNode endpoint) {
    return new RegisteredEndpoint(
        StripeObjects.required(endpoint, "id"),
        StripeObjects.text(endpoint, "url"),
        StripeObjects.text(endpoint, "status").equals("enabled"),
        StripeObjects.text(endpoint, "api_version"),
        endpoint
            .path("enabled_events")
            .valueStream()
            .filter(JsonNode::isString)
            .map(JsonNode::stringValue)
            .toList(),
        StripeObjects.flag(endpoint, "livemode"),
        StripeObjects.metadata(endpoint));
  }
}
