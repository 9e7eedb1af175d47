package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Fate;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for SendGrid's mail send. Mails go to the [Mailbox], one for each personalization.
///
/// Any key that begins with `SG.` is taken. Sandbox mode checks a mail, answers 200 and throws it
/// away. Suppressed and unknown recipients are accepted, as the real one does: that they are
/// dropped is told by the Event Webhook only. Senders at `unverified.test` are refused with 403.
public final class SendGridSimulator extends MailSimulator {
  /// SendGrid's limit for one request, attachments included.
  private static final int BYTES_MAX = 30 * 1024 * 1024;

  private final InstantSource clock;
  private final SendGridHolds holds = new SendGridHolds();
  private Runnable closing = () -> {};

  public SendGridSimulator(Mailbox mailbox, InstantSource clock) {
    super(Carrier.SENDGRID, mailbox);
    this.clock = clock;
  }

  @Override
  MailHooks hooks(SimulatorContext context) {
    SendGridHooks made = new SendGridHooks(context);
    closing = made.batches()::close;
    return made;
  }

  /// A paused batch waits, and a cancelled one is thrown away when its time comes.
  @Override
  boolean isHeld(Mail mail) {
    String status = mail.batch().isEmpty() ? "" : holds.status(mail.batch());
    if (status.equals("cancel")) {
      mailbox().settle(mail, Fate.CANCELED);
    }
    return !status.isEmpty();
  }

  @Override
  public void close() {
    super.close();
    closing.run();
  }

  @Override
  void api(HttpRouting.Builder routing, SimulatorContext context, MailHooks hooks) {
    holds.keepIn(context.journal());
    settings(routing, new SendGridWebhooks(hooks.endpoints()));
    scheduled(routing);
    suppressions(routing, "/v3/suppression/bounces", Happening.HARD_BOUNCED);
    suppressions(routing, "/v3/suppression/spam_reports", Happening.COMPLAINED);
    suppressions(routing, "/v3/asm/suppressions/global", Happening.UNSUBSCRIBED);
    routing
        .post("/v3/mail/send", (request, response) -> answer(request, response, this::send))
        .post(
            "/v3/mail/batch",
            (request, response) ->
                answer(
                    request,
                    response,
                    (_, _) -> Json.send(response, 201, Json.object().put("batch_id", newId()))))
        .get(
            "/v3/scopes",
            (request, response) ->
                answer(
                    request,
                    response,
                    (_, _) -> {
                      ObjectNode scopes = Json.object();
                      scopes.putArray("scopes").add("mail.send").add("mail.batch.create");
                      Json.send(response, 200, scopes);
                    }))
        .any(
            (request, response) ->
                answer(
                    request,
                    response,
                    (_, _) -> {
                      throw new ProviderRefusal(404, "", "not found");
                    }));
  }

  private void settings(HttpRouting.Builder routing, SendGridWebhooks webhooks) {
    String path = "/v3/user/webhooks/event/settings";
    json(routing, "POST", path, 201, (_, body) -> webhooks.create(body, clock.instant()));
    json(routing, "GET", path, 200, (_, _) -> webhooks.get(""));
    json(routing, "GET", path + "/all", 200, (_, _) -> webhooks.list());
    json(routing, "GET", path + "/signed", 200, (_, _) -> webhooks.key(""));
    json(
        routing,
        "PATCH",
        path + "/signed",
        200,
        (_, body) -> webhooks.sign("", body.path("enabled").asBoolean(false)));
    json(routing, "GET", path + "/signed/{id}", 200, (request, _) -> webhooks.key(id(request)));
    json(
        routing,
        "PATCH",
        path + "/signed/{id}",
        200,
        (request, body) -> webhooks.sign(id(request), body.path("enabled").asBoolean(false)));
    json(routing, "GET", path + "/{id}", 200, (request, _) -> webhooks.get(id(request)));
    json(
        routing,
        "PATCH",
        path + "/{id}",
        200,
        (request, body) -> webhooks.update(id(request), body, clock.instant()));
    json(
        routing,
        "DELETE",
        path + "/{id}",
        204,
        (request, _) -> {
          webhooks.delete(id(request));
          return Json.object();
        });
  }

