package dev.tenon.event;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Every event that Tenon tells the application, in one list: the catalogue from which `GET
/// /v1/event-types` and `docs/events.md` come, and by which endpoints choose.
///
/// A type's fields only grow. A change that would break a receiver makes a new version, which is
/// told beside the old one.
public enum EventType {
  CUSTOMER_CREATED(
      "customer.created", "customer", EventFields.CUSTOMER, "A customer became known."),
  SUBSCRIPTION_ACTIVATED(
      "subscription.activated",
      "subscription",
      EventFields.SUBSCRIPTION,
      "A subscription came into use. Told once at most, before all others about it."),
  SUBSCRIPTION_UPDATED(
      "subscription.updated",
      "subscription",
      EventFields.SUBSCRIPTION,
      "Something that these fields show has changed."),
  SUBSCRIPTION_PAST_DUE(
      "subscription.past_due",
      "subscription",
      EventFields.SUBSCRIPTION,
      "A payment is overdue; the provider goes on trying."),
  SUBSCRIPTION_CANCELLED(
      "subscription.cancelled",
      "subscription",
      EventFields.SUBSCRIPTION,
      "A subscription has ended. Told once, and nothing is told about it afterwards."),
  PAYMENT_SUCCEEDED("payment.succeeded", "payment", EventFields.PAYMENT, "An invoice was paid."),
  PAYMENT_FAILED(
      "payment.failed",
      "payment",
      EventFields.PAYMENT,
      "A try to collect a payment failed. It may still succeed."),
  PAYMENT_ACTION_REQUIRED(
      "payment.action_required",
      "payment",
      EventFields.PAYMENT,
      "The bank wants the customer to confirm a payment. It may still succeed."),
  PAYMENT_REFUNDED(
      "payment.refunded", "refund", EventFields.REFUND, "Money of a charge went back."),
  PAYMENT_REFUND_FAILED(
      "payment.refund_failed",
      "refund",
      EventFields.REFUND_FAILED,
      "A refund came to nothing, maybe after it was told: the money is in the account again."),
  DISPUTE_OPENED(
      "dispute.opened",
      "dispute",
      EventFields.DISPUTE,
      "A customer disputes a charge at the bank. Answer before `respond_by`."),
  DISPUTE_UPDATED(
      "dispute.updated",
      "dispute",
      EventFields.DISPUTE,
      "Something that these fields show has changed, such as the money taken or given back."),
  DISPUTE_CLOSED(
      "dispute.closed", "dispute", EventFields.DISPUTE, "A dispute was decided, or decided anew."),
  MESSAGE_SENT("message.sent", "message", EventFields.MESSAGE, "A provider accepted a message."),
  MESSAGE_FAILED(
      "message.failed",
      "message",
      EventFields.MESSAGE,
      "A message was not sent and won't be: every way refused it, it became too old, its provider"
          + " dropped it, or its recipients are suppressed."),
  MESSAGE_UNCERTAIN(
      "message.uncertain",
      "message",
      EventFields.MESSAGE,
      "A message may have been sent, and nobody can tell. Replay its job to send it again."),
  MESSAGE_DELIVERED(
      "message.delivered",
      "message",
      EventFields.MESSAGE_REPORT,
      "A recipient's server took a message, as the provider reports. Told once for each recipient."),
  MESSAGE_BOUNCED(
      "message.bounced",
      "message",
      EventFields.MESSAGE_REPORT,
      "A recipient's server refused a message for good, also after it had been delivered. Where"
          + " `lasting` is true the address is on the suppression list from now on."),
  MESSAGE_COMPLAINED(
      "message.complained",
      "message",
      EventFields.MESSAGE_REPORT,
      "A recipient called a message spam. The address is on the suppression list from now on."),
  MESSAGE_DELIVERY_DELAYED(
      "message.delivery_delayed",
      "message",
      EventFields.MESSAGE_REPORT,
      "A recipient's server did not take a message yet, and the provider goes on trying."),
  MESSAGE_OPENED(
      "message.opened",
      "message",
      EventFields.MESSAGE_REPORT,
      "A message was opened, the first time by each recipient, where the connection tracks that. Many"
          + " mail programs load pictures without anybody reading."),
  MESSAGE_CLICKED(
      "message.clicked",
      "message",
      EventFields.MESSAGE_REPORT,
      "A link in a message was followed, the first time by each recipient, where the connection"
          + " tracks that. Scanners follow links as well."),
  MESSAGE_UNSUBSCRIBED(
      "message.unsubscribed",
      "message",
      EventFields.MESSAGE_SUBSCRIPTION,
      "A recipient left a stream by the link in a message, or by the provider's own. The address is"
          + " on the suppression list of that stream from now on."),
  MESSAGE_RESUBSCRIBED(
      "message.resubscribed",
      "message",
      EventFields.MESSAGE_SUBSCRIPTION,
      "A recipient took it back, and gets the mails of that stream again."),
  EMAIL_FALLBACK_IN_USE(
      "email.fallback_in_use",
      "connection",
      EventFields.EMAIL_FALLBACK,
      "For whom the connection belongs to: it is the first of a route, and mails go through another"
          + " one. They arrive, and just so nobody would notice. Told once an hour at most for each"
          + " stream while it lasts."),
  CONNECTION_BROKEN(
      "connection.broken",
      "connection",
      EventFields.CONNECTION,
      "A provider refuses a connection's credentials, for the reason that is told. Give it working"
          + " ones."),
  CONNECTION_REPAIRED(
      "connection.repaired",
      "connection",
      EventFields.CONNECTION,
      "A connection that was broken works again, or was given other credentials or settings and"
          + " counts as working until its provider says otherwise."),
  CONNECTION_DISABLED(
      "connection.disabled",
      "connection",
      EventFields.CONNECTION,
      "A person switched a connection off: it is not called, and its webhooks are refused."),
  CONNECTION_ENABLED(
      "connection.enabled",
      "connection",
      EventFields.CONNECTION,
      "A person switched a connection on again."),
  WEBHOOK_RECEIVED(
      "webhook.received",
      "connection",
      EventFields.WEBHOOK_RECEIVED,
      "A service that Tenon knows nothing of sent a webhook to a connection of kind `hmac` or"
          + " `standard-webhooks`. Its signature was right, and it is told once however often it"
          + " came."),
  ENDPOINT_FAILING(
      "endpoint.failing",
      "endpoint",
      EventFields.ENDPOINT_FAILING,
      "For the platform: every call to an endpoint has failed for a day. After five days it is"
          + " disabled."),
  ENDPOINT_DISABLED(
      "endpoint.disabled",
      "endpoint",
      EventFields.ENDPOINT_DISABLED,
      "For the platform: an endpoint was disabled, since it failed for five days or answered 410."
          + " What waits for it is held until it is enabled."),
  ENDPOINT_TEST(
      "endpoint.test",
      "endpoint",
      EventFields.ENDPOINT_TEST,
      "Sent to one endpoint when somebody asks for it, whatever types it listens to.");

