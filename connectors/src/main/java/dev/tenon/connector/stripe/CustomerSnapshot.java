package dev.tenon.connector.stripe;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A customer as one event or answer showed it. Absent texts are empty, absent times null.
///
/// @param deleted Stripe answers a deleted customer with its id and this flag only
public record CustomerSnapshot(
    String id,
    String email,
    String name,
    String phone,
    String currency,
    boolean delinquent,
    boolean deleted,
    @Nullable Instant created,
    Map<String, String> metadata,
    boolean livemode) {

  /// Reads a customer of any API version since 2020-08-27.
  public static CustomerSnapshot of(JsonNode customer) {
    return new CustomerSnapshot(
        StripeObjects.text(customer, "id"),
        StripeObjects.text(customer, "email"),
        StripeObjects.text(customer, "name"),
        StripeObjects.text(customer, "phone"),
        StripeObjects.currency(customer),
        StripeObjects.flag(customer, "delinquent"),
        StripeObjects.flag(customer, "deleted"),
        StripeObjects.time(customer, "created"),
        StripeObjects.metadata(customer),
        StripeObjects.flag(customer, "livemode"));
  }
}
