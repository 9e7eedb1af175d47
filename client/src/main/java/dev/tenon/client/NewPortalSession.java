package dev.tenon.client;

/// A portal page to be made.
///
/// @param customer our id of the customer or the provider's
/// @param returnUrl where the portal leads back to
public record NewPortalSession(String customer, String returnUrl) {}
