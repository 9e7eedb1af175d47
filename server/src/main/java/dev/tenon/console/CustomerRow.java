package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.UUID;

/// A customer in the list.
///
/// @param called the address, else the name, else the provider's id
/// @param name empty where none is known
/// @param world of test data, what its connection is for; empty for production
public record CustomerRow(
    UUID id,
    String providerId,
    String called,
    String name,
    Mark mark,
    String world,
    Moment updatedAt) {

  /// Its id, as the API and the address of its page have it.
  public String written() {
    return Ids.write(Prefix.CUSTOMER, id);
  }

  /// The inbox's query for what the provider told about it.
  public String story() {
    return Queries.of("q", providerId, "since", "30d");
  }
}
