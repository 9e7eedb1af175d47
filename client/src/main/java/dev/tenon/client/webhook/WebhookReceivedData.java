package dev.tenon.client.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a service that Tenon knows nothing of sent, its signature checked.
///
/// @param id the connection's
/// @param provider the connection's kind, `hmac` or `standard-webhooks`
/// @param receivedEvent its id in the API
/// @param kind what happened, as the service calls it; `webhook` if nothing says
/// @param subject what it is about, where the connection's settings say where that stands
/// @param occurredAt when it was signed, else when it came
/// @param encoding how `body` is written: `utf-8` or `base64`
/// @param body the bytes as they came; null over 256 KiB
/// @param bodyBytes how large it was
public record WebhookReceivedData(
    String id,
    String object,
    String provider,
    String receivedEvent,
    String kind,
    @Nullable String subject,
    Instant occurredAt,
    String encoding,
    @Nullable String body,
    long bodyBytes) {}
