package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import io.helidon.webserver.http.HttpRouting;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Resend's `/suppressions`, by id or by address.
final class ResendSuppressions {
  private final Suppressions suppressions;

  ResendSuppressions(Suppressions suppressions) {
    this.suppressions = suppressions;
  }

  void routes(HttpRouting.Builder routing, ResendAnswers answers) {
    routing
        .get(
            "/suppressions",
            (request, response) -> answers.answer(request, response, (_, _) -> list()))
        .post(
            "/suppressions",
            (request, response) ->
                answers.answer(request, response, 201, (_, body) -> add(ResendAnswers.json(body))))
        .get(
            "/suppressions/{id}",
            (request, response) ->
                answers.answer(request, response, (asked, _) -> get(ResendAnswers.id(asked))))
        .delete(
            "/suppressions/{id}",
            (request, response) ->
                answers.answer(request, response, (asked, _) -> remove(ResendAnswers.id(asked))));
  }

  private JsonNode list() {
    ObjectNode answer = Json.object().put("object", "list").put("has_more", false);
    ArrayNode data = answer.putArray("data");
    suppressions.list().reversed().stream().limit(100).forEach(entry -> data.add(json(entry)));
    return answer;
  }

  private JsonNode add(JsonNode wanted) {
    String address = wanted.path("email").asString("");
    if (Addresses.parse(address).filter(parsed -> parsed.size() == 1).isEmpty()) {
      throw new ProviderRefusal(422, "validation_error", "The `email` must be a valid address.");
    }
    suppressions.add(address, Happening.SUPPRESSED);
    return Json.object().put("object", "suppression").put("id", id(find(address)));
  }

  private JsonNode get(String wanted) {
    return json(find(wanted)).put("object", "suppression");
  }

  private JsonNode remove(String wanted) {
    Suppressions.Entry entry = find(wanted);
    boolean removed = suppressions.remove(entry.address());
    return Json.object().put("object", "suppression").put("id", id(entry)).put("deleted", removed);
  }

  private Suppressions.Entry find(String wanted) {
    return suppressions.list().stream()
        .filter(entry -> entry.address().equalsIgnoreCase(wanted) || id(entry).equals(wanted))
        .findFirst()
        .orElseThrow(() -> new ProviderRefusal(404, "not_found", "Suppression not found"));
  }

  private static String id(Suppressions.Entry entry) {
    return UUID.nameUUIDFromBytes(entry.address().getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static ObjectNode json(Suppressions.Entry entry) {
    return Json.object()
        .put("id", id(entry))
        .put("email", entry.address())
        .put(
            "origin",
            switch (entry.reason()) {
              case HARD_BOUNCED -> "bounce";
              case COMPLAINED -> "complaint";
              default -> "manual";
            })
        .putNull("source_id")
        .put("created_at", ResendSimulator.time(entry.at()));
  }
}
