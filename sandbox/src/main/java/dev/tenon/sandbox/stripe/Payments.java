package dev.tenon.sandbox.stripe;

import tools.jackson.databind.node.ObjectNode;

/// PaymentIntents, the charges they lead to and the test cards that pay them.
final class Payments {
  /// The test card that every bank refuses.
  static final String DECLINED_CARD = "4000000000000002";

  private final Objects objects;
  private final Events events;

  Payments(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
  }

  /// A PaymentIntent that waits for a card. Nothing is emitted.
  ObjectNode intent(long amount, String currency, String customer, ObjectNode metadata) {
    ObjectNode intent =
        objects.shape(
            "payment_intent",
            objects.id("pi_"),
            """
            {"amount_capturable": 0, "amount_details": {"tip": {}}, "amount_received": 0,
             "application": null, "application_fee_amount": null,
             "excluded_payment_method_types": null, "managed_payments": null,
             "payment_method_configuration_details": null, "source": null,
             "statement_descriptor_suffix": null,
             "automatic_payment_methods": null, "canceled_at": null, "cancellation_reason": null,
             "capture_method": "automatic", "confirmation_method": "automatic", "customer": null,
             "customer_account": null, "description": null, "last_payment_error": null,
             "latest_charge": null, "next_action": null, "on_behalf_of": null,
             "payment_method": null, "payment_method_options": {},
             "payment_method_types": ["card"], "processing": null, "receipt_email": null,
             "review": null, "setup_future_usage": null, "shipping": null,
             "statement_descriptor": null, "status": "requires_payment_method",
             "transfer_data": null, "transfer_group": null}
            """);
    intent.put("amount", amount);
    intent.put("currency", currency);
    intent.put("client_secret", intent.path("id").asString() + "_secret_" + objects.token(24));
    if (!customer.isEmpty()) {
      intent.put("customer", customer);
    }
    intent.set("metadata", metadata.deepCopy());
    return objects.add(intent);
  }

  /// A card that belongs to a customer.
  ObjectNode card(String customer) {
    ObjectNode method =
        objects.shape(
            "payment_method",
            objects.id("pm_"),
            """
            {"allow_redisplay": "limited", "customer_account": null, "metadata": {},
             "type": "card",
             "billing_details": {"address": null, "email": null, "name": null, "phone": null,
               "tax_id": null},
             "card": {"brand": "visa", "country": "US", "display_brand": "visa", "exp_month": 12,
               "exp_year": 2034, "fingerprint": "sandboxcard4242", "funding": "credit",
               "last4": "4242", "wallet": null}}
            """);
    if (customer.isEmpty()) {
      method.putNull("customer");
    } else {
      method.put("customer", customer);
    }
    return objects.add(method);
  }

  /// The charge succeeds. Nothing is emitted: see [#announceSuccess].
  void succeed(ObjectNode intent, String paymentMethod) {
    ObjectNode charge = charge(intent, paymentMethod, true);
    intent.put("status", "succeeded");
    intent.put("amount_received", intent.path("amount").asLong());
    intent.put("latest_charge", charge.path("id").asString());
    intent.put("payment_method", paymentMethod);
    intent.putNull("last_payment_error");
    intent.putNull("next_action");
  }

  void announceSuccess(ObjectNode intent) {
    events.emit("payment_intent.succeeded", intent);
    events.emit("charge.succeeded", objects.get("charge", intent.path("latest_charge").asString()));
  }

  /// The bank refuses.
  void decline(ObjectNode intent) {
    ObjectNode charge = charge(intent, "", false);
    intent.put("status", "requires_payment_method");
    intent.put("latest_charge", charge.path("id").asString());
    ObjectNode error = intent.putObject("last_payment_error");
    error.put("type", "card_error");
    error.put("code", "card_declined");
    error.put("decline_code", "generic_decline");
    error.put("message", "Your card was declined.");
    error.put("charge", charge.path("id").asString());
    events.emit("charge.failed", charge);
    events.emit("payment_intent.payment_failed", intent);
  }

  private ObjectNode charge(ObjectNode intent, String paymentMethod, boolean paid) {
    ObjectNode charge =
        objects.shape(
            "charge",
            objects.id("ch_"),
            """
            {"amount_refunded": 0, "application": null, "application_fee": null,
             "application_fee_amount": null, "balance_transaction": null,
             "billing_details": {"address": null, "email": null, "name": null, "phone": null,
               "tax_id": null},
             "calculated_statement_descriptor": null, "description": null, "disputed": false,
             "failure_balance_transaction": null, "failure_code": null, "outcome": null,
             "source": null, "source_transfer": null, "statement_descriptor": null,
             "statement_descriptor_suffix": null,
             "failure_message": null, "fraud_details": {}, "on_behalf_of": null,
             "receipt_email": null, "receipt_number": null, "receipt_url": null,
             "refunded": false, "review": null, "shipping": null, "transfer_data": null,
             "transfer_group": null}
            """);
    charge.set("amount", intent.path("amount"));
    charge.put("amount_captured", paid ? intent.path("amount").asLong() : 0);
    charge.put("captured", paid);
    charge.set("currency", intent.path("currency"));
    charge.set("customer", intent.path("customer"));
    charge.set("metadata", intent.path("metadata").deepCopy());
    charge.put("paid", paid);
    charge.put("payment_intent", intent.path("id").asString());
    if (paymentMethod.isEmpty()) {
      charge.putNull("payment_method");
    } else {
      charge.put("payment_method", paymentMethod);
    }
    charge.put("status", paid ? "succeeded" : "failed");
    ObjectNode details = charge.putObject("payment_method_details");
    details.put("type", "card");
    ObjectNode card = details.putObject("card");
    card.put("brand", "visa");
    card.put("last4", paid ? "4242" : "0002");
    if (!paid) {
      charge.put("failure_code", "card_declined");
      charge.put("failure_message", "Your card was declined.");
    }
    return objects.add(charge);
  }

  ObjectNode get(Call call) {
    return objects.get("payment_intent", call.id());
  }

  ObjectNode list(Call call) {
    Params params =
        call.params().allow("customer", "created", "limit", "starting_after", "ending_before");
    String customer = params.text("customer");
    return objects.page(
        "payment_intent",
        "/v1/payment_intents",
        params,
        intent -> customer.isEmpty() || intent.path("customer").asString("").equals(customer));
  }

  ObjectNode getCharge(Call call) {
    return objects.get("charge", call.id());
  }

  ObjectNode getMethod(Call call) {
    return objects.get("payment_method", call.id());
  }
}
