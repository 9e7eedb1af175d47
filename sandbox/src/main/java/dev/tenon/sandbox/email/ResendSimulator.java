package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Fate;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for Resend. Mails go to the [Mailbox].
///
/// Any key that starts with `re_` is taken. `delivered@`, `bounced@`, `complained@` and
/// `suppressed@resend.dev`, with or without `+label`, decide what becomes of a mail
/// ([MagicAddresses] has more of them); recipients at example.com and test.com are refused with
/// 422, as the real one does.
public final class ResendSimulator extends MailSimulator {
  private static final int BATCH_MAX = 100;
  private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
  private static final HeaderName BATCH_VALIDATION = HeaderNames.create("x-batch-validation");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSx").withZone(ZoneOffset.UTC);

  private final InstantSource clock;
  private final ResendSettings settings;
  private final ResendIdempotency idempotency;
  private final ResendAnswers answers;

  public ResendSimulator(Mailbox mailbox, InstantSource clock) {
    this(mailbox, clock, ResendSettings.DEFAULTS);
  }

  public ResendSimulator(Mailbox mailbox, InstantSource clock, ResendSettings settings) {
    super(Carrier.RESEND, mailbox);
    this.clock = clock;
    this.settings = settings;
    this.idempotency = new ResendIdempotency(clock);
    this.answers = new ResendAnswers(clock, settings);
  }

  @Override
  MailHooks hooks(SimulatorContext context) {
    return new ResendHooks(context);
  }

  @Override
  void api(HttpRouting.Builder routing, SimulatorContext context, MailHooks hooks) {
    idempotency.keepIn(context.journal());
    new ResendWebhooks(hooks.endpoints(), clock).routes(routing, answers);
    new ResendSuppressions(suppressions()).routes(routing, answers);
    routing
        .post("/emails", (request, response) -> answers.answer(request, response, this::send))
        .post(
            "/emails/batch", (request, response) -> answers.answer(request, response, this::batch))
        .get("/emails", (request, response) -> answers.answer(request, response, this::list))
        .get("/emails/{id}", (request, response) -> answers.answer(request, response, this::get))
        .patch(
            "/emails/{id}",
            (request, response) -> answers.answer(request, response, this::reschedule))
        .post(
            "/emails/{id}/cancel",
            (request, response) -> answers.answer(request, response, this::cancel))
        .get(
            "/domains",
            (request, response) -> answers.answer(request, response, (_, _) -> domains()))
        .any(
            (request, response) ->
                answers.answer(
                    request,
                    response,
                    (_, _) -> {
                      throw new ProviderRefusal(
                          404, "not_found", "The requested endpoint does not exist");
                    }));
  }

  @Override
  public String faultBody(int status) {
    String name =
        switch (status) {
          case 401 -> "restricted_api_key";
          case 403 -> "invalid_api_key";
          case 404 -> "not_found";
          case 409 -> "concurrent_idempotent_requests";
          case 422 -> "validation_error";
          case 429 -> "rate_limit_exceeded";
          case 503 -> "service_unavailable";
          default -> status < 500 ? "validation_error" : "application_error";
        };
    return Json.write(ResendAnswers.error(status, name, "Failed by a fault of the sandbox."));
  }

  private JsonNode send(ServerRequest request, byte[] body) {
    return idempotency.once(
        ResendAnswers.key(request) + " /emails",
        request.headers().first(IDEMPOTENCY_KEY).orElse(""),
        body,
        () -> {
          ResendMessage message = ResendMessage.read(ResendAnswers.json(body), clock.instant());
          work();
          return deliver(message);
        });
  }

  private JsonNode batch(ServerRequest request, byte[] body) {
    return idempotency.once(
        ResendAnswers.key(request) + " /emails/batch",
        request.headers().first(IDEMPOTENCY_KEY).orElse(""),
        body,
        () -> {
          if (!(ResendAnswers.json(body) instanceof ArrayNode array)
              || array.isEmpty()
              || array.size() > BATCH_MAX) {
            throw new ProviderRefusal(
                422, "validation_error", "A batch is an array of 1 to 100 messages.");
          }
          boolean strict =
              !request.headers().first(BATCH_VALIDATION).orElse("").equals("permissive");
          ArrayNode errors = Json.array();
          List<ResendMessage> messages = new ArrayList<>();
          for (int index = 0; index < array.size(); index++) {
            try {
              messages.add(ResendMessage.readOfBatch(array.get(index), clock.instant()));
            } catch (ProviderRefusal refusal) {
              if (strict) {
                throw refusal;
              }
              errors.addObject().put("index", index).put("message", refusal.words());
            }
          }
          work();
          ObjectNode answer = Json.object();
          ArrayNode data = answer.putArray("data");
          messages.forEach(message -> data.add(deliver(message)));
          if (!strict) {
            answer.set("errors", errors);
          }
          return answer;
        });
  }

