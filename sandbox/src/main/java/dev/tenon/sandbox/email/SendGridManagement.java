package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import io.helidon.webserver.http.HttpRouting;
import java.time.InstantSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// SendGrid's calls beside the sending: the Event Webhook, scheduled batches, suppressions.
final class SendGridManagement {
  private final SendGridWebhooks webhooks;
  private final SendGridHolds holds;
  private final Suppressions suppressions;
  private final InstantSource clock;

  SendGridManagement(
      SendGridWebhooks webhooks,
      SendGridHolds holds,
      Suppressions suppressions,
      InstantSource clock) {
    this.webhooks = webhooks;
    this.holds = holds;
    this.suppressions = suppressions;
    this.clock = clock;
  }

  void routes(HttpRouting.Builder routing) {
    settings(routing);
    scheduled(routing);
    suppressions(routing, "/v3/suppression/bounces", Happening.HARD_BOUNCED);
    suppressions(routing, "/v3/suppression/spam_reports", Happening.COMPLAINED);
    suppressions(routing, "/v3/asm/suppressions/global", Happening.UNSUBSCRIBED);
  }

  private void settings(HttpRouting.Builder routing) {
    String path = "/v3/user/webhooks/event/settings";
    SendGridAnswers.json(
        routing, "POST", path, 201, (_, body) -> webhooks.create(body, clock.instant()));
    SendGridAnswers.json(routing, "GET", path, 200, (_, _) -> webhooks.get(""));
    SendGridAnswers.json(routing, "GET", path + "/all", 200, (_, _) -> webhooks.list());
    SendGridAnswers.json(routing, "GET", path + "/signed", 200, (_, _) -> webhooks.key(""));
    SendGridAnswers.json(
        routing,
        "PATCH",
        path + "/signed",
        200,
        (_, body) -> webhooks.sign("", body.path("enabled").asBoolean(false)));
    SendGridAnswers.json(
        routing,
        "GET",
        path + "/signed/{id}",
        200,
        (request, _) -> webhooks.key(SendGridAnswers.id(request)));
    SendGridAnswers.json(
        routing,
        "PATCH",
        path + "/signed/{id}",
        200,
        (request, body) ->
            webhooks.sign(SendGridAnswers.id(request), body.path("enabled").asBoolean(false)));
    SendGridAnswers.json(
        routing,
        "GET",
        path + "/{id}",
        200,
        (request, _) -> webhooks.get(SendGridAnswers.id(request)));
    SendGridAnswers.json(
        routing,
        "PATCH",
        path + "/{id}",
        200,
        (request, body) -> webhooks.update(SendGridAnswers.id(request), body, clock.instant()));
    SendGridAnswers.json(
        routing,
        "DELETE",
        path + "/{id}",
        204,
        (request, _) -> {
          webhooks.delete(SendGridAnswers.id(request));
          return Json.object();
        });
  }

  private void scheduled(HttpRouting.Builder routing) {
    String path = "/v3/user/scheduled_sends";
    SendGridAnswers.json(
        routing,
        "POST",
        path,
        201,
        (_, body) ->
            holds.put(body.path("batch_id").asString(""), body.path("status").asString(""), true));
    SendGridAnswers.json(routing, "GET", path, 200, (_, _) -> holds.list(""));
    SendGridAnswers.json(
        routing,
        "GET",
        path + "/{id}",
        200,
        (request, _) -> holds.list(SendGridAnswers.id(request)));
    SendGridAnswers.json(
        routing,
        "PATCH",
        path + "/{id}",
        204,
        (request, body) ->
            holds.put(SendGridAnswers.id(request), body.path("status").asString(""), false));
    SendGridAnswers.json(
        routing,
        "DELETE",
        path + "/{id}",
        204,
        (request, _) -> {
          holds.remove(SendGridAnswers.id(request));
          return Json.object();
        });
  }

  /// A list of addresses to which SendGrid sends nothing, by why.
  private void suppressions(HttpRouting.Builder routing, String path, Happening reason) {
    SendGridAnswers.json(routing, "GET", path, 200, (_, _) -> suppressed(reason, ""));
    SendGridAnswers.json(
        routing,
        "GET",
        path + "/{id}",
        200,
        (request, _) -> suppressed(reason, SendGridAnswers.id(request)));
    SendGridAnswers.json(
        routing,
        "DELETE",
        path + "/{id}",
        204,
        (request, _) -> {
          boolean known = !suppressed(reason, SendGridAnswers.id(request)).isEmpty();
          if (!known || !suppressions.remove(SendGridAnswers.id(request))) {
            throw new ProviderRefusal(404, "", "resource not found");
          }
          return Json.object();
        });
  }

  /// @param only an address; empty for all
  private ArrayNode suppressed(Happening reason, String only) {
    ArrayNode list = Json.array();
    for (Suppressions.Entry entry : suppressions.list()) {
      if (entry.reason() == reason && (only.isEmpty() || entry.address().equalsIgnoreCase(only))) {
        ObjectNode one =
            list.addObject()
                .put("created", entry.at().getEpochSecond())
                .put("email", entry.address());
        if (reason == Happening.HARD_BOUNCED) {
          one.put("reason", "550 5.1.1 user unknown").put("status", "5.1.1");
        }
      }
    }
    return list;
  }
}
