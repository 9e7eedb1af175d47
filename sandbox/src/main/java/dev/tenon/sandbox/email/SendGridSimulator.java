package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Fate;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.JsonNode;
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
    new SendGridManagement(new SendGridWebhooks(hooks.endpoints()), holds, suppressions(), clock)
        .routes(routing);
    routing
        .post(
            "/v3/mail/send",
            (request, response) -> SendGridAnswers.answer(request, response, this::send))
        .post(
            "/v3/mail/batch",
            (request, response) ->
                SendGridAnswers.answer(
                    request,
                    response,
                    (_, _) -> Json.send(response, 201, Json.object().put("batch_id", newId()))))
        .get(
            "/v3/scopes",
            (request, response) ->
                SendGridAnswers.answer(
                    request,
                    response,
                    (_, _) -> {
                      ObjectNode scopes = Json.object();
                      scopes
                          .putArray("scopes")
                          .add("mail.send")
                          .add("mail.batch.create")
                          .add("user.webhooks.event.settings.create")
                          .add("user.webhooks.event.settings.read")
                          .add("user.webhooks.event.settings.update")
                          .add("user.webhooks.event.settings.delete");
                      Json.send(response, 200, scopes);
                    }))
        .any(
            (request, response) ->
                SendGridAnswers.answer(
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
    return Json.write(SendGridAnswers.error("", words));
  }

  private void send(byte[] body, ServerResponse response) {
    if (body.length > BYTES_MAX) {
      throw new ProviderRefusal(413, "", "content too large");
    }
    JsonNode json = SendGridAnswers.read(body);
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
}
