package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Delivery;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.Webhooks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/// What happened in the account: kept for `GET /v1/events`, and sent to the endpoints that want it.
///
/// Guarded by the lock of [StripeApi].
final class Events {
  private static final long SECONDS_KEPT = 30L * 24 * 3_600;

  private final Objects objects;
  private final WebhookEndpoints endpoints;
  private final Listeners platform;
  private final Webhooks webhooks;
  private final List<ObjectNode> happened = new ArrayList<>();
  private final List<OutgoingWebhook> pending = new ArrayList<>();
  private Call call = Call.NONE;

  /// Who else hears of an account's events.
  interface Listeners {
    List<OutgoingWebhook> webhooks(ObjectNode event, Objects of);
  }

  /// @param platform those of the account that this one is connected to
  Events(Objects objects, WebhookEndpoints endpoints, Listeners platform, Webhooks webhooks) {
    this.objects = objects;
    this.endpoints = endpoints;
    this.platform = platform;
    this.webhooks = webhooks;
  }

  /// Starts a change; what an earlier, refused change left behind is dropped.
  void begin(Call call) {
    this.call = call;
    happened.clear();
    pending.clear();
  }

  /// The change is made: keeps its events and hands its webhooks over.
  void flush() {
    happened.forEach(objects::add);
    happened.clear();
    webhooks.send(pending, objects.commit());
    pending.clear();
  }

  /// The change was refused: nothing of it stays, and nobody hears of it.
  void rollback() {
    happened.clear();
    pending.clear();
    objects.rollback();
  }

  void emit(String type, ObjectNode object) {
    emit(type, object, Json.object());
  }

  /// Records that something happened to an object, as it is at this moment.
  ///
  /// @param previous the old values of what changed; empty where nothing did
  void emit(String type, ObjectNode object, ObjectNode previous) {
    ObjectNode event = objects.shape("event", objects.id("evt_"), "{}");
    // Also what a test clock brings about is told now, so that lists of the last days have it.
    event.put("created", objects.wall());
    event.put("api_version", StripeSimulator.API_VERSION);
    event.put("type", type);
    ObjectNode data = event.putObject("data");
    data.set("object", object.deepCopy());
    if (!previous.isEmpty()) {
      data.set("previous_attributes", previous);
    }
    ObjectNode request = event.putObject("request");
    putOrNull(request, "id", call.requestId());
    putOrNull(request, "idempotency_key", call.idempotencyKey());
    List<OutgoingWebhook> outgoing = new ArrayList<>(endpoints.webhooks(event));
    outgoing.addAll(platform.webhooks(event, objects));
    event.put("pending_webhooks", outgoing.size());
    happened.add(event);
    pending.addAll(outgoing);
  }

  private static void putOrNull(ObjectNode node, String field, String text) {
    if (text.isEmpty()) {
      node.putNull(field);
    } else {
      node.put(field, text);
    }
  }

  ObjectNode get(Call call) {
    return objects.get("event", call.id());
  }

  ObjectNode list(Call call) {
    Params params =
        call.params()
            .allow(
                "type",
                "types",
                "created",
                "delivery_success",
                "limit",
                "starting_after",
                "ending_before");
    List<String> types = new ArrayList<>(params.texts("types"));
    if (types.size() > 20) {
      throw StripeError.invalid("types", "You can give at most 20 types.");
    }
    if (!params.text("type").isEmpty()) {
      if (!types.isEmpty()) {
        throw StripeError.invalid("types", "You may give either type or types, not both.");
      }
      types.add(params.text("type"));
    }
    long oldest = objects.wall() - SECONDS_KEPT;
    Set<String> failed = params.has("delivery_success") ? notDelivered() : Set.of();
    boolean wanted = params.bool("delivery_success", true);
    return objects.page(
        "event",
        "/v1/events",
        params,
        event ->
            event.path("created").asLong() >= oldest
                && (types.isEmpty() || types.stream().anyMatch(t -> matches(t, event)))
                && (!params.has("delivery_success")
                    || failed.contains(event.path("id").asString()) != wanted));
  }

  private static boolean matches(String pattern, ObjectNode event) {
    String type = event.path("type").asString();
    return pattern.endsWith(".*")
        ? type.startsWith(pattern.substring(0, pattern.length() - 1))
        : type.equals(pattern);
  }

  private Set<String> notDelivered() {
    return webhooks.list().stream()
        .filter(delivery -> delivery.state() != Delivery.State.DELIVERED)
        .map(Delivery::eventId)
        .collect(Collectors.toSet());
  }
}
