package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.OutgoingWebhook;
import dev.tenon.sandbox.Webhooks;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Where events go. The signing secret is shown once, when the endpoint is made.
final class WebhookEndpoints {
  private static final String TYPE = "webhook_endpoint";
  private static final int ENDPOINTS_MAX = 1_000;
  private static final long ROLL_SECONDS = 24 * 3_600;

  private final Objects objects;

  WebhookEndpoints(Objects objects) {
    this.objects = objects;
  }

  ObjectNode create(Call call) {
    Params params =
        call.params()
            .allow("url", "enabled_events", "api_version", "description", "metadata", "connect");
    String url = url(params.required("url"));
    List<String> types = params.texts("enabled_events");
    if (types.isEmpty()) {
      throw StripeError.missing("enabled_events");
    }
    ObjectNode endpoint = add(url, types, params.text("api_version"), "whsec_" + objects.token(32));
    if (params.bool("connect", false)) {
      objects.get("endpoint_secret", endpoint.path("id").asString()).put("connect", true);
    }
    params.copyTexts(endpoint, "description");
    params.mergeMetadata(endpoint);
    ObjectNode shown = endpoint.deepCopy();
    shown.put("secret", secrets(endpoint).getFirst());
    return shown;
  }

  ObjectNode add(String url, List<String> types, String apiVersion, String secret) {
    if (objects.list(TYPE).size() >= ENDPOINTS_MAX) {
      throw StripeError.invalid("url", "You have reached the maximum of 1000 webhook endpoints.");
    }
    ObjectNode endpoint =
        objects.shape(
            TYPE,
            objects.id("we_"),
            """
            {"api_version": null, "application": null, "description": null, "metadata": {},
             "status": "enabled"}
            """);
    endpoint.put("url", url);
    if (!apiVersion.isEmpty()) {
      endpoint.put("api_version", apiVersion);
    }
    ArrayNode enabled = endpoint.putArray("enabled_events");
    types.forEach(enabled::add);
    ObjectNode held = Json.object();
    held.put("id", endpoint.path("id").asString());
    held.put("object", "endpoint_secret");
    held.put("current", secret);
    objects.add(held);
    return objects.add(endpoint);
  }

  ObjectNode get(Call call) {
    return objects.get(TYPE, call.id());
  }

  ObjectNode list(Call call) {
    call.params().allow("limit", "starting_after", "ending_before");
    return objects.page(TYPE, "/v1/webhook_endpoints", call.params(), endpoint -> true);
  }

  ObjectNode update(Call call) {
    ObjectNode endpoint = objects.get(TYPE, call.id());
    Params params =
        call.params().allow("url", "enabled_events", "description", "metadata", "disabled");
    if (params.has("url")) {
      endpoint.put("url", url(params.required("url")));
    }
    if (params.has("enabled_events")) {
      ArrayNode enabled = endpoint.putArray("enabled_events");
      params.texts("enabled_events").forEach(enabled::add);
    }
    if (params.has("disabled")) {
      endpoint.put("status", params.bool("disabled", false) ? "disabled" : "enabled");
    }
    params.copyTexts(endpoint, "description");
    params.mergeMetadata(endpoint);
    return endpoint;
  }

  ObjectNode delete(Call call) {
    objects.get(TYPE, call.id());
    objects.remove(TYPE, call.id());
    objects.remove("endpoint_secret", call.id());
    ObjectNode answer = Json.object();
    answer.put("id", call.id());
    answer.put("object", TYPE);
    answer.put("deleted", true);
    return answer;
  }

  /// Has one endpoint for all events in place of those whose address `these` picks: the first of
  /// them, so that what is on its way to it still arrives, or a new one. Answers its id.
  String move(Predicate<URI> these, String url, String secret) {
    List<ObjectNode> picked =
        objects.list(TYPE).stream()
            .filter(endpoint -> these.test(URI.create(endpoint.path("url").asString())))
            .toList();
    if (picked.isEmpty()) {
      return add(url, List.of("*"), "", secret).path("id").asString();
    }
    String kept = picked.getFirst().path("id").asString();
    for (ObjectNode surplus : picked.subList(1, picked.size())) {
      objects.remove(TYPE, surplus.path("id").asString());
      objects.remove("endpoint_secret", surplus.path("id").asString());
    }
    picked.getFirst().put("url", url).put("status", "enabled");
    objects.get("endpoint_secret", kept).put("current", secret).remove("old_until");
    return kept;
  }

  /// Gives an endpoint a new secret; for 24 hours the old one signs too.
  String roll(String id) {
    objects.get(TYPE, id);
    ObjectNode held = objects.get("endpoint_secret", id);
    held.put("old", held.path("current").asString());
    held.put("old_until", objects.now() + ROLL_SECONDS);
    String secret = "whsec_" + objects.token(32);
    held.put("current", secret);
    return secret;
  }

