package dev.tenon.client;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The emails of a tenant. A message that is answered is stored: it is sent later, and events tell
/// what became of it.
///
/// Each built-in template has its method. `data` holds its variables: those that are named here are
/// needed, and one that is missing is a problem that names it.
public final class Messages {
  private final Caller caller;

  Messages(Caller caller) {
    this.caller = caller;
  }

  /// Sends any message.
  public Message send(NewMessage message) {
    return caller.one(Message.class, Call.SEND_MESSAGE, message);
  }

  /// Sends by a template, built in or the tenant's own.
  public Message sendTemplate(String template, String to, Map<String, ?> data) {
    return send(NewMessage.template(template, to, data));
  }

  /// Sends own words as plain text.
  public Message sendWords(String to, String subject, String text) {
    return send(NewMessage.words(to, subject, text));
  }

  /// Greets a new customer: `customer_name`.
  public Message sendWelcomeEmail(String to, Map<String, ?> data) {
    return sendTemplate("welcome", to, data);
  }

  /// Confirms a subscription: `plan`, `amount`, `period_end`.
  public Message sendSubscriptionConfirmationEmail(String to, Map<String, ?> data) {
    return sendTemplate("subscription-confirmation", to, data);
  }

  /// Confirms a cancellation: `plan`, `period_end`.
  public Message sendSubscriptionCancellationEmail(String to, Map<String, ?> data) {
    return sendTemplate("subscription-cancellation", to, data);
  }

  /// Says that a payment failed: `plan`, `amount`.
  public Message sendPaymentFailedEmail(String to, Map<String, ?> data) {
    return sendTemplate("payment-failed", to, data);
  }

  /// Asks the customer to confirm a payment: `amount`.
  public Message sendPaymentActionRequiredEmail(String to, Map<String, ?> data) {
    return sendTemplate("payment-action-required", to, data);
  }

  /// Says that a trial ends soon: `plan`, `trial_end`.
  public Message sendTrialEndingEmail(String to, Map<String, ?> data) {
    return sendTemplate("trial-ending", to, data);
  }

  /// A receipt: `amount`, `paid_at`, `receipt_number`, `description`.
  public Message sendReceiptEmail(String to, Map<String, ?> data) {
    return sendTemplate("receipt", to, data);
  }

  /// Confirms a booking: `customer_name`, `event_name`, `start_time`, `end_time`.
  public Message sendBookingConfirmationEmail(String to, Map<String, ?> data) {
    return sendTemplate("booking-confirmation", to, data);
  }

  /// Says that a booking was moved: `customer_name`, `event_name`, `start_time`, `end_time`.
  public Message sendBookingRescheduledEmail(String to, Map<String, ?> data) {
    return sendTemplate("booking-rescheduled", to, data);
  }

  /// Says that a booking was cancelled: `customer_name`, `event_name`, `start_time`, `end_time`.
  public Message sendBookingCancelledEmail(String to, Map<String, ?> data) {
    return sendTemplate("booking-cancelled", to, data);
  }

  /// One message with its attempts.
  public Message get(String message) {
    return caller.one(Message.class, Call.GET_MESSAGE, null, message);
  }

  /// Withdraws a message that certainly has not been sent.
  public Message cancel(String message) {
    return caller.one(Message.class, Call.CANCEL_MESSAGE, null, message);
  }

  /// All, newest first, page by page as the stream gets there.
  public Stream<Message> list() {
    return list(MessageFilter.all());
  }

  /// Those that fit, newest first, page by page as the stream gets there.
  public Stream<Message> list(MessageFilter filter) {
    return caller.all(Message.class, Call.LIST_MESSAGES, filter.queries());
  }

  /// One page.
  ///
  /// @param cursor of the page before; null for the first one
  public Page<Message> page(@Nullable String cursor, int limit) {
    return page(MessageFilter.all(), cursor, limit);
  }

  /// One page of those that fit. It may hold fewer than `limit`, or none, and still not be the
  /// last: the cursor says so.
  public Page<Message> page(MessageFilter filter, @Nullable String cursor, int limit) {
    return caller.page(Message.class, Call.LIST_MESSAGES, filter.queries(), cursor, limit);
  }
}
