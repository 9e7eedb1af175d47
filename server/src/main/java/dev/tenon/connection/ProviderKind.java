package dev.tenon.connection;

import java.util.List;
import java.util.Set;

/// What a connection to one provider is made of.
///
/// @param name as connections carry it
/// @param secrets the names of its credentials; those that start with `webhook_` may roll
/// @param settings the names of what is not secret
public record ProviderKind(String name, Set<String> secrets, Set<String> settings) {

  public ProviderKind {
    secrets = Set.copyOf(secrets);
    settings = Set.copyOf(settings);
  }

  /// The providers that Tenon knows.
  public static List<ProviderKind> known() {
    return List.of(
        new ProviderKind(
            "stripe",
            Set.of("secret_key", "webhook_secret"),
            Set.of("publishable_key", "base_url", "account", "webhook_endpoint_id")),
        new ProviderKind(
            "postmark",
            Set.of("api_key", "webhook_password"),
            Set.of("base_url", "webhook_username", "message_streams")),
        new ProviderKind("resend", Set.of("api_key", "webhook_secret"), Set.of("base_url")),
        new ProviderKind(
            "sendgrid", Set.of("api_key", "webhook_public_key"), Set.of("base_url", "region")),
        new ProviderKind(
            "smtp", Set.of("password"), Set.of("host", "port", "username", "security")),
        new ProviderKind("calcom", Set.of("api_key", "webhook_secret"), Set.of("base_url")),
        new ProviderKind(
            "calendly", Set.of("token", "webhook_secret"), Set.of("base_url", "organization")),
        new ProviderKind(
            "hubspot", Set.of("access_token", "webhook_secret"), Set.of("base_url", "portal_id")),
        new ProviderKind("standard-webhooks", Set.of("webhook_secret"), Set.of()));
  }
}
