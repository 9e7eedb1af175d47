package dev.tenon.sandbox;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;

/// One webhook on its way to one endpoint.
///
/// @param eventId the provider's id of what happened
/// @param eventType the provider's word for it
/// @param url where it goes
/// @param body exactly what is signed and sent, as UTF-8
/// @param headers made afresh for every try, since signatures carry the time
public record OutgoingWebhook(
    String eventId,
    String eventType,
    URI url,
    String body,
    Function<Instant, Map<String, String>> headers) {}
