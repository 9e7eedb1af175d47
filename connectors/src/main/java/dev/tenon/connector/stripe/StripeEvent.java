package dev.tenon.connector.stripe;

import java.time.Instant;

/// The few fields of an event that decide, at intake, whether it came before, about what it is and
/// which lane it takes. The rest stays in the raw bytes until it is applied.
///
/// @param id Stripe's event id, the dedupe key; 1 to 255 printable ASCII characters
/// @param type such as `invoice.paid`; unknown types are as welcome as known ones
/// @param created when it happened, to the second, which can't order two events of one second
/// @param apiVersion what the shape of the object follows, empty when Stripe doesn't say
/// @param account the connected account it is about, empty outside Connect
/// @param livemode false for test data
/// @param form whether the object came along
/// @param subject what it is about
public record StripeEvent(
    String id,
    String type,
    Instant created,
    String apiVersion,
    String account,
    boolean livemode,
    Form form,
    Subject subject) {

  /// What of the object travels in the event.
  public enum Form {
    /// A v1 event: `data.object` is the object as it was.
    SNAPSHOT,
    /// A v2 event or a thin notification: names the object, which must be fetched.
    THIN
  }

  /// The object that an event is about. Absent fields are empty.
  ///
  /// @param id the object's id; some objects (a balance) have none
  /// @param object its kind, such as `subscription`
  /// @param customer the customer's id, or that of the customer's account (Accounts v2)
  /// @param subscription the subscription's id; for a subscription, its own
  /// @param invoice the invoice that it names, as an invoice payment does
  /// @param payment for a dispute, a charge or a refund: the payment intent behind it
  public record Subject(
      String id,
      String object,
      String customer,
      String subscription,
      String invoice,
      String payment) {}

  /// What became of reading an event.
  public sealed interface Reading {
    /// It is an event.
    record Read(StripeEvent event) implements Reading {}

    /// It is none.
    ///
    /// @param reason in words, without the body's content
    record Refused(String reason) implements Reading {}
  }

  /// Reads an event from the raw body, whole and strictly (one JSON object, nothing after it, at
  /// most 64 levels, no field twice that decides anything), without building a tree. Verify the
  /// signature first. Never throws.
  public static Reading read(byte[] body) {
    return EventParser.read(body);
  }

  /// The lane: events with one key are applied one at a time. It is the customer where one is
  /// named, so that a customer's session, subscription and invoices queue up behind each other;
  /// else the invoice it names; else the payment behind a dispute, a charge or a refund, by which
  /// these are found once it is known whose it is; else the object; else the event itself, which
  /// then waits for nobody. The connected account is no part of it: an account's own list tells the
  /// same event without naming it. Ids of two accounts that are the same only wait for each other.
  public String laneKey() {
    return !subject.customer().isEmpty()
        ? subject.customer()
        : !subject.invoice().isEmpty()
            ? subject.invoice()
            : !subject.payment().isEmpty()
                ? subject.payment()
                : !subject.id().isEmpty() ? subject.id() : id;
  }
}
