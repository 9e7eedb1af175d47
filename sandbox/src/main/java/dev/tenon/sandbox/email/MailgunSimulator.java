package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for Mailgun. Mails go to the [Mailbox].
///
/// Any key is taken, and any domain but two: `unverified.test` may not send (403), and
/// `missing.test` isn't there (404). A Message-Id that the caller gives is kept, and a domain's
/// events can be searched by it.
public final class MailgunSimulator extends MailSimulator {
  /// Mailgun's limit for one message, attachments included.
  private static final int BYTES_MAX = 25 * 1024 * 1024;

  private static final int EVENTS_MAX = 300;
  private final InstantSource clock;

  public MailgunSimulator(Mailbox mailbox, InstantSource clock) {
    super(Carrier.MAILGUN, mailbox);
    this.clock = clock;
  }

  @Override
  void api(HttpRouting.Builder routing) {
    routing
        .post("/v3/{domain}/messages", (request, response) -> answer(request, response, this::send))
        .get("/v3/{domain}/events", (request, response) -> answer(request, response, this::events))
        .any(
            (request, response) -> {
              Json.body(request);
              text(response, 404, "404 page not found\n");
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
    String type = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
    MailgunMessage message;
    try {
      message = MailgunMessage.read(MultipartForm.read(type, body), clock.instant());
    } catch (IllegalArgumentException noForm) {
      throw new ProviderRefusal(400, "", "Bad request: " + noForm.getMessage());
    }
    String id =
        message.id().orElseGet(() -> "<%s@%s>".formatted(UUID.randomUUID(), domain(request)));
    if (!message.isTest()) {
      mailbox().add(Carrier.MAILGUN, id, message.fate(), message.content());
    }
    return Json.object().put("id", id).put("message", "Queued. Thank you.");
  }

  /// The events of what is in the mailbox, one for each recipient, newest first; by `message-id`,
  /// `recipient` and `event`.
  private JsonNode events(ServerRequest request, byte[] body) {
    String id = request.query().first("message-id").orElse("");
    String recipient = request.query().first("recipient").orElse("");
    String event = request.query().first("event").orElse("accepted");
    String limit = request.query().first("limit").orElse("100");
    if (!limit.matches("[0-9]{1,3}") || Integer.parseInt(limit) > EVENTS_MAX) {
      throw new ProviderRefusal(400, "", "limit parameter must be from 1 to 300");
    }
    ObjectNode answer = Json.object();
    ArrayNode items = answer.putArray("items");
    mailbox().list("", Mailbox.MAILS_MAX).stream()
        .filter(mail -> mail.carrier() == Carrier.MAILGUN)
        .filter(mail -> id.isEmpty() || bare(mail.carrierId()).equals(bare(id)))
        .filter(_ -> event.equals("accepted"))
        .flatMap(
            mail ->
                everyone(mail).stream()
                    .filter(to -> recipient.isEmpty() || to.contains(recipient))
                    .map(to -> event(mail, to)))
        .limit(Integer.parseInt(limit))
        .forEach(items::add);
    ObjectNode paging = answer.putObject("paging");
    for (String page : List.of("previous", "first", "last", "next")) {
      paging.put(page, "http://%s/v3/%s/events".formatted(request.authority(), domain(request)));
    }
    return answer;
  }

  private static List<String> everyone(Mail mail) {
    return java.util.stream.Stream.of(
            mail.content().to(), mail.content().cc(), mail.content().bcc())
        .flatMap(List::stream)
        .toList();
  }

  private static ObjectNode event(Mail mail, String recipient) {
    ObjectNode event = Json.object();
    event.put("event", "accepted");
    event.put("id", mail.id() + "-" + Integer.toHexString(recipient.hashCode()));
    event.put("timestamp", mail.receivedAt().toEpochMilli() / 1000.0);
    event.put("recipient", recipient.replaceAll(".*<(.+)>$", "$1"));
    ObjectNode headers = event.putObject("message").putObject("headers");
    headers.put("message-id", bare(mail.carrierId()));
    headers.put("from", mail.content().from());
    headers.put("to", String.join(", ", mail.content().to()));
    headers.put("subject", mail.content().subject());
    ArrayNode tags = event.putArray("tags");
    mail.content().tags().forEach(tags::add);
    ObjectNode variables = event.putObject("user-variables");
    mail.content().metadata().forEach(variables::put);
    return event;
  }

  private static String bare(String id) {
    return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
  }

  private static String domain(ServerRequest request) {
    return request.path().pathParameters().get("domain").toLowerCase(Locale.ROOT);
  }

  private static void answer(
      ServerRequest request,
      ServerResponse response,
      BiFunction<ServerRequest, byte[], JsonNode> work) {
    byte[] body = Json.body(request);
    if (!hasKey(request)) {
      text(response, 401, "Forbidden");
      return;
    }
    try {
      switch (domain(request)) {
        case "missing.test" ->
            throw new ProviderRefusal(404, "", "Domain not found: " + domain(request));
        case UNVERIFIED_DOMAIN ->
            throw new ProviderRefusal(
                403,
                "",
                "Domain %s is not allowed to send: The domain is unverified and requires DNS"
                        .formatted(domain(request))
                    + " configuration. Log in to your control panel to view required DNS records.");
        default -> Json.send(response, 200, work.apply(request, body));
      }
    } catch (ProviderRefusal refusal) {
      Json.send(response, refusal.status(), Json.object().put("message", refusal.words()));
    }
  }

  private static boolean hasKey(ServerRequest request) {
    String header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    if (!header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return false;
    }
    try {
      String login =
          new String(
              Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
      return login.startsWith("api:") && login.length() > 4;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  private static void text(ServerResponse response, int status, String words) {
    response.status(status).header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    response.send(words.getBytes(StandardCharsets.UTF_8));
  }
}
