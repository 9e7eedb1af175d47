package dev.tenon.client.webhook;

/// A test.
public record EndpointTestData(String id, String object, String message) {}
