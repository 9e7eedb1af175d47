package dev.tenon.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.connector.stripe.RefundSnapshot;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What one event said of a single refund; kept in the row for the facts of its two newest seconds.
/// One that succeeded may fail afterwards; that, and a cancellation, is the end
/// (docs.stripe.com/refunds#failed-refunds).
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record SingleRefundFact(
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
    @Nullable String failureReason)
    implements TimedFact<SingleRefundFact> {
  private static final String[] FIELDS = {"status", "amount", "reason", "failure_reason"};

  SingleRefundFact {
    before = before == null ? Map.of() : before;
    after = after == null ? Map.of() : after;
    currency = currency == null ? "" : currency;
  }

  /// Reads it from the object of an event and what the event calls previous (missing for none).
  static SingleRefundFact of(
      String event, Instant created, String kind, JsonNode object, JsonNode previous) {
    RefundSnapshot snapshot = RefundSnapshot.of(object);
    return new SingleRefundFact(
        event,
        created.getEpochSecond(),
        kind.endsWith(".created"),
        trace(previous),
        trace(object),
        String.valueOf(PlainText.of(snapshot.status(), PlainText.ID_CHARS_MAX)),
        PlainText.id(snapshot.charge()),
        PlainText.id(snapshot.paymentIntent()),
        snapshot.amount(),
        PaymentRow.currency(snapshot.currency()),
        PlainText.id(snapshot.reason()),
        PlainText.id(snapshot.failureReason()));
  }

  private static Map<String, String> trace(JsonNode refund) {
    Map<String, String> trace = new TreeMap<>();
    for (String field : FIELDS) {
      Trace.put(trace, field, refund.path(field));
    }
    return trace;
  }

  /// How it stands; `pending` for every status that is not known.
  static String state(String status) {
    return switch (status) {
      case "succeeded" -> "succeeded";
      case "requires_action" -> "action_required";
      case "failed" -> "failed";
      case "canceled" -> "cancelled";
      default -> "pending";
    };
  }

  @Override
  public SingleRefundFact lean() {
    return new SingleRefundFact(
        event, second, first, before, after, status, null, null, 0, "", null, null);
  }

  @Override
  public boolean isFinal() {
    return status.equals("failed") || status.equals("canceled");
  }

  @Override
  public int rank() {
    return switch (status) {
      case "pending" -> 0;
      case "requires_action" -> 1;
      case "succeeded" -> 3;
      case "canceled" -> 4;
      case "failed" -> 5;
      default -> 2;
    };
  }
}
