package dev.tenon.connector.stripe;

import dev.tenon.connector.Secret;

/// A webhook endpoint that was registered at Stripe.
///
/// @param secret signs what is sent there; Stripe tells it this once
/// @param apiVersion what the events sent there follow
public record WebhookEndpoint(String id, String url, Secret secret, String apiVersion) {}
