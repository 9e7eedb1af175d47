package dev.tenon.sandbox.mailbox;

import java.time.Instant;

/// One thing that happened to a mail at one recipient.
///
/// @param id unique, of letters, digits, `-` and `_`
/// @param recipient the bare address in lower case
/// @param detail the type of a bounce in the provider's own words, the link that was clicked, or
///   empty
public record MailEvent(
    String id, Happening happening, String recipient, Instant at, String detail) {}
