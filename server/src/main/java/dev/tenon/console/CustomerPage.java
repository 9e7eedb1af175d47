package dev.tenon.console;

import java.util.List;

/// A customer with what is theirs, and what became of it.
///
/// @param more whether the story is longer than what is shown
public record CustomerPage(
    IdText id,
    CustomerRow row,
    List<SubscriptionRow> subscriptions,
    List<PaymentRow> payments,
    List<DisputeRow> disputes,
    List<TimelineStep> timeline,
    boolean more) {
  public CustomerPage {
    subscriptions = List.copyOf(subscriptions);
    payments = List.copyOf(payments);
    disputes = List.copyOf(disputes);
    timeline = List.copyOf(timeline);
  }
}
