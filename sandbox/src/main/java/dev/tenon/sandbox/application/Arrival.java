package dev.tenon.sandbox.application;

import java.time.Instant;

/// An event that arrived.
///
/// @param number counts the arrivals
/// @param id `webhook-id`: the same when it comes again
/// @param tries how often this id has come so far
/// @param verdict what its signature said
/// @param type as the payload says it; empty when the body is no event
/// @param about `data.id` of the payload
/// @param status what it was answered with
record Arrival(
    long number,
    String id,
    int tries,
    Instant at,
    SignatureCheck.Verdict verdict,
    String type,
    String about,
    int status,
    String body) {}
