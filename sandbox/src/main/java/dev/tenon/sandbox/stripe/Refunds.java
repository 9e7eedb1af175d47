package dev.tenon.sandbox.stripe;

import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/refunds`: a part of a charge, or all that is left of it, goes back.
final class Refunds {
  private static final String TYPE = "refund";

  private final Objects objects;
  private final Events events;

  Refunds(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
  }

  ObjectNode create(Call call) {
    Params params = call.params().allow("amount", "charge", "metadata", "payment_intent", "reason");
    String intent = params.text("payment_intent");
    String id =
        intent.isEmpty()
            ? params.required("charge")
            : objects
                .get("payment_intent", intent, "payment_intent")
                .path("latest_charge")
                .asString("");
    ObjectNode charge = objects.get("charge", id, "charge");
    long left = charge.path("amount").asLong() - charge.path("amount_refunded").asLong();
    long amount = params.integer("amount", left, 1, 99_999_999_999L);
    if (amount > left && left > 0) {
      throw StripeError.invalid(
          "amount",
          "Refund amount (%d) is greater than unrefunded amount on charge (%d)"
              .formatted(amount, left));
    }
    return refund(
        id,
        amount,
        refund -> {
          params.copyTexts(refund, "reason");
          params.mergeMetadata(refund);
        });
  }

  /// All that is left of a charge goes back; answers the charge.
  ObjectNode all(String id) {
    ObjectNode charge = objects.get("charge", id);
    ObjectNode _ =
        refund(
            id, charge.path("amount").asLong() - charge.path("amount_refunded").asLong(), _ -> {});
    return charge;
  }

  /// @param asked writes into it what the caller said
  private ObjectNode refund(String id, long amount, Consumer<ObjectNode> asked) {
    ObjectNode charge = objects.get("charge", id);
    if (charge.path("refunded").asBoolean() || !charge.path("paid").asBoolean()) {
      throw StripeError.invalid(
          "charge_already_refunded", "charge", "Charge " + id + " cannot be refunded.");
    }
    ObjectNode refund =
        objects.shape(
            TYPE,
            objects.id("re_"),
            """
            {"balance_transaction": null, "customer": null, "customer_account": null,
             "destination_details": null, "metadata": {}, "payment_intent": null,
             "payment_method": null, "reason": null, "receipt_number": null,
             "source_transfer_reversal": null, "status": "succeeded", "transfer_reversal": null}
            """);
    refund.remove("livemode");
    refund.put("amount", amount);
    refund.put("charge", id);
    for (String field : new String[] {"currency", "customer", "payment_intent", "payment_method"}) {
      refund.set(field, charge.path(field));
    }
    asked.accept(refund);
    objects.add(refund);
    ObjectNode before = charge.deepCopy();
    long all = charge.path("amount_refunded").asLong() + amount;
    charge.put("amount_refunded", all);
    charge.put("refunded", all == charge.path("amount").asLong());
    events.emit("refund.created", refund);
    events.emit("charge.refunded", charge, Changes.between(before, charge));
    if (!charge.path("payment_method").asString("").equals(TestCards.TAKES_NO_REFUND)) {
      return refund;
    }
    ObjectNode answer = refund.deepCopy();
    fail(refund, charge);
    return answer;
  }

  /// The bank sends the money back, after it was told as given.
  private void fail(ObjectNode refund, ObjectNode charge) {
    ObjectNode before = refund.deepCopy();
    refund.put("status", "failed");
    refund.put("failure_reason", "expired_or_canceled_card");
    charge.put(
        "amount_refunded",
        charge.path("amount_refunded").asLong() - refund.path("amount").asLong());
    charge.put("refunded", false);
    ObjectNode changes = Changes.between(before, refund);
    for (String kind : new String[] {"refund.updated", "charge.refund.updated", "refund.failed"}) {
      events.emit(kind, refund, changes);
    }
  }

  ObjectNode get(Call call) {
    return objects.get(TYPE, call.id());
  }

  ObjectNode list(Call call) {
    Params params =
        call.params()
            .allow(
                "charge", "created", "limit", "payment_intent", "starting_after", "ending_before");
    String charge = params.text("charge");
    String intent = params.text("payment_intent");
    return objects.page(
        TYPE,
        "/v1/refunds",
        params,
        refund ->
            (charge.isEmpty() || refund.path("charge").asString().equals(charge))
                && (intent.isEmpty() || refund.path("payment_intent").asString("").equals(intent)));
  }
}
