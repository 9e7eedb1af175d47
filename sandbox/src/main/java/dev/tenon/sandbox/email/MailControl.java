package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The control calls of a provider of mails: `PUT /_sandbox/webhook` makes its webhook without the
/// provider's API, and `/_sandbox/suppressions` shows and mends the provider's list.
final class MailControl {
  private MailControl() {}

  /// With the list of suppressed addresses, for those that have one for all their mails.
  static void add(HttpRouting.Builder routing, MailHooks hooks, Suppressions suppressions) {
    add(routing, hooks);
    routing
        .get("/_sandbox/suppressions", (_, response) -> list(suppressions, response))
        .delete(
            "/_sandbox/suppressions/{address}",
            (request, response) -> remove(suppressions, request, response));
  }

  static void add(HttpRouting.Builder routing, MailHooks hooks) {
    routing
        .put(
            "/_sandbox/webhook",
            (request, response) ->
                checked(
                    response,
                    () -> {
                      ObjectNode wanted = Json.readObject(Json.body(request));
                      return register(
                          hooks,
                          wanted.path("url").asString(""),
                          wanted.path("secret").asString(""));
                    }))
        .delete(
            "/_sandbox/webhook",
            (_, response) -> {
              hooks.endpoints().remove(MailHooks.CONTROL);
              response.status(204).send();
            });
  }

  /// @throws IllegalArgumentException when the URL is none
  static ObjectNode register(MailHooks hooks, String url, String secret) {
    HookUrl read =
        HookUrl.read(url)
            .orElseThrow(
                () -> new IllegalArgumentException("url must be an absolute http or https URL."));
    try {
      return hooks.register(read, url, secret);
    } catch (ProviderRefusal refusal) {
      throw new IllegalArgumentException(refusal.words());
    }
  }

  private static void list(Suppressions suppressions, ServerResponse response) {
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("suppressions");
    suppressions
        .list()
        .forEach(
            entry ->
                list.addObject()
                    .put("address", entry.address())
                    .put("reason", entry.reason().word())
                    .put("at", entry.at().toString()));
    Json.send(response, 200, answer);
  }

  private static void remove(
      Suppressions suppressions, ServerRequest request, ServerResponse response) {
    String address = request.path().pathParameters().get("address");
    if (suppressions.remove(address)) {
      response.status(204).send();
    } else {
      Json.sendError(response, 404, address + " is not suppressed.");
    }
  }

  private interface Work {
    ObjectNode run();
  }

  private static void checked(ServerResponse response, Work work) {
    try {
      Json.send(response, 200, work.run());
    } catch (IllegalArgumentException wrong) {
      Json.sendError(response, 400, String.valueOf(wrong.getMessage()));
    }
  }
}