  /// One webhook for every endpoint that wants the event of this account.
  List<OutgoingWebhook> webhooks(ObjectNode event) {
    return webhooks(event, objects, false);
  }

  /// One for every endpoint that hears of connected accounts.
  ///
  /// @param of the objects of the account that it happened in
  List<OutgoingWebhook> connectWebhooks(ObjectNode event, Objects of, String account) {
    ObjectNode named = event.deepCopy();
    named.put("account", account);
    return webhooks(named, of, true);
  }

  private List<OutgoingWebhook> webhooks(ObjectNode event, Objects of, boolean connect) {
    String type = event.path("type").asString();
    List<OutgoingWebhook> outgoing = new ArrayList<>();
    for (ObjectNode endpoint : objects.list(TYPE)) {
      String version = endpoint.path("api_version").asString("");
      ObjectNode held = objects.get("endpoint_secret", endpoint.path("id").asString());
      if (endpoint.path("status").asString().equals("enabled")
          && held.path("connect").asBoolean(false) == connect
          && wants(endpoint, type)
          && OldShapes.has(version, type)) {
        boolean thin = held.path("thin").asBoolean(false);
        outgoing.add(
            new OutgoingWebhook(
                event.path("id").asString(),
                type,
                endpoint.path("id").asString(),
                URI.create(endpoint.path("url").asString()),
                Json.pretty(thin ? thin(event) : shown(event, version, of))));
      }
    }
    return outgoing;
  }

  private ObjectNode thin(ObjectNode event) {
    return ThinEvents.of(event, objects.id("evt_"));
  }

  private static ObjectNode shown(ObjectNode event, String version, Objects of) {
    ObjectNode shown = OldShapes.of(event, version, lookup(of));
    shown.put("pending_webhooks", 1);
    return shown;
  }

  /// Has an endpoint get thin events from now on, as an event destination of Stripe's second API
  /// does whose `event_payload` is `thin`.
  ObjectNode thin(String id) {
    ObjectNode endpoint = objects.get(TYPE, id);
    objects.get("endpoint_secret", id).put("thin", true);
    return endpoint;
  }

  /// Where a webhook goes now; empty when its endpoint was deleted or switched off.
  Optional<Webhooks.Address> address(OutgoingWebhook webhook, Instant at) {
    return objects
        .find(TYPE, webhook.endpoint())
        .filter(endpoint -> endpoint.path("status").asString().equals("enabled"))
        .map(
            endpoint ->
                new Webhooks.Address(
                    URI.create(endpoint.path("url").asString()),
                    headers(secrets(endpoint), at, webhook.body()),
                    webhook.body()));
  }

  private static OldShapes.Lookup lookup(Objects objects) {
    return new OldShapes.Lookup() {
      @Override
      public String invoiceOf(String intent) {
        return payment(
                objects,
                payment -> payment.path("payment").path("payment_intent").asString(),
                intent)
            .map(payment -> payment.path("invoice").asString())
            .orElse("");
      }

      @Override
      public Optional<ObjectNode> intentOf(String invoice) {
        return payment(objects, payment -> payment.path("invoice").asString(), invoice)
            .flatMap(
                payment ->
                    objects.find(
                        "payment_intent",
                        payment.path("payment").path("payment_intent").asString()));
      }

      @Override
      public Optional<ObjectNode> price(String id) {
        return objects.find("price", id);
      }
    };
  }

  private static Optional<ObjectNode> payment(
      Objects objects, Function<ObjectNode, String> field, String value) {
    return objects.list("invoice_payment").stream()
        .filter(payment -> field.apply(payment).equals(value))
        .findFirst();
  }

  private static Map<String, String> headers(List<String> secrets, Instant at, String body) {
    return Map.of(
        "Content-Type", "application/json; charset=utf-8",
        "User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature", StripeSignature.header(secrets, at, body));
  }

  private static boolean wants(ObjectNode endpoint, String type) {
    for (JsonNode wanted : endpoint.path("enabled_events")) {
      if (wanted.asString().equals("*") || wanted.asString().equals(type)) {
        return true;
      }
    }
    return false;
  }

  private List<String> secrets(ObjectNode endpoint) {
    ObjectNode held = objects.get("endpoint_secret", endpoint.path("id").asString());
    List<String> secrets = new ArrayList<>(List.of(held.path("current").asString()));
    if (held.path("old_until").asLong(0) > objects.now()) {
      secrets.add(held.path("old").asString());
    }
    return secrets;
  }

  private static String url(String text) {
    try {
      URI url = URI.create(text);
      if (url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return text;
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the one refusal.
    }
    throw StripeError.invalid(
        "url_invalid", "url", "Not a valid URL: an absolute http or https URL is needed.");
  }
}
