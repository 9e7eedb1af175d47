package dev.tenon.connector.stripe;

import java.time.Instant;
import java.util.List;

/// Which of Stripe's own events to list, the newest first. Stripe keeps them for 30 days.
///
/// @param createdFrom to the second, inclusive
/// @param createdUntil to the second, inclusive
/// @param types at most 20, or none for all
/// @param startingAfter the id to go on after, towards older ones; empty for the first page
/// @param undeliveredOnly only those that no endpoint has taken
/// @param limit 1 to 50: more might not fit the bound on an answer
public record EventQuery(
    Instant createdFrom,
    Instant createdUntil,
    List<String> types,
    String startingAfter,
    boolean undeliveredOnly,
    int limit) {
  private static final int TYPES_MAX = 20;
  private static final int LIMIT_MAX = 50;

  public EventQuery {
    types = List.copyOf(types);
    if (types.size() > TYPES_MAX || limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException("at most 20 types, and 1 to 50 events a page");
    }
  }
}
