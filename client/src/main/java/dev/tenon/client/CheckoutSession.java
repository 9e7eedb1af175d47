package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// A payment page of the provider.
///
/// @param url send the browser there; null for an embedded one
/// @param clientSecret for Stripe.js in the browser; null for a hosted one
public record CheckoutSession(
    String providerId, @Nullable String url, @Nullable String clientSecret) {
  /// Without the client secret: it is for one browser.
  @Override
  public String toString() {
    return "CheckoutSession[providerId=%s, url=%s]".formatted(providerId, url);
  }
}
