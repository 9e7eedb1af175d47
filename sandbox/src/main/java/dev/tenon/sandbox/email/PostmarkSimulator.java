package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for Postmark. Mails go to the [Mailbox].
///
/// Any server token is taken; `POSTMARK_API_TEST` checks a mail and throws it away. Addresses at
/// `bounce-testing.postmarkapp.com` bounce as their name says; those that bounced hard, complained
/// or unsubscribed are refused from then on (406).
public final class PostmarkSimulator extends MailSimulator {
  /// The user's name in webhooks that are registered here.
  public static final String WEBHOOK_USER = PostmarkHooks.CONTROL_USER;

  /// The token that checks without sending.
  public static final String TEST_TOKEN = "POSTMARK_API_TEST";

  private static final String TOKEN_HEADER = "X-Postmark-Server-Token";
  private static final int BATCH_MAX = 500;
  private static final Set<String> SENDING_STREAMS = Set.of("outbound", "broadcast");

  private final InstantSource clock;
  private final Set<String> streams;
  private final PostmarkSuppressions suppressions;

  /// A server with the streams `outbound` and `broadcast`.
  public PostmarkSimulator(Mailbox mailbox, InstantSource clock) {
    this(mailbox, clock, Set.of());
  }

  /// @param moreStreams ids of message streams beside `outbound` and `broadcast`
  public PostmarkSimulator(Mailbox mailbox, InstantSource clock, Set<String> moreStreams) {
    super(Carrier.POSTMARK, mailbox);
    this.clock = clock;
    List<String> all = new ArrayList<>(SENDING_STREAMS);
    all.addAll(moreStreams);
    this.streams = Set.copyOf(all);
    this.suppressions = new PostmarkSuppressions(clock);
  }

  @Override
  MailHooks hooks(SimulatorContext context) {
    return new PostmarkHooks(context);
  }

  @Override
  boolean skipsSuppressed() {
    return true;
  }

  @Override
  Optional<Happening> suppressed(MailContent content, String address) {
    return suppressions.holds(content.stream(), address)
        ? Optional.of(Happening.SUPPRESSED)
        : Optional.empty();
  }

  @Override
  void suppress(MailContent content, String address, Happening reason, String detail) {
    switch (reason) {
      case HARD_BOUNCED -> suppressions.add(content.stream(), address, "HardBounce", "Recipient");
      case COMPLAINED -> suppressions.add(content.stream(), address, "SpamComplaint", "Recipient");
      case UNSUBSCRIBED ->
          suppressions.add(content.stream(), address, "ManualSuppression", "Recipient");
      default -> {}
    }
  }

  @Override
  void api(HttpRouting.Builder routing, SimulatorContext context, MailHooks hooks) {
    suppressions.keepIn(context.journal());
    PostmarkRecords records = new PostmarkRecords(mailbox());
    PostmarkWebhooks webhooks = new PostmarkWebhooks(hooks.endpoints(), streams::contains);
    routing
        .post("/email", (request, response) -> answer(request, response, this::send))
        .post("/email/batch", (request, response) -> answer(request, response, this::batch))
        .post(
            "/email/withTemplate",
            (request, response) -> answer(request, response, _ -> noTemplate()))
        .post(
            "/email/batchWithTemplates",
            (request, response) -> answer(request, response, _ -> noTemplate()))
        .get("/server", (request, response) -> answer(request, response, _ -> records.server()))
        .get(
            "/messages/outbound", (request, response) -> answer(request, response, records::search))
        .get(
            "/messages/outbound/{id}/details",
            (request, response) -> answer(request, response, records::details))
        .get("/webhooks", (request, response) -> answer(request, response, webhooks::list))
        .post("/webhooks", (request, response) -> answer(request, response, webhooks::create))
        .get("/webhooks/{id}", (request, response) -> answer(request, response, webhooks::get))
        .put("/webhooks/{id}", (request, response) -> answer(request, response, webhooks::edit))
        .delete(
            "/webhooks/{id}", (request, response) -> answer(request, response, webhooks::delete))
        .get(
            "/message-streams/{stream}/suppressions/dump",
            (request, response) -> answer(request, response, suppressions::dump))
        .post(
            "/message-streams/{stream}/suppressions",
            (request, response) -> answer(request, response, suppressions::create))
        .post(
            "/message-streams/{stream}/suppressions/delete",
            (request, response) -> answer(request, response, suppressions::delete))
        .any(
            (request, response) -> {
              Json.body(request);
              Json.send(response, 404, error("404", "The sandbox's Postmark has no such path."));
            });
  }

