package dev.tenon.sandbox;

import java.net.URI;

/// One webhook on its way to one endpoint.
///
/// @param eventId the provider's id of what happened
/// @param eventType the provider's word for it
/// @param endpoint whom it is for, in the simulator's own words; see [Webhooks.Addresses]
/// @param url where it goes at the time of sending
/// @param body exactly what is signed and sent, as UTF-8
public record OutgoingWebhook(
    String eventId, String eventType, String endpoint, URI url, String body) {}
