/// Cal.com: event types, slots, bookings and webhooks through its API v2, hosted or self-hosted,
/// and the reading of what it sends.
@org.jspecify.annotations.NullMarked
package dev.tenon.connector.calcom;
