package dev.tenon.payment;

import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/// JSON as rows of state hold it.
///
/// Its names hold ids (an item's, in a [SubscriptionTrace]), so hardly one comes twice. A parser
/// that keeps the names it has seen would copy a table of thousands for each row: a fifth of all
/// memory that the server allocated for a payment.
final class StateJson {
  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                  .build())
          .build();

  private StateJson() {}
}
