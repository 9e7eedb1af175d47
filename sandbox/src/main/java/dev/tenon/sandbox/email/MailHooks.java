package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.Webhooks;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// One provider's webhooks: who is told of what, in which words, and how it is signed.
abstract class MailHooks implements Webhooks.Addresses {
  /// The id of the endpoint that the control call makes.
  static final String CONTROL = "control";

  private static final SecureRandom RANDOM = new SecureRandom();

  private final SimulatorContext context;
  private final HookEndpoints endpoints;

  MailHooks(SimulatorContext context) {
    this.context = context;
    this.endpoints = new HookEndpoints(context.journal());
  }

  final SimulatorContext context() {
    return context;
  }

  final HookEndpoints endpoints() {
    return endpoints;
  }

  /// What this provider tells of.
  abstract Set<Happening> happenings();

  /// The webhooks of what happened to a mail, one for each endpoint that wants it.
  abstract List<OutgoingWebhook> webhooks(Mail mail, List<MailEvent> events);

  /// The headers of one try.
  abstract Map<String, String> headers(
      ObjectNode endpoint, OutgoingWebhook webhook, String body, Instant at);

  /// Makes the endpoint of the control call, which wants everything, or moves it.
  ///
  /// @param secret what signs its webhooks, where the provider lets somebody choose that; empty for
  ///   a new one
  /// @return what its receiver needs to know
  abstract ObjectNode register(HookUrl url, String text, String secret);

  /// Sends them.
  void tell(Mail mail, List<MailEvent> events, Duration pause) {
    context.webhooks().sendAfter(pause, webhooks(mail, events));
  }

  /// The event id in the log of deliveries under which an event was told.
  String logged(MailEvent event) {
    return event.id();
  }

  /// What is sent at one try.
  String body(OutgoingWebhook webhook) {
    return webhook.body();
  }

  boolean isEnabled(ObjectNode endpoint) {
    return true;
  }

  /// Whether anybody is told at all.
  boolean isTold() {
    return !endpoints.isEmpty();
  }

  /// Whom a webhook is for, as it is now; empty when that is gone.
  Optional<ObjectNode> endpoint(OutgoingWebhook webhook) {
    return endpoints.find(webhook.endpoint());
  }

  @Override
  public final Optional<Webhooks.Address> of(OutgoingWebhook webhook, Instant at) {
    return endpoint(webhook)
        .filter(this::isEnabled)
        .map(
            endpoint -> {
              HookUrl url = HookUrl.of(endpoint);
              String body = body(webhook);
              Map<String, String> headers = new HashMap<>(url.headers());
              headers.putAll(headers(endpoint, webhook, body, at));
              return new Webhooks.Address(url.url(), headers, body);
            });
  }

  final OutgoingWebhook webhook(ObjectNode endpoint, MailEvent event, String type, String body) {
    return new OutgoingWebhook(
        event.id(), type, endpoint.path("id").asString(), HookUrl.of(endpoint).url(), body);
  }

  /// An endpoint for the control call: the one that is there already, so that what is on its way to
  /// it still arrives.
  final ObjectNode control(String url) {
    return endpoints
        .find(CONTROL)
        .orElseGet(() -> Json.object().put("id", CONTROL))
        .put("url", url);
  }

  /// Random bytes in base64 for URLs.
  static String token(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }
}
