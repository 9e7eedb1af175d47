package dev.tenon.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An endpoint to be made. Begin with [#at]; the other methods answer a changed copy.
///
/// @param url https, at a public host
/// @param eventTypes only these; all where it is null
/// @param headers headers of its own, up to 20
/// @param rate calls a second at most
/// @param ordered one at a time for each object, in the order of telling
public record NewEndpoint(
    String url,
    @Nullable String description,
    @Nullable List<String> eventTypes,
    @Nullable Map<String, String> headers,
    @Nullable Integer rate,
    @Nullable Boolean ordered,
    @Nullable Payload payload,
    @Nullable Signing signing) {

  /// How much an endpoint is told.
  public enum Payload {
    FULL,
    /// Id and kind of the object alone.
    THIN
  }

  /// An endpoint for all events, told in full and signed by HMAC.
  public static NewEndpoint at(String url) {
    return new NewEndpoint(url, null, null, null, null, null, null, null);
  }

  public NewEndpoint description(String description) {
    return new NewEndpoint(url, description, eventTypes, headers, rate, ordered, payload, signing);
  }

  public NewEndpoint eventTypes(String... types) {
    return new NewEndpoint(
        url, description, List.of(types), headers, rate, ordered, payload, signing);
  }

  public NewEndpoint headers(Map<String, String> headers) {
    return new NewEndpoint(url, description, eventTypes, headers, rate, ordered, payload, signing);
  }

  public NewEndpoint rate(int callsPerSecond) {
    return new NewEndpoint(
        url, description, eventTypes, headers, callsPerSecond, ordered, payload, signing);
  }

  public NewEndpoint inOrder() {
    return new NewEndpoint(url, description, eventTypes, headers, rate, true, payload, signing);
  }

  public NewEndpoint thin() {
    return new NewEndpoint(
        url, description, eventTypes, headers, rate, ordered, Payload.THIN, signing);
  }

  public NewEndpoint signedBy(Signing signing) {
    return new NewEndpoint(url, description, eventTypes, headers, rate, ordered, payload, signing);
  }

  /// Without the headers' values, which are often secrets.
  @Override
  public String toString() {
    return "NewEndpoint[url=%s, eventTypes=%s]".formatted(url, eventTypes);
  }
}
