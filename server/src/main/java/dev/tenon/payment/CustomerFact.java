package dev.tenon.payment;

import dev.tenon.connector.stripe.CustomerSnapshot;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What one event said of a customer; kept in the row for the facts of its two newest seconds.
///
/// @param deleted it told of the deletion, which is final
record CustomerFact(
    String event,
    long second,
    boolean first,
    Map<String, String> before,
    Map<String, String> after,
    boolean deleted,
    @Nullable String email,
    @Nullable String name)
    implements TimedFact<CustomerFact> {
  private static final String[] FIELDS = {
    "email", "name", "delinquent", "balance", "default_source", "phone", "currency"
  };

  CustomerFact {
    before = before == null ? Map.of() : before;
    after = after == null ? Map.of() : after;
  }

  /// Reads it from the object of an event and what the event calls previous (missing for none).
  static CustomerFact of(
      String event, Instant created, String kind, JsonNode object, JsonNode previous) {
    CustomerSnapshot snapshot = CustomerSnapshot.of(object);
    return new CustomerFact(
        event,
        created.getEpochSecond(),
        kind.endsWith(".created"),
        trace(previous),
        trace(object),
        kind.endsWith(".deleted"),
        PlainText.name(snapshot.email()),
        PlainText.name(snapshot.name()));
  }

  private static Map<String, String> trace(JsonNode customer) {
    Map<String, String> trace = new TreeMap<>();
    for (String field : FIELDS) {
      Trace.put(trace, field, customer.path(field));
    }
    return trace;
  }

  @Override
  public CustomerFact lean() {
    return new CustomerFact(event, second, first, before, after, deleted, null, null);
  }

  @Override
  public boolean isFinal() {
    return deleted;
  }

  @Override
  public int rank() {
    return first ? 0 : 1;
  }
}
