package dev.tenon.client.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a provider reports of a message.
///
/// @param state the message's state after this
/// @param provider who reports it
/// @param recipient whom it is about; null where the provider doesn't say which of several
/// @param cause `none`, `invalid`, `bounced`, `timed_out`, `blocked`, `spam`, `unsubscribed` or
///   `other`
/// @param lasting whether the address takes no mail from now on
/// @param reason what was said, in words
/// @param occurredAt by the provider's clock
/// @param to its first recipients
/// @param template that it was made from; null for one in own words
/// @param tags that it was given
/// @param metadata that it was given
public record MessageReportData(
    String id,
    String object,
    String state,
    String provider,
    @Nullable String recipient,
    String cause,
    boolean lasting,
    String reason,
    Instant occurredAt,
    String to,
    String stream,
    @Nullable String template,
    List<String> tags,
    Map<String, String> metadata) {}
