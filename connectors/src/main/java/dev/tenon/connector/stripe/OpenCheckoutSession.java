package dev.tenon.connector.stripe;

import dev.tenon.connector.Secret;
import org.jspecify.annotations.Nullable;

/// A Checkout Session that was just made and waits for its customer.
///
/// @param url where to send the browser; empty for an embedded one
/// @param clientSecret what the browser opens an embedded one with; null for a hosted one
public record OpenCheckoutSession(String id, String url, @Nullable Secret clientSecret) {}
