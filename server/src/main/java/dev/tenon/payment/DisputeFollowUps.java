package dev.tenon.payment;

import dev.tenon.event.EventType;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the application is told of a dispute: `opened` first and once, unless its end is known
/// first; `closed` when it is decided, also when it is decided anew; `updated` when something else
/// that the event shows has changed. An older fact changes nothing that is shown, and tells
/// nothing.
final class DisputeFollowUps {
  private DisputeFollowUps() {}

  /// Folds a fact in.
  static void add(PaymentBatch batch, DisputeRow row, DisputeFact fact, String kind, UUID cause) {
    Map<String, @Nullable Object> before = row.shown() == null ? Map.of() : data(row);
    row.add(fact, kind);
    Map<String, @Nullable Object> now = data(row);
    if (before.equals(now)) {
      return;
    }
    DisputeFact shown = Objects.requireNonNull(row.shown());
    EventType type =
        !shown.state().equals("open") && !shown.state().equals(before.get("state"))
            ? EventType.DISPUTE_CLOSED
            : before.isEmpty() ? EventType.DISPUTE_OPENED : EventType.DISPUTE_UPDATED;
    batch.tell(type, Ids.write(Prefix.DISPUTE, row.id), now, cause);
  }

  private static Map<String, @Nullable Object> data(DisputeRow row) {
    DisputeFact shown = Objects.requireNonNull(row.shown());
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("provider_id", row.providerId);
    data.put("charge_provider_id", shown.charge());
    data.put("payment_intent", shown.paymentIntent());
    data.put("amount", shown.amount());
    data.put("currency", shown.currency());
    data.put("reason", shown.reason());
    data.put("state", shown.state());
    data.put("provider_status", shown.status());
    data.put("respond_by", RowSaver.time(shown.respondBy()));
    data.put("funds_withdrawn", row.fundsWithdrawn);
    data.put("funds_reinstated", row.fundsReinstated);
    return data;
  }
}
