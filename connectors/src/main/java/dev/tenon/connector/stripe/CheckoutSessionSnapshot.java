package dev.tenon.connector.stripe;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A Checkout Session as one event or answer showed it. Absent texts are empty, absent times null.
/// The client secret of an embedded session is left out on purpose: nothing here needs it.
///
/// @param mode `payment`, `setup` or `subscription`
/// @param status `open`, `complete` or `expired`
/// @param paymentStatus `paid`, `unpaid` or `no_payment_required`; a complete session may be unpaid
///   while a slow payment method settles
/// @param customerEmail what the customer typed, else what the session was made with
/// @param amountTotal in minor units, null while it isn't known
/// @param url where the browser is sent, empty once the session is over or when it is embedded
/// @param metadata the session's own; it does not travel to the subscription by itself
public record CheckoutSessionSnapshot(
    String id,
    String mode,
    String status,
    String paymentStatus,
    String customer,
    String customerEmail,
    String customerName,
    String subscription,
    String invoice,
    String paymentIntent,
    String clientReferenceId,
    @Nullable Long amountTotal,
    String currency,
    String url,
    @Nullable Instant created,
    @Nullable Instant expiresAt,
    Map<String, String> metadata,
    boolean livemode) {

  /// Reads a session of any API version since 2020-08-27.
  public static CheckoutSessionSnapshot of(JsonNode session) {
    JsonNode details = session.path("customer_details");
    return new CheckoutSessionSnapshot(
        StripeObjects.text(session, "id"),
        StripeObjects.text(session, "mode"),
        StripeObjects.text(session, "status"),
        StripeObjects.text(session, "payment_status"),
        StripeObjects.customer(session),
        StripeObjects.firstNonEmpty(
            StripeObjects.text(details, "email"), StripeObjects.text(session, "customer_email")),
        StripeObjects.text(details, "name"),
        StripeObjects.reference(session, "subscription"),
        StripeObjects.reference(session, "invoice"),
        StripeObjects.reference(session, "payment_intent"),
        StripeObjects.text(session, "client_reference_id"),
        StripeObjects.numberOrNull(session, "amount_total"),
        StripeObjects.currency(session),
        StripeObjects.text(session, "url"),
        StripeObjects.time(session, "created"),
        StripeObjects.time(session, "expires_at"),
        StripeObjects.metadata(session),
        StripeObjects.flag(session, "livemode"));
  }
}
