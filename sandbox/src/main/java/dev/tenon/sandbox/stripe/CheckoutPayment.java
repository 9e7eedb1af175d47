package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What paying a Checkout Session does: the customer, the subscription or the payment, and the
/// events, in the order Stripe tends to send them.
final class CheckoutPayment {
  /// A session before anything is known of it.
  static final String SHAPE =
      """
      {"adaptive_pricing": null, "after_expiration": null, "amount_subtotal": null, "amount_total": null,
       "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
       "cancel_url": null, "client_reference_id": null, "client_secret": null,
       "collected_information": null, "consent": null, "consent_collection": null,
       "currency": null, "currency_conversion": null, "custom_fields": [],
       "custom_text": {"after_submit": null, "shipping_address": null, "submit": null,
         "terms_of_service_acceptance": null},
       "customer": null, "customer_account": null, "customer_creation": null,
       "customer_details": null, "customer_email": null, "discounts": [], "invoice": null,
       "invoice_creation": null, "integration_identifier": null, "locale": null, "managed_payments": null, "metadata": {},
       "origin_context": null, "payment_intent": null,
       "payment_link": null, "payment_method_collection": "always",
       "payment_method_configuration_details": null, "payment_method_options": {},
       "payment_method_types": ["card"], "payment_status": "unpaid", "permissions": null,
       "phone_number_collection": {"enabled": false}, "recovered_from": null,
       "saved_payment_method_options": null, "setup_intent": null,
       "shipping_address_collection": null, "shipping_cost": null, "shipping_options": [],
       "status": "open", "submit_type": null, "subscription": null, "success_url": null,
       "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
       "url": null, "wallet_options": null}
      """;

  private final Objects objects;
  private final Events events;
  private final CheckoutSessions sessions;
  private final Subscriptions subscriptions;
  private final Payments payments;
  private final SetupIntents setups;

  CheckoutPayment(
      Objects objects,
      Events events,
      CheckoutSessions sessions,
      Subscriptions subscriptions,
      Payments payments,
      SetupIntents setups) {
    this.objects = objects;
    this.events = events;
    this.sessions = sessions;
    this.subscriptions = subscriptions;
    this.payments = payments;
    this.setups = setups;
  }

  /// Pays with a card that works.
  ///
  /// @param email what the buyer typed; where empty, the session's or the customer's
  ObjectNode pay(String id, String email) {
    ObjectNode session = open(id);
    String mode = session.path("mode").asString();
    ObjectNode customer = customer(session, email, mode);
    String customerId = customer.path("id").asString("");
    String card = payments.card(customerId).path("id").asString();
    session.put("status", "complete");
    session.putNull("url");
    session.put("payment_status", mode.equals("setup") ? "no_payment_required" : "paid");
    details(session, customer, email);
    switch (mode) {
      case "subscription" -> subscribe(session, customerId, card);
      case "payment" -> payOnce(session, customerId, card);
      default -> {
        setups.succeed(
            objects.get(SetupIntents.TYPE, session.path("setup_intent").asString("")), card);
        events.emit("checkout.session.completed", session);
      }
    }
    return session;
  }

  /// Tries a card that the bank refuses: the session stays open.
  ObjectNode decline(String id) {
    ObjectNode session = open(id);
    long amount = session.path("amount_total").asLong(0);
    if (amount > 0) {
      payments.decline(
          payments.intent(
              amount,
              session.path("currency").asString(),
              session.path("customer").asString(""),
              Json.object()));
    }
    return session;
  }

  private ObjectNode open(String id) {
    ObjectNode session = sessions.find(id);
    String status = session.path("status").asString();
    if (!status.equals("open")) {
      throw StripeError.invalid("", "This Checkout Session is " + status + ".");
    }
    return session;
  }

  private ObjectNode customer(ObjectNode session, String email, String mode) {
    Optional<ObjectNode> known = objects.find("customer", session.path("customer").asString(""));
    if (known.isPresent()) {
      return known.get();
    }
    boolean needed =
        mode.equals("subscription")
            || session.path("customer_creation").asString("").equals("always");
    if (!needed) {
      return Json.object();
    }
    ObjectNode customer = Customers.shape(objects);
    String address = email.isEmpty() ? session.path("customer_email").asString("") : email;
    if (!address.isEmpty()) {
      customer.put("email", address);
    }
    objects.add(customer);
    session.put("customer", customer.path("id").asString());
    events.emit("customer.created", customer);
    return customer;
  }

  private static void details(ObjectNode session, ObjectNode customer, String email) {
    ObjectNode details =
        Json.readObject(
            """
            {"address": null, "business_name": null, "email": null, "individual_name": null,
             "name": null, "phone": null, "tax_exempt": "none", "tax_ids": []}
            """
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    for (String address :
        new String[] {
          customer.path("email").asString(""), session.path("customer_email").asString(""), email
        }) {
      if (!address.isEmpty()) {
        details.put("email", address);
      }
    }
    if (customer.has("name")) {
      details.set("name", customer.path("name"));
    }
    session.set("customer_details", details);
  }

  private void subscribe(ObjectNode session, String customer, String card) {
    String id = session.path("id").asString();
    ObjectNode fields = held("subscription_data", id);
    ObjectNode metadata = new Params(fields, "subscription_data").metadata();
    ArrayNode items = fields.putArray("items");
    for (JsonNode line : sessions.lines(id)) {
      ObjectNode item = items.addObject();
      item.put("price", line.path("price").path("id").asString());
      item.put("quantity", Long.toString(line.path("quantity").asLong()));
    }
    fields.put("default_payment_method", card);
    Subscriptions.Started started = subscriptions.start(customer, new Params(fields, ""), metadata);
    session.put("subscription", started.subscription().path("id").asString());
    session.put("invoice", started.opened().invoice().path("id").asString());
    events.emit("checkout.session.completed", session);
    subscriptions.announce(started, true, card);
  }

  private void payOnce(ObjectNode session, String customer, String card) {
    ObjectNode fields = held("payment_intent_data", session.path("id").asString());
    ObjectNode intent =
        payments.intent(
            session.path("amount_total").asLong(),
            session.path("currency").asString(),
            customer,
            new Params(fields, "payment_intent_data").metadata());
    session.put("payment_intent", intent.path("id").asString());
    events.emit("payment_intent.created", intent);
    payments.succeed(intent, card);
    payments.announceSuccess(intent);
    events.emit("checkout.session.completed", session);
  }

  private ObjectNode held(String name, String session) {
    return objects
        .find(name, session)
        .map(held -> (ObjectNode) held.get("fields").deepCopy())
        .orElseGet(Json::object);
  }
}
