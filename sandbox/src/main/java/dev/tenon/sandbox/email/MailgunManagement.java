package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// Mailgun's calls beside the sending: webhooks, their signing key, suppressions.
final class MailgunManagement {
  private final MailgunWebhooks webhooks;
  private final MailgunSuppressions suppressed;
  private final Supplier<String> signingKey;

  MailgunManagement(
      MailgunWebhooks webhooks, MailgunSuppressions suppressed, Supplier<String> signingKey) {
    this.webhooks = webhooks;
    this.suppressed = suppressed;
    this.signingKey = signingKey;
  }

  void routes(HttpRouting.Builder routing) {
    webhooks(routing);
    suppressions(routing);
  }

  private void suppressions(HttpRouting.Builder routing) {
    routing
        .get(
            "/v3/{domain}/{list:bounces|complaints|unsubscribes}",
            (request, response) ->
                MailgunAnswers.answer(
                    request,
                    response,
                    (asked, _) ->
                        suppressed.list(MailgunAnswers.parameter(asked, "list"), paging(asked))))
        .get(
            "/v3/{domain}/{list:bounces|complaints|unsubscribes}/{address}",
            (request, response) ->
                MailgunAnswers.answer(
                    request,
                    response,
                    (asked, _) ->
                        suppressed.get(
                            MailgunAnswers.parameter(asked, "list"),
                            MailgunAnswers.parameter(asked, "address"))))
        .delete(
            "/v3/{domain}/{list:bounces|complaints|unsubscribes}/{address}",
            (request, response) ->
                MailgunAnswers.answer(
                    request,
                    response,
                    (asked, _) ->
                        suppressed.remove(
                            MailgunAnswers.parameter(asked, "list"),
                            MailgunAnswers.parameter(asked, "address"))));
  }

  private void webhooks(HttpRouting.Builder routing) {
    String v3 = "/v3/domains/{domain}/webhooks";
    String v4 = "/v4/domains/{domain}/webhooks";
    routing
        .get(
            "/v5/accounts/http_signing_key",
            (request, response) ->
                account(
                    request,
                    response,
                    () ->
                        Json.object()
                            .put("message", "success")
                            .put("http_signing_key", signingKey.get())))
        .get(
            v3,
            (request, response) ->
                MailgunAnswers.answer(
                    request, response, (asked, _) -> webhooks.list(MailgunAnswers.domain(asked))))
        .post(
            v3,
            (request, response) ->
                MailgunAnswers.answer(
                    request,
                    response,
                    (asked, body) -> {
                      MultipartForm form = MailgunAnswers.form(asked, body);
                      return webhooks.create(
                          MailgunAnswers.domain(asked), form.first("id"), form.all("url"));
                    }))
        .get(
            v3 + "/{type}",
            (request, response) ->
                MailgunAnswers.answer(
                    request,
                    response,
                    (asked, _) ->
                        webhooks.get(
                            MailgunAnswers.domain(asked), MailgunAnswers.parameter(asked, "type"))))
        .put(
            v3 + "/{type}",
            (request, response) ->
                MailgunAnswers.answer(
                    request,
                    response,
                    (asked, body) ->
                        webhooks.update(
                            MailgunAnswers.domain(asked),
                            MailgunAnswers.parameter(asked, "type"),
                            MailgunAnswers.form(asked, body).all("url"))))
        .delete(
            v3 + "/{type}",
            (request, response) ->
                MailgunAnswers.answer(
                    request,
                    response,
                    (asked, _) ->
                        webhooks.delete(
                            MailgunAnswers.domain(asked), MailgunAnswers.parameter(asked, "type"))))
        .post(
            v4,
            (request, response) ->
                MailgunAnswers.answer(
                    request, response, (asked, body) -> set(webhooks, asked, body, false)))
        .put(
            v4,
            (request, response) ->
                MailgunAnswers.answer(
                    request, response, (asked, body) -> set(webhooks, asked, body, true)))
        .delete(
            v4,
            (request, response) ->
                MailgunAnswers.answer(
                    request,
                    response,
                    (asked, _) ->
                        webhooks.set(
                            MailgunAnswers.domain(asked),
                            asked.query().first("url").orElse(""),
                            List.of(),
                            true)));
  }

  private static String paging(ServerRequest request) {
    return "http://%s%s".formatted(request.authority(), request.path().path());
  }

  private static JsonNode set(
      MailgunWebhooks webhooks, ServerRequest request, byte[] body, boolean only) {
    MultipartForm form = MailgunAnswers.form(request, body);
    return webhooks.set(
        MailgunAnswers.domain(request), form.first("url"), form.all("event_types"), only);
  }

  private static void account(
      ServerRequest request, ServerResponse response, Supplier<JsonNode> work) {
    if (MailgunAnswers.hasKey(request)) {
      Json.send(response, 200, work.get());
    } else {
      MailgunAnswers.text(response, 401, "Forbidden");
    }
  }
}
