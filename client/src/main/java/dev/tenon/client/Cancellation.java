package dev.tenon.client;

/// When a subscription is to end.
public record Cancellation(At at) {
  /// The moments to choose from.
  public enum At {
    /// With the period that is paid.
    PERIOD_END,
    /// At once, without a refund.
    NOW
  }
}
