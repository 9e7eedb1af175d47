package dev.tenon.event;

/// Every event that Tenon tells the application, in one list.
public enum EventType {
  CUSTOMER_CREATED("customer.created"),
  SUBSCRIPTION_ACTIVATED("subscription.activated"),
  SUBSCRIPTION_UPDATED("subscription.updated"),
  SUBSCRIPTION_PAST_DUE("subscription.past_due"),
  SUBSCRIPTION_CANCELLED("subscription.cancelled"),
  PAYMENT_SUCCEEDED("payment.succeeded"),
  PAYMENT_FAILED("payment.failed"),
  PAYMENT_REFUNDED("payment.refunded"),
  MESSAGE_SENT("message.sent"),
  MESSAGE_FAILED("message.failed"),
  MESSAGE_UNCERTAIN("message.uncertain");

  private final String text;

  EventType(String text) {
    this.text = text;
  }

  /// The type as it stands in the payload.
  public String text() {
    return text;
  }
}
