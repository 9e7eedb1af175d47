package dev.tenon.connector.stripe;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A promotion code as an answer showed it.
///
/// @param id what Stripe takes (`promo_…`)
/// @param code what customers type
public record PromotionCodeSnapshot(
    String id, String code, boolean active, @Nullable Instant created) {

  static PromotionCodeSnapshot of(JsonNode code) {
    return new PromotionCodeSnapshot(
        StripeObjects.text(code, "id"),
        StripeObjects.text(code, "code"),
        StripeObjects.flag(code, "active"),
        StripeObjects.time(code, "created"));
  }
}
