package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import io.helidon.webserver.http.HttpRouting;
import java.time.InstantSource;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Resend's `/webhooks`.
final class ResendWebhooks {
  private final HookEndpoints endpoints;

  private final InstantSource clock;

  ResendWebhooks(HookEndpoints endpoints, InstantSource clock) {
    this.endpoints = endpoints;
    this.clock = clock;
  }

  void routes(HttpRouting.Builder routing, ResendAnswers answers) {
    routing
        .post(
            "/webhooks",
            (request, response) ->
                answers.answer(
                    request, response, 201, (_, body) -> create(ResendAnswers.json(body))))
        .get(
            "/webhooks", (request, response) -> answers.answer(request, response, (_, _) -> list()))
        .get(
            "/webhooks/{id}",
            (request, response) ->
                answers.answer(request, response, (asked, _) -> get(ResendAnswers.id(asked))))
        .post(
            "/webhooks/{id}/signing-secret/rotate",
            (request, response) ->
                answers.answer(request, response, (asked, _) -> rotate(ResendAnswers.id(asked))))
        .patch(
            "/webhooks/{id}",
            (request, response) ->
                answers.answer(
                    request,
                    response,
                    (asked, body) -> update(ResendAnswers.id(asked), ResendAnswers.json(body))))
        .delete(
            "/webhooks/{id}",
            (request, response) ->
                answers.answer(request, response, (asked, _) -> delete(ResendAnswers.id(asked))));
  }

  private JsonNode create(JsonNode wanted) {
    ObjectNode made = Json.object();
    made.put("id", UUID.randomUUID().toString());
    made.put("status", "enabled");
    made.put("secret", ResendHooks.newSecret());
    made.put("created_at", ResendSimulator.time(clock.instant()));
    for (String field : new String[] {"endpoint", "events"}) {
      if (!wanted.has(field)) {
        throw new ProviderRefusal(
            422, "missing_required_field", "Missing `%s` field.".formatted(field));
      }
    }
    change(made, wanted);
    endpoints.put(made);
    return Json.object()
        .put("object", "webhook")
        .put("id", made.path("id").asString())
        .put("signing_secret", made.path("secret").asString());
  }

  private JsonNode list() {
    ObjectNode answer = Json.object().put("object", "list").put("has_more", false);
    ArrayNode data = answer.putArray("data");
    endpoints.list().stream()
        .filter(each -> !each.path("id").asString().equals(MailHooks.CONTROL))
        .forEach(each -> data.add(shown(each)));
    return answer;
  }

  private JsonNode get(String id) {
    ObjectNode known = find(id);
    ObjectNode answer = Json.object().put("object", "webhook");
    answer.setAll(shown(known));
    return answer.put("signing_secret", known.path("secret").asString());
  }

  private JsonNode update(String id, JsonNode wanted) {
    ObjectNode known = find(id);
    change(known, wanted);
    if (wanted.has("status")) {
      String status = wanted.path("status").asString("");
      if (!status.equals("enabled") && !status.equals("disabled")) {
        throw invalid("The `status` must be `enabled` or `disabled`.");
      }
      known.put("status", status);
    }
    endpoints.put(known);
    return Json.object().put("object", "webhook").put("id", id);
  }

  private JsonNode rotate(String id) {
    ObjectNode known = find(id);
    ResendHooks.rotate(known, clock.instant());
    endpoints.put(known);
    return Json.object()
        .put("object", "webhook")
        .put("id", id)
        .put("signing_secret", known.path("secret").asString());
  }

  private JsonNode delete(String id) {
    endpoints.remove(find(id).path("id").asString());
    return Json.object().put("object", "webhook").put("id", id).put("deleted", true);
  }

  private ObjectNode find(String id) {
    return endpoints
        .find(id)
        .filter(each -> !each.path("id").asString().equals(MailHooks.CONTROL))
        .orElseThrow(() -> new ProviderRefusal(404, "not_found", "Webhook not found"));
  }

  private static void change(ObjectNode webhook, JsonNode wanted) {
    if (wanted.has("endpoint")) {
      String url = wanted.path("endpoint").asString("");
      if (HookUrl.read(url).isEmpty()) {
        throw invalid("The `endpoint` must be a valid URL.");
      }
      webhook.put("url", url);
    }
    if (wanted.has("events")) {
      if (!(wanted.get("events") instanceof ArrayNode events) || events.isEmpty()) {
        throw invalid("The `events` field must be an array of at least one event.");
      }
      ArrayNode kept = webhook.putArray("events");
      for (JsonNode event : events) {
        String type = event.asString("");
        if (!ResendEvents.TYPES.contains(type)
            && !type.matches("(email\\.received|contact|domain)[a-z._]*")) {
          throw invalid("The event `%s` is not known.".formatted(type));
        }
        kept.add(type);
      }
    }
  }

  private static ObjectNode shown(ObjectNode webhook) {
    ObjectNode shown = Json.object();
    shown.put("id", webhook.path("id").asString());
    shown.put("endpoint", webhook.path("url").asString());
    shown.set("events", webhook.path("events"));
    shown.put("status", webhook.path("status").asString());
    shown.put("created_at", webhook.path("created_at").asString());
    return shown;
  }

  private static ProviderRefusal invalid(String words) {
    return new ProviderRefusal(422, "validation_error", words);
  }
}
