package dev.tenon.inbox;

import java.time.Instant;

/// What one fact is, as far as intake must know: enough to recognise it again, to queue it behind
/// others about the same object, and to find it.
///
/// @param key recognises the fact within its connection; a repeat carries the same
/// @param lane the object, or the owner of objects, whose facts are applied one at a time
/// @param kind the provider's name for what happened, such as `invoice.paid`
/// @param object the provider's id of the object it happened to
/// @param occurredAt when, by the provider's clock
public record ReadFact(String key, String lane, String kind, String object, Instant occurredAt) {}
