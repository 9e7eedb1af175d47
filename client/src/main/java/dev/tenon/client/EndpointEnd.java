package dev.tenon.client;

/// Why an endpoint is disabled, for people.
public record EndpointEnd(String reason) {}
