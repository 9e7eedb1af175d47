package dev.tenon.console;

import java.util.List;

/// What an empty page teaches.
///
/// @param webhooks where this tenant's providers send to, at most three; empty when it has no
///   connection that takes webhooks
/// @param api the address of this tenant in the API
public record FirstStep(List<WebhookAddress> webhooks, String api) {
  public FirstStep {
    webhooks = List.copyOf(webhooks);
  }

  /// The command that connects Stripe.
  public String connect() {
    return """
        curl -X POST -H 'Authorization: Bearer tn_…' -H 'Content-Type: application/json' \\
          -d '{"provider": "stripe", "name": "Stripe", "environment": "development",
               "credentials": {"secret_key": "sk_test_…", "webhook_secret": "whsec_…"}}' \\
          %s/connections"""
        .formatted(api);
  }

  /// The command that sends a first mail.
  public String send() {
    return """
        curl -X POST -H 'Authorization: Bearer tn_…' -H 'Content-Type: application/json' \\
          -d '{"template": "welcome", "to": "you@example.com", "data": {"customer_name": "You"}}' \\
          %s/messages"""
        .formatted(api);
  }
}
