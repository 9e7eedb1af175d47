package dev.tenon.client.webhook;

import dev.tenon.client.json.JsonRecords;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Every type of event that has a record, in one table. A test of the server compares it with the
/// catalogue: a type that is new there needs a record in [TenonEvent] and a line here.
enum EventKinds {
  CUSTOMER_CREATED("customer.created", CustomerData.class, TenonEvent.CustomerCreated::new),
  SUBSCRIPTION_ACTIVATED(
      "subscription.activated", SubscriptionData.class, TenonEvent.SubscriptionActivated::new),
  SUBSCRIPTION_UPDATED(
      "subscription.updated", SubscriptionData.class, TenonEvent.SubscriptionUpdated::new),
  SUBSCRIPTION_PAST_DUE(
      "subscription.past_due", SubscriptionData.class, TenonEvent.SubscriptionPastDue::new),
  SUBSCRIPTION_CANCELLED(
      "subscription.cancelled", SubscriptionData.class, TenonEvent.SubscriptionCancelled::new),
  PAYMENT_SUCCEEDED("payment.succeeded", PaymentData.class, TenonEvent.PaymentSucceeded::new),
  PAYMENT_FAILED("payment.failed", PaymentData.class, TenonEvent.PaymentFailed::new),
  PAYMENT_ACTION_REQUIRED(
      "payment.action_required", PaymentData.class, TenonEvent.PaymentActionRequired::new),
  DISPUTE_OPENED("dispute.opened", DisputeData.class, TenonEvent.DisputeOpened::new),
  DISPUTE_UPDATED("dispute.updated", DisputeData.class, TenonEvent.DisputeUpdated::new),
  DISPUTE_CLOSED("dispute.closed", DisputeData.class, TenonEvent.DisputeClosed::new),
  PAYMENT_REFUNDED("payment.refunded", RefundData.class, TenonEvent.PaymentRefunded::new),
  PAYMENT_REFUND_FAILED(
      "payment.refund_failed", RefundFailedData.class, TenonEvent.PaymentRefundFailed::new),
  MESSAGE_SENT("message.sent", MessageData.class, TenonEvent.MessageSent::new),
  MESSAGE_FAILED("message.failed", MessageData.class, TenonEvent.MessageFailed::new),
  MESSAGE_UNCERTAIN("message.uncertain", MessageData.class, TenonEvent.MessageUncertain::new),
  MESSAGE_DELIVERED("message.delivered", MessageReportData.class, TenonEvent.MessageDelivered::new),
  MESSAGE_BOUNCED("message.bounced", MessageReportData.class, TenonEvent.MessageBounced::new),
  MESSAGE_COMPLAINED(
      "message.complained", MessageReportData.class, TenonEvent.MessageComplained::new),
  MESSAGE_DELIVERY_DELAYED(
      "message.delivery_delayed", MessageReportData.class, TenonEvent.MessageDeliveryDelayed::new),
  MESSAGE_OPENED("message.opened", MessageReportData.class, TenonEvent.MessageOpened::new),
  MESSAGE_CLICKED("message.clicked", MessageReportData.class, TenonEvent.MessageClicked::new),
  MESSAGE_UNSUBSCRIBED(
      "message.unsubscribed", MessageSubscriptionData.class, TenonEvent.MessageUnsubscribed::new),
  MESSAGE_RESUBSCRIBED(
      "message.resubscribed", MessageSubscriptionData.class, TenonEvent.MessageResubscribed::new),
  EMAIL_FALLBACK_IN_USE(
      "email.fallback_in_use", EmailFallbackData.class, TenonEvent.EmailFallbackInUse::new),
  CONNECTION_BROKEN("connection.broken", ConnectionData.class, TenonEvent.ConnectionBroken::new),
  CONNECTION_REPAIRED(
      "connection.repaired", ConnectionData.class, TenonEvent.ConnectionRepaired::new),
  CONNECTION_DISABLED(
      "connection.disabled", ConnectionData.class, TenonEvent.ConnectionDisabled::new),
  CONNECTION_ENABLED("connection.enabled", ConnectionData.class, TenonEvent.ConnectionEnabled::new),
  WEBHOOK_RECEIVED("webhook.received", WebhookReceivedData.class, TenonEvent.WebhookReceived::new),
  ENDPOINT_FAILING("endpoint.failing", EndpointFailingData.class, TenonEvent.EndpointFailing::new),
  ENDPOINT_DISABLED(
      "endpoint.disabled", EndpointDisabledData.class, TenonEvent.EndpointDisabled::new),
  ENDPOINT_TEST("endpoint.test", EndpointTestData.class, TenonEvent.EndpointTest::new);

  private static final Map<String, EventKinds> BY_TYPE =
      Arrays.stream(values()).collect(Collectors.toMap(kind -> kind.type, Function.identity()));

  private final String type;
  private final Class<? extends Record> data;

  @SuppressWarnings("ImmutableEnumChecker") // A constructor.
  private final BiFunction<TenonEvent.Head, Record, TenonEvent> maker;

  <D extends Record> EventKinds(
      String type, Class<D> data, BiFunction<TenonEvent.Head, D, TenonEvent> maker) {
    this.type = type;
    this.data = data;
    this.maker = (head, read) -> maker.apply(head, data.cast(read));
  }

  String type() {
    return type;
  }

  /// The form of its data.
  Class<? extends Record> data() {
    return data;
  }

  static TenonEvent read(TenonEvent.Head head, Map<String, @Nullable Object> data) {
    if (Set.of("id", "object").equals(data.keySet())
        && data.get("id") instanceof String id
        && data.get("object") instanceof String object) {
      return new TenonEvent.Thin(head, id, object);
    }
    EventKinds kind = BY_TYPE.get(head.type());
    return kind == null
        ? new TenonEvent.Other(head, data)
        : kind.maker.apply(head, JsonRecords.read(kind.data, data));
  }
}
