package dev.tenon.client;

/// A test event was told.
///
/// @param event its id
public record TestSent(String event) {}
