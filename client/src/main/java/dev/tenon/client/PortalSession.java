package dev.tenon.client;

/// A page on which a customer sees and changes what they subscribed to.
///
/// @param url send the browser there; it is for this customer alone
public record PortalSession(String url) {}
