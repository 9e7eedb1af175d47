package dev.tenon.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.connector.stripe.DisputeSnapshot;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What one event said of a dispute; kept in the row for the facts of its two newest seconds. None
/// is final: a bank may change its mind after it has decided.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record DisputeFact(
    String event,
    long second,
    boolean first,
    Map<String, String> before,
    Map<String, String> after,
    String status,
    @Nullable String charge,
    @Nullable String paymentIntent,
    long amount,
    String currency,
    @Nullable String reason,
    @Nullable Instant respondBy)
    implements TimedFact<DisputeFact> {
  private static final String[] FIELDS = {"status", "amount", "reason", "is_charge_refundable"};

  DisputeFact {
    before = before == null ? Map.of() : before;
    after = after == null ? Map.of() : after;
    currency = currency == null ? "" : currency;
  }

  /// Reads it from the object of an event and what the event calls previous (missing for none).
  static DisputeFact of(
      String event, Instant created, String kind, JsonNode object, JsonNode previous) {
    DisputeSnapshot snapshot = DisputeSnapshot.of(object);
    return new DisputeFact(
        event,
        created.getEpochSecond(),
        kind.endsWith(".created"),
        trace(previous),
        trace(object),
        String.valueOf(PlainText.of(snapshot.status(), PlainText.ID_CHARS_MAX)),
        PlainText.id(snapshot.charge()),
        PlainText.id(snapshot.paymentIntent()),
        Math.max(0, snapshot.amount()),
        PaymentRow.currency(snapshot.currency()),
        PlainText.id(snapshot.reason()),
        snapshot.respondBy());
  }

  private static Map<String, String> trace(JsonNode dispute) {
    Map<String, String> trace = new TreeMap<>();
    for (String field : FIELDS) {
      Trace.put(trace, field, dispute.path(field));
    }
    return trace;
  }

  /// How it stands: `open` until it is decided, and for every status that is not known.
  String state() {
    return switch (status) {
      case "won" -> "won";
      case "lost" -> "lost";
      case "warning_closed", "prevented" -> "closed";
      default -> "open";
    };
  }

  @Override
  public DisputeFact lean() {
    return new DisputeFact(
        event, second, first, before, after, status, null, null, 0, "", null, null);
  }

  @Override
  public boolean isFinal() {
    return false;
  }

  @Override
  public int rank() {
    return switch (status) {
      case "warning_needs_response" -> 0;
      case "needs_response" -> 1;
      case "warning_under_review" -> 2;
      case "under_review" -> 3;
      case "warning_closed", "prevented" -> 5;
      case "won" -> 6;
      case "lost" -> 7;
      default -> 4;
    };
  }
}
