package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailEvent;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for Mailgun. Mails go to the [Mailbox].
///
/// Any key is taken, and any domain but two: `unverified.test` may not send (403), and
/// `missing.test` isn't there (404). A Message-Id that the caller gives is kept, and a domain's
/// events can be searched by it. Webhooks are signed with [#SIGNING_KEY].
public final class MailgunSimulator extends MailSimulator {
  /// The account's signing key for webhooks, until the control call sets another.
  public static final String SIGNING_KEY = "tenon-sandbox-signing-key";

  /// Mailgun's limit for one message, attachments included.
  private static final int BYTES_MAX = 25 * 1024 * 1024;

  private static final int EVENTS_MAX = 300;
  private final InstantSource clock;
  private Supplier<String> signingKey = () -> SIGNING_KEY;

  public MailgunSimulator(Mailbox mailbox, InstantSource clock) {
    super(Carrier.MAILGUN, mailbox);
    this.clock = clock;
  }

  @Override
  MailHooks hooks(SimulatorContext context) {
    MailgunHooks made = new MailgunHooks(context);
    signingKey = made::key;
    return made;
  }

  @Override
  void api(HttpRouting.Builder routing, SimulatorContext context, MailHooks hooks) {
    new MailgunManagement(
            new MailgunWebhooks(hooks.endpoints()),
            new MailgunSuppressions(suppressions()),
            signingKey)
        .routes(routing);
    routing
        .post(
            "/v3/{domain}/messages",
            (request, response) -> MailgunAnswers.answer(request, response, this::send))
        .get(
            "/v3/{domain}/events",
            (request, response) -> MailgunAnswers.answer(request, response, this::events))
        .any(
            (request, response) -> {
              Json.body(request);
              MailgunAnswers.text(response, 404, "404 page not found\n");
            });
  }

  @Override
  public String faultBody(int status) {
    String words =
        switch (status) {
          case 401 -> "Invalid private key";
          case 403 -> "Forbidden";
          case 429 -> "Too many requests, please slow down";
          case 500 -> "Internal Server Error";
          case 503 -> "Service unavailable, please try again";
          default -> "Failed by a fault of the sandbox.";
        };
    return Json.write(Json.object().put("message", words));
  }

  private JsonNode send(ServerRequest request, byte[] body) {
    if (body.length > BYTES_MAX) {
      throw new ProviderRefusal(413, "", "Message size exceeds the limit of 25MB");
    }
    MultipartForm form = MailgunAnswers.form(request, body);
    MailgunMessage message =
        MailgunMessage.read(form, MailgunAnswers.domain(request), clock.instant());
    String id =
        message
            .id()
            .orElseGet(
                () -> "<%s@%s>".formatted(UUID.randomUUID(), MailgunAnswers.domain(request)));
    List<MailContent> contents = message.contents(form);
    if (!message.isTest()) {
      for (MailContent content : contents) {
        if (message.dueAt().isPresent()) {
          var _ = take(id, content, message.dueAt().get(), "");
        } else {
          var _ = take(id, content);
        }
      }
    }
    return Json.object().put("id", id).put("message", "Queued. Thank you.");
  }

  /// The events of what is in the mailbox, one for each recipient, newest first; by `message-id`,
  /// `recipient` and `event`.
  private JsonNode events(ServerRequest request, byte[] body) {
    String id = request.query().first("message-id").orElse("");
    String recipient = request.query().first("recipient").orElse("");
    List<String> events =
        List.of(request.query().first("event").orElse("").split(" +(?:OR|or) +", 20));
    String limit = request.query().first("limit").orElse("100");
    if (!limit.matches("[0-9]{1,3}") || Integer.parseInt(limit) > EVENTS_MAX) {
      throw new ProviderRefusal(400, "", "limit parameter must be from 1 to 300");
    }
    ObjectNode answer = Json.object();
    ArrayNode items = answer.putArray("items");
    mailbox().list("", Mailbox.MAILS_MAX).stream()
        .filter(mail -> mail.carrier() == Carrier.MAILGUN)
        .filter(mail -> mail.content().stream().equals(MailgunAnswers.domain(request)))
        .filter(
            mail ->
                id.isEmpty() || MailgunEvents.bare(mail.carrierId()).equals(MailgunEvents.bare(id)))
        .flatMap(
            mail ->
                mail.events().stream()
                    .sorted(Comparator.comparing(MailEvent::at).reversed())
                    .map(event -> new Told(mail, event)))
        .filter(told -> recipient.isEmpty() || told.event().recipient().contains(recipient))
        .filter(told -> events.getFirst().isEmpty() || events.contains(told.word()))
        .map(told -> MailgunEvents.of(told.mail(), told.event()))
        .limit(Integer.parseInt(limit))
        .forEach(items::add);
    ObjectNode paging = answer.putObject("paging");
    for (String page : List.of("previous", "first", "last", "next")) {
      paging.put(
          page,
          "http://%s/v3/%s/events".formatted(request.authority(), MailgunAnswers.domain(request)));
    }
    return answer;
  }

  private record Told(Mail mail, MailEvent event) {
    String word() {
      return MailgunEvents.word(event.happening());
    }
  }
}