  private void scheduled(HttpRouting.Builder routing) {
    String path = "/v3/user/scheduled_sends";
    json(
        routing,
        "POST",
        path,
        201,
        (_, body) ->
            holds.put(body.path("batch_id").asString(""), body.path("status").asString(""), true));
    json(routing, "GET", path, 200, (_, _) -> holds.list(""));
    json(routing, "GET", path + "/{id}", 200, (request, _) -> holds.list(id(request)));
    json(
        routing,
        "PATCH",
        path + "/{id}",
        204,
        (request, body) -> holds.put(id(request), body.path("status").asString(""), false));
    json(
        routing,
        "DELETE",
        path + "/{id}",
        204,
        (request, _) -> {
          holds.remove(id(request));
          return Json.object();
        });
  }

  /// A list of addresses to which SendGrid sends nothing, by why.
  private void suppressions(HttpRouting.Builder routing, String path, Happening reason) {
    json(routing, "GET", path, 200, (_, _) -> suppressed(reason, ""));
    json(routing, "GET", path + "/{id}", 200, (request, _) -> suppressed(reason, id(request)));
    json(
        routing,
        "DELETE",
        path + "/{id}",
        204,
        (request, _) -> {
          boolean known = !suppressed(reason, id(request)).isEmpty();
          if (!known || !suppressions().remove(id(request))) {
            throw new ProviderRefusal(404, "", "resource not found");
          }
          return Json.object();
        });
  }

  /// @param only an address; empty for all
  private ArrayNode suppressed(Happening reason, String only) {
    ArrayNode list = Json.array();
    for (Suppressions.Entry entry : suppressions().list()) {
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

  private static String id(ServerRequest request) {
    return request.path().pathParameters().get("id");
  }

  private static void json(
      HttpRouting.Builder routing,
      String method,
      String path,
      int status,
      BiFunction<ServerRequest, JsonNode, JsonNode> work) {
    routing.route(
        Method.create(method),
        path,
        (request, response) ->
            answer(
                request,
                response,
                (body, answered) -> {
                  JsonNode read = body.length == 0 ? Json.object() : read(body);
                  JsonNode made = work.apply(request, read);
                  if (status == 204) {
                    answered.status(204).send();
                  } else {
                    Json.send(answered, status, made);
                  }
                }));
  }

  private static JsonNode read(byte[] body) {
    try {
      return Json.read(body);
    } catch (IllegalArgumentException notJson) {
      throw new ProviderRefusal(400, "", "Bad Request");
    }
  }

  @Override
  public String faultBody(int status) {
    String words =
        switch (status) {
          case 401 -> "The provided authorization grant is invalid, expired, or revoked";
          case 403 -> "access forbidden";
          case 404 -> "not found";
          case 413 -> "content too large";
          case 429 -> "too many requests";
          case 500 -> "internal server error";
          case 503 -> "service not available";
          default -> "Failed by a fault of the sandbox.";
        };
    return Json.write(error("", words));
  }

  private void send(byte[] body, ServerResponse response) {
    if (body.length > BYTES_MAX) {
      throw new ProviderRefusal(413, "", "content too large");
    }
    JsonNode json = read(body);
    List<SendGridMessage> messages = SendGridMessage.readAll(json, clock.instant());
    if (json.at("/mail_settings/sandbox_mode/enable").asBoolean(false)) {
      response.status(200).send();
      return;
    }
    String id = newId();
    for (SendGridMessage one : messages) {
      if (one.dueAt().isPresent()) {
        var _ = take(id, one.content(), one.dueAt().get(), one.batch());
      } else {
        var _ = take(id, one.content());
      }
    }
    response.status(202).header(HeaderNames.create("X-Message-Id"), id).send();
  }

  /// 22 characters, as the real ones have.
  private static String newId() {
    return MailHooks.token(16);
  }

  private static void answer(
      ServerRequest request, ServerResponse response, BiConsumer<byte[], ServerResponse> work) {
    byte[] body = Json.body(request);
    try {
      String key = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
      if (!key.matches("(?i)bearer +SG\\..+")) {
        throw new ProviderRefusal(
            401, "", "The provided authorization grant is invalid, expired, or revoked");
      }
      work.accept(body, response);
    } catch (ProviderRefusal refusal) {
      Json.send(response, refusal.status(), error(refusal.code(), refusal.words()));
    }
  }

  /// @param field empty when none is at fault, which SendGrid writes as null
  private static ObjectNode error(String field, String words) {
    ObjectNode answer = Json.object();
    ObjectNode error = answer.putArray("errors").addObject().put("message", words);
    if (field.isEmpty()) {
      error.putNull("field");
    } else {
      error.put("field", field);
    }
    error.putNull("help");
    return answer;
  }
}
