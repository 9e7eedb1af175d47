package dev.tenon.connection;

import dev.tenon.connector.Secret;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an arriving webhook needs to know about its connection.
///
/// @param settings what is not secret
public record InboundConnection(
    TenantId tenant,
    ConnectionId id,
    String provider,
    Connection.State state,
    java.util.Map<String, String> settings,
    List<WebhookSecret> webhookSecrets) {

  public InboundConnection {
    settings = java.util.Map.copyOf(settings);
    webhookSecrets = List.copyOf(webhookSecrets);
  }

  /// A secret that webhooks may be signed with.
  ///
  /// @param field `webhook_secret`, or another name where a provider has more than one kind
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public record WebhookSecret(String field, Secret secret, Optional<Instant> expiresAt) {}

  /// The secrets that are good at `now`, the newest first. An empty list must never pass as
  /// verified.
  public List<Secret> secretsAt(Instant now) {
    // A loop, since this runs for every webhook.
    List<Secret> good = new ArrayList<>(webhookSecrets.size());
    for (WebhookSecret secret : webhookSecrets) {
      if (secret.expiresAt().isEmpty() || secret.expiresAt().get().isAfter(now)) {
        good.add(secret.secret());
      }
    }
    return good;
  }
}
