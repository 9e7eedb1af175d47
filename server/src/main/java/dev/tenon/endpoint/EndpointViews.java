package dev.tenon.endpoint;

import dev.tenon.connector.Secret;
import dev.tenon.http.About;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Endpoints in the API.
final class EndpointViews {
  private EndpointViews() {}

  /// An endpoint that is to be made.
  public record CreateEndpoint(
      @About("https, at a public host; at most 2000 characters.") String url,
      @About("For people; at most 500 characters.") @Nullable String description,
      @About("Only these types; all where it is empty or not given.")
          @Nullable List<String> eventTypes,
      @About("Headers of its own, up to 20. Their values are write-only.")
          @Nullable Map<String, Secret> headers,
      @About("Calls a second at most, 1 to 1000; no limit where it is not given.")
          @Nullable Integer rate,
      @About(
              "One at a time for each object, in the order of telling. A delivery that fails holds"
                  + " those of the same object behind it, and no others.")
          @Nullable Boolean ordered,
      @About("`full` (the default), or `thin`: `data` has id and object only.")
          EndpointSettings.@Nullable Payload payload,
      @About("`v1` (HMAC, the default) or `v1a` (ed25519).") Endpoint.@Nullable Signing signing) {}

  /// What is to be different about an endpoint.
  public record UpdateEndpoint(
      @Nullable String url,
      @Nullable String description,
      @About("Replaces all; an empty list is all types.") @Nullable List<String> eventTypes,
      @About("Replaces all of its own headers.") @Nullable Map<String, Secret> headers,
      @About("0 takes the limit away.") @Nullable Integer rate,
      @About("Counts for what is told from now on.") @Nullable Boolean ordered,
      EndpointSettings.@Nullable Payload payload) {}

  /// How to change the signing key.
  public record RotateSecret(
      @About("Of the new key; as now where it is not given.") Endpoint.@Nullable Signing signing,
      @About("Until when the older keys sign too, at most 30 days; 24 hours where it is not given.")
          @Nullable Instant previousExpiresAt) {}

  /// Why to disable it.
  public record DisableEndpoint(@About("For people.") @Nullable String reason) {}

  /// A signing key, without its value.
  public record SigningKeyView(
      Endpoint.Signing signing,
      @About("Of `v1a`: what the receiver verifies with.") @Nullable String publicKey,
      Instant createdAt,
      @Nullable Instant expiresAt) {}

  /// An endpoint in the API.
  public record EndpointView(
      String id,
      String url,
      String description,
      @About("Empty for all.") List<String> eventTypes,
      @About("Names of its own headers; their values are never shown.") List<String> headerNames,
      @Nullable Integer rate,
      boolean ordered,
      EndpointSettings.Payload payload,
      Endpoint.Signing signing,
      @About("Shown once, in the answer that made it; null everywhere else, and with `v1a`.")
          @Nullable String secret,
      @About("Those that sign, the newest first.") List<SigningKeyView> signingKeys,
      Endpoint.State state,
      @About("Empty while it is enabled.") String disabledReason,
      @Nullable Instant disabledAt,
      @About("Failed calls since the last one that succeeded.") int failures,
      @Nullable Instant failingSince,
      @About("After many failures it rests until then; one single call is made next.")
          @Nullable Instant restsUntil,
      @About("What came of the last failed call.") String lastError,
      Instant createdAt,
      Instant updatedAt) {}

  /// What a view has when two show the same endpoint as people left it, however it fares.
  static List<Object> edited(EndpointView view) {
    return List.of(view.id(), view.updatedAt());
  }

  /// The event that was sent.
  public record TestSent(
      @About("See `GET …/deliveries?event=` for what became of it.") String event) {}

  static EndpointView view(
      Endpoint endpoint, EndpointHealth health, @Nullable Secret shown, Instant now) {
    EndpointSettings settings = endpoint.settings();
    return new EndpointView(
        Endpoint.write(endpoint.id()),
        settings.url(),
        settings.description(),
        settings.eventTypes(),
        settings.headerNames(),
        settings.rate(),
        settings.ordered(),
        settings.payload(),
        endpoint.signing(),
        shown == null ? null : shown.reveal(),
        endpoint.keys().stream()
            .filter(key -> key.validAt(now))
            .map(
                key ->
                    new SigningKeyView(
                        key.kind(), key.publicKey(), key.createdAt(), key.expiresAt()))
            .toList(),
        endpoint.state(),
        endpoint.disabledReason(),
        endpoint.disabledAt(),
        health.failures(),
        health.failingSince(),
        health.restsUntil(),
        health.lastError(),
        endpoint.createdAt(),
        endpoint.updatedAt());
  }
}
