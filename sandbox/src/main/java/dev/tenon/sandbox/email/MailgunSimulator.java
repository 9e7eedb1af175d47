package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailEvent;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.BiFunction;
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
    webhooks(routing, new MailgunWebhooks(hooks.endpoints()));
    MailgunSuppressions suppressed = new MailgunSuppressions(suppressions());
    routing
        .get(
            "/v3/{domain}/{list:bounces|complaints|unsubscribes}",
            (request, response) ->
                answer(
                    request,
                    response,
                    (asked, _) -> suppressed.list(parameter(asked, "list"), paging(asked))))
        .get(
            "/v3/{domain}/{list:bounces|complaints|unsubscribes}/{address}",
            (request, response) ->
                answer(
                    request,
                    response,
                    (asked, _) ->
                        suppressed.get(parameter(asked, "list"), parameter(asked, "address"))))
        .delete(
            "/v3/{domain}/{list:bounces|complaints|unsubscribes}/{address}",
            (request, response) ->
                answer(
                    request,
                    response,
                    (asked, _) ->
                        suppressed.remove(parameter(asked, "list"), parameter(asked, "address"))))
        .post("/v3/{domain}/messages", (request, response) -> answer(request, response, this::send))
        .get("/v3/{domain}/events", (request, response) -> answer(request, response, this::events))
        .any(
            (request, response) -> {
              Json.body(request);
              text(response, 404, "404 page not found\n");
            });
  }

  private void webhooks(HttpRouting.Builder routing, MailgunWebhooks webhooks) {
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
                answer(request, response, (asked, _) -> webhooks.list(domain(asked))))
        .post(
            v3,
            (request, response) ->
                answer(
                    request,
                    response,
                    (asked, body) -> {
                      MultipartForm form = form(asked, body);
                      return webhooks.create(domain(asked), form.first("id"), form.all("url"));
                    }))
        .get(
            v3 + "/{type}",
            (request, response) ->
                answer(
                    request,
                    response,
                    (asked, _) -> webhooks.get(domain(asked), parameter(asked, "type"))))
        .put(
            v3 + "/{type}",
            (request, response) ->
                answer(
                    request,
                    response,
                    (asked, body) ->
                        webhooks.update(
                            domain(asked), parameter(asked, "type"), form(asked, body).all("url"))))
        .delete(
            v3 + "/{type}",
            (request, response) ->
                answer(
                    request,
                    response,
                    (asked, _) -> webhooks.delete(domain(asked), parameter(asked, "type"))))
        .post(
            v4,
            (request, response) ->
                answer(request, response, (asked, body) -> set(webhooks, asked, body, false)))
        .put(
            v4,
            (request, response) ->
                answer(request, response, (asked, body) -> set(webhooks, asked, body, true)))
        .delete(
            v4,
            (request, response) ->
                answer(
                    request,
                    response,
                    (asked, _) ->
                        webhooks.set(
                            domain(asked),
                            asked.query().first("url").orElse(""),
                            List.of(),
                            true)));
  }

  private static String paging(ServerRequest request) {
    return "http://%s%s".formatted(request.authority(), request.path().path());
  }

  private static JsonNode set(
      MailgunWebhooks webhooks, ServerRequest request, byte[] body, boolean only) {
    MultipartForm form = form(request, body);
    return webhooks.set(domain(request), form.first("url"), form.all("event_types"), only);
  }

  private static void account(
      ServerRequest request, ServerResponse response, Supplier<JsonNode> work) {
    if (hasKey(request)) {
      Json.send(response, 200, work.get());
    } else {
      text(response, 401, "Forbidden");
    }
  }

  private static MultipartForm form(ServerRequest request, byte[] body) {
    try {
      return MultipartForm.read(request.headers().first(HeaderNames.CONTENT_TYPE).orElse(""), body);
    } catch (IllegalArgumentException noForm) {
      throw new ProviderRefusal(400, "", "Bad request: " + noForm.getMessage());
    }
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
    MultipartForm form = form(request, body);
    MailgunMessage message = MailgunMessage.read(form, domain(request), clock.instant());
    String id =
        message.id().orElseGet(() -> "<%s@%s>".formatted(UUID.randomUUID(), domain(request)));
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
        .filter(mail -> mail.content().stream().equals(domain(request)))
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
      paging.put(page, "http://%s/v3/%s/events".formatted(request.authority(), domain(request)));
    }
    return answer;
  }

  private record Told(Mail mail, MailEvent event) {
    String word() {
      return MailgunEvents.word(event.happening());
    }
  }

  private static String domain(ServerRequest request) {
    return parameter(request, "domain").toLowerCase(Locale.ROOT);
  }

  private static String parameter(ServerRequest request, String name) {
    return request.path().pathParameters().get(name);
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
