package dev.tenon.connector.stripe;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A promotion code as an answer showed it.
///
/// @param id what Stripe takes (`promo_…`)
/// @param code what customers type
/// @param customer whose alone it is; empty when it is everybody's
public record PromotionCodeSnapshot(
    String id, String code, String customer, boolean active, @Nullable Instant created) {

  /// Throws [IllegalArgumentException] when it has no id: taken for none, it would be no discount.
  static PromotionCodeSnapshot of(JsonNode code) {
    return new PromotionCodeSnapshot(
        StripeObjects.required(code, "id"),
        StripeObjects.text(code, "code"),
        StripeObjects.customer(code),
        StripeObjects.flag(code, "active"),
        StripeObjects.time(code, "created"));
  }
}
