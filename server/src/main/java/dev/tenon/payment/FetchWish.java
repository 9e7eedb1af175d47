package dev.tenon.payment;

import dev.tenon.connector.stripe.StripeLookUps;
import dev.tenon.work.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What facts alone don't tell, so that Stripe is asked: a job's payload, and the one place that
/// knows its form.
///
/// @param connection through which to ask
/// @param kind what is asked for
/// @param id the provider's id of it
record FetchWish(UUID connection, StripeLookUps.Kind kind, String id) {
  static final String JOB = "stripe.fetch";

  /// A tie is asked about when the events of its second can't come any more by a first try, and
  /// what is fetched is dated later than they are.
  static final Duration TIE_WAITS = Duration.ofMinutes(2);

  String payload() {
    return connection + " " + kind.name() + " " + id;
  }

  /// Reads a payload. Throws [IllegalArgumentException] when it is none.
  static FetchWish parse(String payload) {
    String[] parts = payload.split(" ", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not what is to be fetched: " + payload);
    }
    return new FetchWish(UUID.fromString(parts[0]), StripeLookUps.Kind.valueOf(parts[1]), parts[2]);
  }

  NewJob job(@Nullable UUID cause, @Nullable Instant notBefore) {
    return new NewJob(JOB, 1, payload(), cause, NewJob.ORDINARY, notBefore);
  }

  /// What a thin event leads to: the event that it is short for where it names one, else the object
  /// itself, which tells as much of kinds that are new; empty where it is about nothing that is
  /// kept.
  static Optional<FetchWish> of(UUID connection, String kind, JsonNode event) {
    String plain = kind.startsWith("v1.") ? kind.substring("v1.".length()) : kind;
    JsonNode named = event.path("snapshot_event");
    JsonNode snapshot = named.isObject() ? named.path("id") : named;
    if (StripeKinds.about(plain).isPresent()
        && snapshot.isString()
        && isId(snapshot.stringValue())) {
      return Optional.of(
          new FetchWish(connection, StripeLookUps.Kind.EVENT, snapshot.stringValue()));
    }
    JsonNode related = event.path("related_object");
    String id = related.path("id").asString("");
    return kindOf(related.path("type").asString(""))
        .filter(_ -> isId(id))
        .map(of -> new FetchWish(connection, of, id));
  }

  /// The charge behind a dispute or refund of which nobody knows whose it is, as where the payment
  /// was made before there were webhooks: a charge names its customer.
  static Optional<FetchWish> ofCharge(UUID connection, StripeFact fact) {
    if (fact.about() != StripeFact.About.DISPUTE && fact.about() != StripeFact.About.REFUND) {
      return Optional.empty();
    }
    JsonNode charge = fact.object().path("charge");
    String id = charge.isObject() ? charge.path("id").asString("") : charge.asString("");
    return Optional.of(id)
        .filter(FetchWish::isId)
        .map(found -> new FetchWish(connection, StripeLookUps.Kind.CHARGE, found));
  }

  private static Optional<StripeLookUps.Kind> kindOf(String object) {
    return switch (object) {
      case "customer",
          "subscription",
          "invoice",
          "invoice_payment",
          "charge",
          "refund",
          "dispute" ->
          Optional.of(StripeLookUps.Kind.valueOf(object.toUpperCase(Locale.ROOT)));
      case "checkout.session" -> Optional.of(StripeLookUps.Kind.CHECKOUT_SESSION);
      default -> Optional.empty();
    };
  }

  /// An id becomes part of an address.
  private static boolean isId(String text) {
    return text.matches("[A-Za-z0-9_]{1,255}");
  }
}
