package dev.tenon.connector.stripe;

import java.util.List;

/// One page of events, the newest first.
///
/// @param events each as JSON text, as a webhook would bring it, for [StripeEvent#read]
/// @param lastId what [EventQuery#startingAfter] takes for the next page, empty on an empty page
public record EventPage(List<String> events, String lastId, boolean hasMore) {
  public EventPage {
    events = List.copyOf(events);
  }
}
