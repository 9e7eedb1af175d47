package dev.tenon.console;

/// Where a provider sends its webhooks.
///
/// @param name the connection's name
/// @param url the address to enter at the provider
public record WebhookAddress(String provider, String name, String url) {}
