package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/disputes`: what a buyer disputes at the bank. It begins and ends by the control endpoints,
/// as a bank would have it; evidence and giving up are Stripe's own calls.
final class Disputes {
  private static final String TYPE = "dispute";
  private static final long DAYS_TO_ANSWER = 9;

  private final Objects objects;
  private final Events events;

  Disputes(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
  }

  /// The buyer disputes a charge: the money is taken until it is decided. Answers the dispute.
  ObjectNode open(String chargeId) {
    ObjectNode charge = objects.get("charge", chargeId);
    if (!charge.path("paid").asBoolean() || charge.path("disputed").asBoolean()) {
      throw StripeError.invalid("charge", "Charge " + chargeId + " cannot be disputed.");
    }
    ObjectNode dispute =
        objects.shape(
            TYPE,
            objects.id("du_"),
            """
            {"balance_transactions": [], "enhanced_eligibility_types": [],
             "evidence": {}, "is_charge_refundable": false, "metadata": {},
             "network_reason_code": null, "reason": "fraudulent", "status": "needs_response",
             "payment_method_details": {"type": "card",
               "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"}}}
            """);
    dispute.put("amount", charge.path("amount").asLong());
    dispute.put("charge", chargeId);
    dispute.set("currency", charge.path("currency"));
    dispute.set("payment_intent", charge.path("payment_intent"));
    ObjectNode details = dispute.putObject("evidence_details");
    details.put("due_by", objects.now() + DAYS_TO_ANSWER * 24 * 3_600);
    details.put("has_evidence", false);
    details.put("past_due", false);
    details.put("submission_count", 0);
    details.putObject("enhanced_eligibility");
    objects.add(dispute);
    charge.put("disputed", true);
    events.emit("charge.dispute.created", dispute);
    money(dispute, -dispute.path("amount").asLong());
    events.emit("charge.dispute.funds_withdrawn", dispute);
    return dispute;
  }

  private void money(ObjectNode dispute, long amount) {
    ObjectNode transaction = Json.object();
    transaction.put("id", objects.id("txn_"));
    transaction.put("object", "balance_transaction");
    transaction.put("amount", amount);
    transaction.put("created", objects.now());
    transaction.set("currency", dispute.path("currency"));
    transaction.put("net", amount);
    transaction.put("fee", 0);
    transaction.put("type", "adjustment");
    transaction.put("status", "available");
    transaction.put("source", dispute.path("id").asString());
    dispute.withArray("balance_transactions").add(transaction);
  }

  /// The bank decides for the seller: the money comes back.
  ObjectNode win(String id) {
    ObjectNode dispute = end(id, "won");
    money(dispute, dispute.path("amount").asLong());
    events.emit("charge.dispute.funds_reinstated", dispute);
    return dispute;
  }

  /// The bank decides for the buyer.
  ObjectNode lose(String id) {
    return end(id, "lost");
  }

  private ObjectNode end(String id, String status) {
    ObjectNode dispute = objects.get(TYPE, id);
    if (isOver(dispute)) {
      throw StripeError.invalid("dispute", "This dispute is already closed.");
    }
    move(dispute, status);
    events.emit("charge.dispute.closed", dispute);
    return dispute;
  }

  private static boolean isOver(ObjectNode dispute) {
    String status = dispute.path("status").asString();
    return status.equals("won") || status.equals("lost");
  }

  private void move(ObjectNode dispute, String status) {
    ObjectNode before = dispute.deepCopy();
    dispute.put("status", status);
    events.emit("charge.dispute.updated", dispute, Changes.between(before, dispute));
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
        "/v1/disputes",
        params,
        dispute ->
            (charge.isEmpty() || dispute.path("charge").asString().equals(charge))
                && (intent.isEmpty()
                    || dispute.path("payment_intent").asString("").equals(intent)));
  }

  /// Evidence; with `submit` the bank looks at it.
  ObjectNode update(Call call) {
    Params params = call.params().allow("evidence", "metadata", "submit");
    ObjectNode dispute = objects.get(TYPE, call.id());
    if (isOver(dispute)) {
      throw StripeError.invalid("dispute", "This dispute is already closed.");
    }
    params.mergeMetadata(dispute);
    if (params.has("submit") ? params.bool("submit", true) : params.has("evidence")) {
      ((ObjectNode) dispute.path("evidence_details")).put("has_evidence", true);
      ((ObjectNode) dispute.path("evidence_details")).put("submission_count", 1);
      move(dispute, "under_review");
    }
    return dispute;
  }

  /// The seller gives up.
  ObjectNode close(Call call) {
    call.params().allow();
    return lose(call.id());
  }
}
