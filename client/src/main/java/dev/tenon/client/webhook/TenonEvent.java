package dev.tenon.client.webhook;

import dev.tenon.client.json.JsonException;
import dev.tenon.client.json.JsonReader;
import dev.tenon.client.json.JsonRecords;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What Tenon tells an application. Each type of event is a record of its own, and those about one
/// kind of thing share an interface, so that a `switch` may be as fine as it needs to be:
///
/// ```java
/// switch (event) {
///   case TenonEvent.SubscriptionActivated activated -> open(activated.tenant(), activated.data());
///   case TenonEvent.SubscriptionEvent other -> update(other.data());
///   default -> {}
/// }
/// ```
///
/// New types come without notice: this version has them as [Other]. Newer versions of the client
/// know them, so write a `default`.
public sealed interface TenonEvent {
  /// What every event has.
  ///
  /// @param id `evt_…`, the same at every delivery: remember it to do things once
  /// @param type such as `payment.failed`
  /// @param tenant whose event it is
  /// @param createdAt when it was told
  record Head(String id, String type, String tenant, Instant createdAt) {
    public Head {
      if (id == null || type == null || tenant == null || createdAt == null) {
        throw new JsonException("an event lacks its id, type, tenant or time");
      }
    }
  }

  Head head();

  /// `evt_…`, the same at every delivery: remember it to do things once.
  default String id() {
    return head().id();
  }

  /// Such as `payment.failed`.
  default String type() {
    return head().type();
  }

  /// Whose event it is, `ten_…`.
  default String tenant() {
    return head().tenant();
  }

  /// When it was told.
  default Instant createdAt() {
    return head().createdAt();
  }

  /// The event of a payload.
  ///
  /// @throws JsonException when it is none, or lacks what its type has
  static TenonEvent of(Map<String, @Nullable Object> payload) {
    return EventKinds.read(
        JsonRecords.read(Head.class, payload), JsonReader.object(payload.get("data")));
  }

  /// What is told of a customer.
  sealed interface CustomerEvent extends TenonEvent {
    CustomerData data();
  }

  /// `customer.created`: A customer became known.
  record CustomerCreated(Head head, CustomerData data) implements CustomerEvent {}

  /// What is told of a subscription. Events may come in another order than they were told: keep the
  /// data with the greatest revision.
  sealed interface SubscriptionEvent extends TenonEvent {
    SubscriptionData data();
  }

  /// `subscription.activated`: A subscription came into use. Told once at most.
  record SubscriptionActivated(Head head, SubscriptionData data) implements SubscriptionEvent {}

  /// `subscription.updated`: Something that the data shows has changed.
  record SubscriptionUpdated(Head head, SubscriptionData data) implements SubscriptionEvent {}

  /// `subscription.past_due`: A payment is overdue; the provider goes on trying.
  record SubscriptionPastDue(Head head, SubscriptionData data) implements SubscriptionEvent {}

  /// `subscription.cancelled`: A subscription has ended. Told once.
  record SubscriptionCancelled(Head head, SubscriptionData data) implements SubscriptionEvent {}

  /// What is told of a payment.
  sealed interface PaymentEvent extends TenonEvent {
    PaymentData data();
  }

  /// `payment.succeeded`: An invoice was paid.
  record PaymentSucceeded(Head head, PaymentData data) implements PaymentEvent {}

  /// `payment.failed`: A try to collect a payment failed. It may still succeed.
  record PaymentFailed(Head head, PaymentData data) implements PaymentEvent {}

  /// `payment.action_required`: The bank wants the customer to confirm a payment.
  record PaymentActionRequired(Head head, PaymentData data) implements PaymentEvent {}

  /// What is told of a customer's dispute at the bank.
  sealed interface DisputeEvent extends TenonEvent {
    DisputeData data();
  }

  /// `dispute.opened`: A customer disputes a charge. Answer before `respondBy`.
  record DisputeOpened(Head head, DisputeData data) implements DisputeEvent {}

  /// `dispute.updated`: Something that the data shows has changed.
  record DisputeUpdated(Head head, DisputeData data) implements DisputeEvent {}

  /// `dispute.closed`: A dispute was decided, or decided anew.
  record DisputeClosed(Head head, DisputeData data) implements DisputeEvent {}

