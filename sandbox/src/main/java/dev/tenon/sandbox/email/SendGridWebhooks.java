package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// SendGrid's settings of the Event Webhook, at `/v3/user/webhooks/event/settings`.
final class SendGridWebhooks {
  private static final int WEBHOOKS_MAX = 5;
  private static final List<String> TEXTS =
      List.of("friendly_name", "oauth_client_id", "oauth_token_url");

  private final HookEndpoints endpoints;

  SendGridWebhooks(HookEndpoints endpoints) {
    this.endpoints = endpoints;
  }

  private List<ObjectNode> own() {
    return endpoints.list().stream()
        .filter(each -> !each.path("id").asString().equals(MailHooks.CONTROL))
        .toList();
  }

  synchronized ObjectNode create(JsonNode wanted, Instant now) {
    if (own().size() >= WEBHOOKS_MAX) {
      throw new ProviderRefusal(
          400, "", "You have reached the maximum number of event webhooks for your plan.");
    }
    ObjectNode made = Json.object();
    made.put("id", UUID.randomUUID().toString());
    made.put("created_date", time(now));
    return change(made, wanted, now);
  }

  ObjectNode update(String id, JsonNode wanted, Instant now) {
    return change(find(id), wanted, now);
  }

  private ObjectNode change(ObjectNode webhook, JsonNode wanted, Instant now) {
    String url = wanted.path("url").asString("");
    if (HookUrl.read(url).isEmpty()) {
      throw new ProviderRefusal(400, "url", "a valid url is required");
    }
    webhook.put("url", url);
    webhook.put("updated_date", time(now));
    Stream.concat(Stream.of("enabled"), SendGridHooks.SETTINGS.values().stream())
        .forEach(
            field ->
                webhook.put(
                    field, wanted.path(field).asBoolean(webhook.path(field).asBoolean(false))));
    TEXTS.forEach(
        field -> {
          if (wanted.has(field)) {
            webhook.put(field, wanted.path(field).asString(null));
          }
        });
    endpoints.put(webhook);
    return shown(webhook);
  }

  ObjectNode get(String id) {
    return shown(find(id));
  }

  ObjectNode list() {
    ObjectNode answer = Json.object().put("max_allowed", WEBHOOKS_MAX);
    ArrayNode webhooks = answer.putArray("webhooks");
    own().forEach(each -> webhooks.add(shown(each)));
    return answer;
  }

  void delete(String id) {
    endpoints.remove(find(id).path("id").asString());
  }

  /// The key that verifies; empty when nothing is signed.
  ObjectNode key(String id) {
    ObjectNode webhook = find(id);
    return Json.object()
        .put("id", webhook.path("id").asString())
        .put("public_key", publicKey(webhook));
  }

  ObjectNode sign(String id, boolean isSigned) {
    ObjectNode webhook = find(id);
    if (isSigned) {
      SendGridHooks.signed(webhook);
    } else {
      // A later switch makes a new key.
      webhook.remove(List.of("signed", "private_key", "public_key"));
    }
    endpoints.put(webhook);
    return key(webhook.path("id").asString());
  }

  /// Without an id it is the oldest one, as SendGrid has it for accounts with one webhook.
  private ObjectNode find(String id) {
    return own().stream()
        .filter(each -> id.isEmpty() || each.path("id").asString().equals(id))
        .findFirst()
        .orElseThrow(() -> new ProviderRefusal(404, "", "webhook not found"));
  }

  private static String publicKey(ObjectNode webhook) {
    return webhook.path("signed").asBoolean(false) ? webhook.path("public_key").asString() : "";
  }

  private static ObjectNode shown(ObjectNode webhook) {
    ObjectNode shown = webhook.deepCopy();
    shown.remove(List.of("private_key", "signed"));
    shown.put("public_key", publicKey(webhook));
    shown.put("account_status_change", false);
    TEXTS.stream().filter(field -> !shown.has(field)).forEach(shown::putNull);
    return shown;
  }

  private static String time(Instant now) {
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
