package dev.tenon.endpoint;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Ed25519WebhookSignature;
import dev.tenon.connector.signature.StandardWebhookSignature;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An endpoint with its secrets opened, for the calls to it.
///
/// @param headers its own headers
public record CallableEndpoint(
    URI url, boolean thin, Map<String, Secret> headers, List<OpenedKey> keys) {

  public CallableEndpoint {
    headers = Map.copyOf(headers);
    keys = List.copyOf(keys);
  }

  /// A key that signs.
  record OpenedKey(Endpoint.Signing kind, Secret secret, @Nullable Instant expiresAt) {
    String sign(byte[] body, String id, Instant now) {
      return switch (kind) {
        case V1 -> StandardWebhookSignature.sign(body, id, now, secret);
        case V1A -> Ed25519WebhookSignature.sign(body, id, now, secret);
      };
    }
  }

  /// The value of `webhook-signature`: by every key that is valid now, the newest first, so that a
  /// receiver may hold the old one or the new one while it rolls.
  public String sign(byte[] body, String id, Instant now) {
    return keys.stream()
        .filter(key -> key.expiresAt() == null || key.expiresAt().isAfter(now))
        .map(key -> key.sign(body, id, now))
        .collect(Collectors.joining(" "));
  }
}