  /// What is told of money that goes back.
  sealed interface RefundEvent extends TenonEvent {
    RefundData data();
  }

  /// `payment.refunded`: Money of a charge went back.
  record PaymentRefunded(Head head, RefundData data) implements RefundEvent {}

  /// `payment.refund_failed`: A refund came to nothing, maybe after it was told.
  record PaymentRefundFailed(Head head, RefundFailedData data) implements TenonEvent {}

  /// What is told of the sending of a message.
  sealed interface MessageEvent extends TenonEvent {
    MessageData data();
  }

  /// `message.sent`: A provider accepted a message.
  record MessageSent(Head head, MessageData data) implements MessageEvent {}

  /// `message.failed`: A message was not sent and won't be.
  record MessageFailed(Head head, MessageData data) implements MessageEvent {}

  /// `message.uncertain`: A message may have been sent, and nobody can tell.
  record MessageUncertain(Head head, MessageData data) implements MessageEvent {}

  /// What a provider reports of a message that it has.
  sealed interface MessageReport extends TenonEvent {
    MessageReportData data();
  }

  /// `message.delivered`: A recipient's server took a message.
  record MessageDelivered(Head head, MessageReportData data) implements MessageReport {}

  /// `message.bounced`: A recipient's server refused a message for good.
  record MessageBounced(Head head, MessageReportData data) implements MessageReport {}

  /// `message.complained`: A recipient called a message spam.
  record MessageComplained(Head head, MessageReportData data) implements MessageReport {}

  /// `message.delivery_delayed`: A recipient's server did not take a message yet. This and the two
  /// below come only where the endpoint names them.
  record MessageDeliveryDelayed(Head head, MessageReportData data) implements MessageReport {}

  /// `message.opened`: A recipient opened a message for the first time, or a program did.
  record MessageOpened(Head head, MessageReportData data) implements MessageReport {}

  /// `message.clicked`: A recipient followed a link for the first time, or a program did.
  record MessageClicked(Head head, MessageReportData data) implements MessageReport {}

  /// `message.unsubscribed`: A recipient left a stream by the link in a message.
  record MessageUnsubscribed(Head head, MessageSubscriptionData data) implements TenonEvent {}

  /// `message.resubscribed`: A recipient took it back.
  record MessageResubscribed(Head head, MessageSubscriptionData data) implements TenonEvent {}

  /// `email.fallback_in_use`: Mails go through another connection than the first of their route.
  record EmailFallbackInUse(Head head, EmailFallbackData data) implements TenonEvent {}

  /// `connection.broken`: A provider refuses a connection's credentials.
  record ConnectionBroken(Head head, ConnectionData data) implements TenonEvent {}

  /// `connection.repaired`: It works again.
  record ConnectionRepaired(Head head, ConnectionData data) implements TenonEvent {}

  /// `connection.disabled`: A person switched it off.
  record ConnectionDisabled(Head head, ConnectionData data) implements TenonEvent {}

  /// `connection.enabled`: A person switched it on again.
  record ConnectionEnabled(Head head, ConnectionData data) implements TenonEvent {}

  /// `webhook.received`: A service of your own sent a webhook, and its signature was right.
  record WebhookReceived(Head head, WebhookReceivedData data) implements TenonEvent {}

  /// `endpoint.failing`: For the platform: nothing gets through to an endpoint for a day.
  record EndpointFailing(Head head, EndpointFailingData data) implements TenonEvent {}

  /// `endpoint.disabled`: For the platform: an endpoint was given up.
  record EndpointDisabled(Head head, EndpointDisabledData data) implements TenonEvent {}

  /// `endpoint.test`: Sent when somebody asks for it.
  record EndpointTest(Head head, EndpointTestData data) implements TenonEvent {}

  /// An event of an endpoint with `payload: thin`: ask the API for the rest.
  ///
  /// @param objectId the id of what it is about
  /// @param object the kind of thing
  record Thin(Head head, String objectId, String object) implements TenonEvent {}

  /// An event of a type that this version doesn't know.
  record Other(Head head, Map<String, @Nullable Object> data) implements TenonEvent {}
}