  private final String text;
  private final String object;

  /// Immutable, as [EventFields] makes it.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<EventField> fields;

  private final String about;

  EventType(String text, String object, List<EventField> fields, String about) {
    this.text = text;
    this.object = object;
    this.fields = fields;
    this.about = about;
  }

  /// The type as it stands in the payload.
  public String text() {
    return text;
  }

  /// The kind of thing that it is about, as `data.object` says it.
  public String object() {
    return object;
  }

  /// The version of its form.
  public int version() {
    return 1;
  }

  /// Whether it goes only to endpoints that name it, and not to those that hear all types.
  public boolean isByNameOnly() {
    return this == MESSAGE_OPENED || this == MESSAGE_CLICKED || this == MESSAGE_DELIVERY_DELAYED;
  }

  /// When it is told, in a sentence or two.
  public String about() {
    return isByNameOnly() ? about + " Only to endpoints that name this type." : about;
  }

  List<EventField> fields() {
    return fields;
  }

  /// Reads a type as it stands in the API; empty when the catalogue has none of that name.
  public static Optional<EventType> parse(String text) {
    return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
  }

  /// The JSON Schema (2020-12) of a whole payload of this type.
  public Map<String, Object> schema() {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", Map.of("type", "string", "description", "The object's id in the API."));
    data.put("object", Map.of("const", object));
    fields.forEach(field -> data.put(field.name(), field.schema()));
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("id", Map.of("type", "string", "description", "The event's id; also `webhook-id`."));
    whole.put("type", Map.of("const", text));
    whole.put("tenant", Map.of("type", "string", "description", "Whose event it is."));
    whole.put("created_at", Map.of("type", "string", "format", "date-time"));
    whole.put("data", object(data));
    return object(whole);
  }

  private static Map<String, Object> object(Map<String, Object> properties) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("required", List.copyOf(properties.keySet()));
    schema.put("properties", properties);
    return schema;
  }

  /// A payload as it may be.
  public Map<String, Object> example() {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", PREFIXES.get(object) + "_0000000000000000000000000a");
    data.put("object", object);
    fields.forEach(field -> data.put(field.name(), field.example()));
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("id", "evt_0000000000000000000000000a");
    whole.put("type", text);
    whole.put("tenant", "ten_0000000000000000000000000a");
    whole.put("created_at", "2026-11-24T10:00:00Z");
    whole.put("data", data);
    return whole;
  }

  private static final Map<String, String> PREFIXES =
      Map.of(
          "customer", "cus",
          "subscription", "sub",
          "payment", "pay",
          "refund", "rfd",
          "dispute", "dsp",
          "message", "msg",
          "connection", "con",
          "endpoint", "ep");
}