  @Override
  public String faultBody(int status) {
    ObjectNode body =
        switch (status) {
          case 401 ->
              error(
                  "10",
                  "The Server Token you provided in the "
                      + TOKEN_HEADER
                      + " request header was invalid. Please verify that you are using a valid token.");
          case 422 -> error("300", "Refused by a fault of the sandbox.");
          case 429 -> error("429", "Rate limit exceeded.");
          case 503 -> error("100", "The Postmark API is offline for maintenance.");
          default -> error(Integer.toString(status), "Failed by a fault of the sandbox.");
        };
    return Json.write(body);
  }

  private JsonNode send(ServerRequest request) {
    return deliver(PostmarkMessage.read(json(request)), isTest(request));
  }

  private JsonNode batch(ServerRequest request) {
    if (!(json(request) instanceof ArrayNode messages)) {
      throw new ProviderRefusal(422, "403", "A batch is a JSON array of messages.");
    }
    if (messages.size() > BATCH_MAX) {
      throw new ProviderRefusal(422, "410", "A batch can have at most 500 messages.");
    }
    ArrayNode answers = Json.array();
    for (JsonNode message : messages) {
      try {
        answers.add(deliver(PostmarkMessage.read(message), isTest(request)));
      } catch (ProviderRefusal refusal) {
        answers.add(error(refusal.code(), refusal.words()));
      }
    }
    return answers;
  }

  private ObjectNode deliver(PostmarkMessage message, boolean test) {
    String stream = message.content().stream();
    if (!streams.contains(stream)) {
      throw new ProviderRefusal(
          422, "1235", "The 'MessageStream' provided does not exist on this server.");
    }
    List<String> inactive =
        message.recipients().stream()
            .map(Addresses::bare)
            .filter(address -> suppressions.holds(stream, address) || isInactive(address))
            .toList();
    if (inactive.size() == message.recipients().size()) {
      throw new ProviderRefusal(
          422,
          "406",
          "You tried to send to recipient(s) that have been marked as inactive. Found inactive"
              + " addresses: %s. Inactive recipients are ones that have generated a hard bounce, a"
                  .formatted(String.join(", ", inactive))
              + " spam complaint, or a manual suppression.");
    }
    String id = UUID.randomUUID().toString();
    if (!test) {
      var _ = take(id, message.content());
    }
    ObjectNode answer = Json.object();
    answer.put("To", message.toText());
    answer.put("SubmittedAt", PostmarkRecords.time(clock.instant()));
    answer.put("MessageID", id);
    answer.put("ErrorCode", 0);
    answer.put(
        "Message",
        test
            ? "Test job accepted"
            : inactive.isEmpty()
                ? "OK"
                : "Message OK, but will not deliver to these inactive addresses: "
                    + String.join(", ", inactive));
    return answer;
  }

  /// Always, whatever the stream holds.
  private static boolean isInactive(String address) {
    return MagicAddresses.of(Carrier.POSTMARK, address).getFirst().happening()
        == Happening.SUPPRESSED;
  }

  private static JsonNode noTemplate() {
    throw new ProviderRefusal(
        422, "1101", "The TemplateId, Alias, or association is not valid: the sandbox has none.");
  }

  private static boolean isTest(ServerRequest request) {
    return token(request).equals(TEST_TOKEN);
  }

  private static String token(ServerRequest request) {
    return request.headers().first(HeaderNames.create(TOKEN_HEADER)).orElse("").strip();
  }

  /// The body of a request that must be JSON.
  static JsonNode json(ServerRequest request) {
    byte[] body = Json.body(request);
    boolean declared =
        request
            .headers()
            .contentType()
            .filter(type -> type.mediaType().text().endsWith("/json"))
            .isPresent();
    if (!declared) {
      throw new ProviderRefusal(
          415, "409", "Your HTTP request does not have the Content-Type application/json.");
    }
    if (body.length > PostmarkMessage.BYTES_MAX
        && !request.path().path().startsWith("/email/batch")) {
      throw new ProviderRefusal(413, "413", "The request is larger than 10 MB.");
    }
    try {
      return Json.read(body);
    } catch (IllegalArgumentException notJson) {
      throw new ProviderRefusal(422, "402", "Received invalid JSON input.");
    }
  }

  private static void answer(
      ServerRequest request, ServerResponse response, Function<ServerRequest, JsonNode> work) {
    try {
      if (token(request).isEmpty()) {
        Json.body(request);
        throw new ProviderRefusal(
            401,
            "10",
            "No Account or Server API tokens were supplied in the HTTP headers. Please add a header"
                + " for either X-Postmark-Server-Token or X-Postmark-Account-Token.");
      }
      Json.send(response, 200, work.apply(request));
    } catch (ProviderRefusal refusal) {
      Json.send(response, refusal.status(), error(refusal.code(), refusal.words()));
    }
  }

  private static ObjectNode error(String code, String words) {
    ObjectNode error = Json.object();
    error.put("ErrorCode", Integer.parseInt(code));
    error.put("Message", words);
    return error;
  }
}
