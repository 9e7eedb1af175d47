package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.List;
import java.util.UUID;

/// A payment in the list.
///
/// @param amount with its currency
/// @param failedTries how often it failed before or since
/// @param disputes on its own page only
/// @param world of test data, what its connection is for; empty for production
public record PaymentRow(
    UUID id,
    String providerId,
    String customer,
    Mark mark,
    String amount,
    int failedTries,
    String world,
    List<DisputeRow> disputes,
    Moment createdAt) {
  public PaymentRow {
    disputes = List.copyOf(disputes);
  }

  /// The same with what its customer disputes.
  PaymentRow disputed(List<DisputeRow> found) {
    return new PaymentRow(
        id, providerId, customer, mark, amount, failedTries, world, found, createdAt);
  }

  /// Its id, as the API and the address of its page have it.
  public String written() {
    return Ids.write(Prefix.PAYMENT, id);
  }

  /// The inbox's query for what the provider told about it.
  public String story() {
    return Queries.of("q", providerId, "since", "30d");
  }
}
