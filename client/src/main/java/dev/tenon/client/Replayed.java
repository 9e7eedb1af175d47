package dev.tenon.client;

/// How many facts were put back to be applied again.
public record Replayed(int facts) {}