  private ObjectNode deliver(ResendMessage message) {
    String id = UUID.randomUUID().toString();
    if (message.dueAt().isPresent()) {
      var _ = take(id, message.content(), message.dueAt().get(), "");
    } else {
      var _ = take(id, message.content());
    }
    return Json.object().put("id", id);
  }

  private JsonNode get(ServerRequest request, byte[] body) {
    return record(find(request), true);
  }

  private JsonNode list(ServerRequest request, byte[] body) {
    ObjectNode answer = Json.object().put("object", "list").put("has_more", false);
    ArrayNode data = answer.putArray("data");
    mailbox().list("", Mailbox.MAILS_MAX).stream()
        .filter(mail -> mail.carrier() == Carrier.RESEND)
        .limit(100)
        .forEach(mail -> data.add(record(mail, false)));
    return answer;
  }

  private JsonNode cancel(ServerRequest request, byte[] body) {
    Mail mail = find(request);
    if (mail.fate() != Fate.SCHEDULED) {
      throw new ProviderRefusal(422, "validation_error", "Only a scheduled email can be canceled.");
    }
    mailbox().settle(mail, Fate.CANCELED);
    return Json.object().put("object", "email").put("id", mail.carrierId());
  }

  private JsonNode reschedule(ServerRequest request, byte[] body) {
    Mail mail = find(request);
    String time = ResendAnswers.json(body).path("scheduled_at").asString("");
    if (mail.fate() != Fate.SCHEDULED) {
      throw new ProviderRefusal(422, "validation_error", "Only a scheduled email can be updated.");
    }
    if (time.isEmpty()) {
      throw new ProviderRefusal(422, "missing_required_field", "Missing `scheduled_at` field.");
    }
    mailbox().reschedule(mail, ResendMessage.time(time, clock.instant()));
    return Json.object().put("object", "email").put("id", mail.carrierId());
  }

  private static JsonNode domains() {
    ObjectNode answer = Json.object().put("object", "list").put("has_more", false);
    answer.putArray("data");
    return answer;
  }

  private Mail find(ServerRequest request) {
    return mailbox()
        .findByCarrierId(Carrier.RESEND, ResendAnswers.id(request))
        .orElseThrow(() -> new ProviderRefusal(404, "not_found", "Email not found"));
  }

  private static ObjectNode record(Mail mail, boolean whole) {
    ObjectNode record = Json.object();
    record.put("object", "email");
    record.put("id", mail.carrierId());
    record.put("message_id", "<%s@sandbox.invalid>".formatted(mail.carrierId()));
    record.put("from", mail.content().from());
    texts(record, "to", mail.content().to());
    texts(record, "cc", mail.content().cc());
    texts(record, "bcc", mail.content().bcc());
    texts(record, "reply_to", mail.content().replyTo());
    record.put("created_at", time(mail.receivedAt()));
    record.put("subject", mail.content().subject());
    record.put("last_event", ResendEvents.last(mail));
    record.put("scheduled_at", mail.dueAt().map(ResendSimulator::time).orElse(null));
    if (whole) {
      record.put("html", mail.content().html());
      record.put("text", mail.content().text());
      ArrayNode tags = record.putArray("tags");
      for (String tag : mail.content().tags()) {
        int equals = tag.indexOf('=');
        tags.addObject()
            .put("name", tag.substring(0, equals))
            .put("value", tag.substring(equals + 1));
      }
    }
    return record;
  }

  private static void texts(ObjectNode record, String field, List<String> values) {
    ArrayNode list = record.putArray(field);
    values.forEach(list::add);
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  private void work() {
    try {
      Thread.sleep(settings.processing());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
