package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.Webhooks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/// The platform's account and those that are connected to it (docs.stripe.com/connect). Each has
/// objects, events, endpoints and idempotency keys of its own; a call with the header
/// `Stripe-Account` is made in that account.
final class StripeAccounts {
  private final SimulatorContext context;
  private final StripeAccount platform;
  private final Map<String, StripeAccount> connected = new ConcurrentHashMap<>();

  /// With what an earlier run kept.
  StripeAccounts(SimulatorContext context) {
    this.context = context;
    this.platform = StripeAccount.platform(context);
    platform.objects.load(context.journal());
    for (ObjectNode account : platform.api.read(() -> platform.objects.list(Accounts.TYPE))) {
      connect(account.path("id").asString()).objects.load(context.journal());
    }
  }

  StripeAccount platform() {
    return platform;
  }

  /// All of them, the platform's first.
  List<StripeAccount> all() {
    List<StripeAccount> all = new ArrayList<>(List.of(platform));
    all.addAll(connected.values());
    return all;
  }

  /// The account that a call names in its header; empty when none of that id is connected.
  Optional<StripeAccount> acting(String named) {
    return named.isEmpty() || named.equals(Accounts.OWN)
        ? Optional.of(platform)
        : Optional.ofNullable(connected.get(named));
  }

  /// The account that has an object of this id; the platform's when none has.
  StripeAccount holding(String id) {
    return platform.api.read(
        () ->
            connected.values().stream()
                .filter(account -> account.objects.find(id).isPresent())
                .findFirst()
                .orElse(platform));
  }

  Optional<Webhooks.Address> address(OutgoingWebhook webhook, Instant at) {
    return platform.api.read(() -> holding(webhook.endpoint()).endpoints.address(webhook, at));
  }

  /// `POST /v1/accounts`.
  ObjectNode create(Call call) {
    ObjectNode made = platform.accounts.create(call);
    StripeAccount _ = connect(made.path("id").asString());
    return made;
  }

  /// `DELETE /v1/accounts/{id}`: the platform may not act for it any more.
  ObjectNode delete(Call call) {
    ObjectNode answer = platform.accounts.delete(call);
    connected.remove(call.id());
    return answer;
  }

  private StripeAccount connect(String id) {
    return connected.computeIfAbsent(id, _ -> platform.connected(context, id));
  }
}
