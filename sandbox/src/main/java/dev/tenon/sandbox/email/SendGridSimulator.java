package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for SendGrid's mail send. Mails go to the [Mailbox], one for each personalization.
///
/// Any key that begins with `SG.` is taken. Sandbox mode checks a mail, answers 200 and throws it
/// away. Suppressed and unknown recipients are accepted, as the real one does. Senders at
/// `unverified.test` are refused with 403.
public final class SendGridSimulator extends MailSimulator {
  /// SendGrid's limit for one request, attachments included.
  private static final int BYTES_MAX = 30 * 1024 * 1024;

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  public SendGridSimulator(Mailbox mailbox, InstantSource clock) {
    super(Carrier.SENDGRID, mailbox);
    this.clock = clock;
  }

  @Override
  void api(HttpRouting.Builder routing) {
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
    JsonNode json;
    try {
      json = Json.read(body);
    } catch (IllegalArgumentException notJson) {
      throw new ProviderRefusal(400, "", "Bad Request");
    }
    List<SendGridMessage> messages = SendGridMessage.readAll(json, clock.instant());
    if (json.at("/mail_settings/sandbox_mode/enable").asBoolean(false)) {
      response.status(200).send();
      return;
    }
    String id = newId();
    messages.forEach(one -> mailbox().add(Carrier.SENDGRID, id, one.fate(), one.content()));
    response.status(202).header(HeaderNames.create("X-Message-Id"), id).send();
  }

  /// 22 characters, as the real ones have.
  private String newId() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
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
