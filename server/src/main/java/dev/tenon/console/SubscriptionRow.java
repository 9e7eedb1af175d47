package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.UUID;

/// A subscription in the list.
///
/// @param customer the customer's address, or the provider's id where none is known
/// @param amount what a period costs, in words; empty when not known
/// @param ends what will end it and when, in words; empty when it goes on
/// @param world of test data, what its connection is for; empty for production
public record SubscriptionRow(
    UUID id,
    String providerId,
    String customer,
    Mark mark,
    String plan,
    String amount,
    String ends,
    String world,
    Moment updatedAt) {

  /// Its id, as the API and the address of its page have it.
  public String written() {
    return Ids.write(Prefix.SUBSCRIPTION, id);
  }

  /// The inbox's query for what the provider told about it.
  public String story() {
    return Queries.of("q", providerId, "since", "30d");
  }
}
