package dev.tenon.console;

import java.util.UUID;

/// A message in a list and at the head of its page.
///
/// @param sentBy the provider that really sent it; empty while none has
/// @param reason why it ended as it did; empty when that goes without saying
/// @param template the template's name; empty for a mail that came whole
public record MessageRow(
    UUID id,
    Mark mark,
    String state,
    String recipient,
    String sender,
    String subject,
    String template,
    String stream,
    String policy,
    String priority,
    String sentBy,
    String providerMessageId,
    String reason,
    String about,
    Moment createdAt) {}
