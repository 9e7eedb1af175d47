package dev.tenon.connector.stripe;

/// A customer to create.
///
/// @param name empty when it isn't known
public record NewCustomer(Origin origin, String email, String name) {}
