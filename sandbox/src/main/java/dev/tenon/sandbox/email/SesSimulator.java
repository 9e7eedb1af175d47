package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for Amazon SES, version 2 of its API, in whatever region. Mails go to the [Mailbox].
///
/// Signatures are checked: any access key id that begins with `AKIA` is taken, with the secret key
/// [#SECRET_KEY], and SNS is at the same port. The addresses of Amazon's mailbox simulator
/// (`bounce@`, `complaint@`, `suppressionlist@simulator.amazonses.com`) decide what becomes of a
/// mail. Senders at `unverified.test` are rejected, and a configuration set or tenant named
/// `missing` isn't there.
public final class SesSimulator extends MailSimulator {
  /// The SNS topic of all mails, which webhooks that are registered here belong to.
  public static final String TOPIC_ARN = SnsTopics.arn(SnsTopics.MAIL_EVENTS);

  /// The secret key of every access key.
  public static final String SECRET_KEY = "tenon-sandbox-secret-key";

  /// The limit of SES for one message, attachments included.
  private static final int BYTES_MAX = 40 * 1000 * 1000;

  private final InstantSource clock;
  private final AwsRequestCheck signatures = new AwsRequestCheck(SECRET_KEY, "ses");
  private @Nullable SesDestinations destinations;
  private @Nullable SnsApi sns;

  public SesSimulator(Mailbox mailbox, InstantSource clock) {
    super(Carrier.SES, mailbox);
    this.clock = clock;
  }

  @Override
  MailHooks hooks(SimulatorContext context) {
    SesHooks made = new SesHooks(context);
    destinations = new SesDestinations(made);
    sns = new SnsApi(made.topics(), SECRET_KEY, clock);
    return made;
  }

  /// Neither what a receiver of notifications fetches nor pages stand in for SES.
  @Override
  public boolean isProviderApi(String path) {
    return super.isProviderApi(path)
        && !path.startsWith("/sns")
        && !path.startsWith("/SimpleNotificationService-");
  }

  @Override
  void api(HttpRouting.Builder routing, SimulatorContext context, MailHooks hooks) {
    if (destinations == null || sns == null) {
      throw new IllegalStateException("hooks come first");
    }
    sns.routes(routing);
    destinations(routing, destinations);
    SesSuppressions suppressed = new SesSuppressions(suppressions());
    String path = "/v2/email/suppression/addresses";
    routing
        .get(path, (request, response) -> answer(request, response, _ -> suppressed.list()))
        .put(
            path,
            (request, response) -> answer(request, response, body -> suppressed.put(json(body))))
        .get(
            path + "/{address}",
            (request, response) ->
                answer(request, response, _ -> suppressed.get(parameter(request, "address"))))
        .delete(
            path + "/{address}",
            (request, response) ->
                answer(request, response, _ -> suppressed.remove(parameter(request, "address"))))
        .post(
            "/v2/email/outbound-emails",
            (request, response) -> answer(request, response, this::send))
        .get("/v2/email/account", (request, response) -> answer(request, response, _ -> account()))
        .any(
            (request, response) ->
                answer(
                    request,
                    response,
                    _ -> {
                      throw new ProviderRefusal(
                          404, "UnknownOperationException", "The sandbox's SES has no such path.");
                    }));
  }

  private void destinations(HttpRouting.Builder routing, SesDestinations made) {
    String path = "/v2/email/configuration-sets/{set}/event-destinations";
    routing
        .post(
            "/v2/email/configuration-sets",
            (request, response) -> answer(request, response, _ -> Json.object()))
        .get(
            path,
            (request, response) ->
                answer(request, response, _ -> made.list(parameter(request, "set"))))
        .post(
            path,
            (request, response) ->
                answer(
                    request, response, body -> made.create(parameter(request, "set"), json(body))))
        .put(
            path + "/{name}",
            (request, response) ->
                answer(
                    request,
                    response,
                    body ->
                        made.update(
                            parameter(request, "set"), parameter(request, "name"), json(body))))
        .delete(
            path + "/{name}",
            (request, response) ->
                answer(
                    request,
                    response,
                    _ -> made.delete(parameter(request, "set"), parameter(request, "name"))));
  }

  private static String parameter(ServerRequest request, String name) {
    return request.path().pathParameters().get(name);
  }

  private static JsonNode json(byte[] body) {
    try {
      return Json.read(body);
    } catch (IllegalArgumentException notJson) {
      throw new ProviderRefusal(400, "SerializationException", "The body is not JSON.");
    }
  }

  @Override
  public String faultBody(int status) {
    return switch (status) {
      case 401, 403 ->
          error(
              "UnrecognizedClientException",
              "The security token included in the request is invalid.");
      case 404 -> error("NotFoundException", "Not found, by a fault of the sandbox.");
      case 429 -> error("TooManyRequestsException", "Maximum sending rate exceeded.");
      case 500 -> error("InternalServiceErrorException", "Failed by a fault of the sandbox.");
      case 503 ->
          error(
              "ServiceUnavailable",
              "The request has failed due to a temporary failure of the server.");
      default ->
          status < 500 ? error("BadRequestException", "Refused by a fault of the sandbox.") : "";
    };
  }

  private JsonNode send(byte[] body) {
    if (body.length > BYTES_MAX) {
      throw new ProviderRefusal(400, "BadRequestException", "Message length exceeds the limit.");
    }
    SesMessage message = SesMessage.read(body);
    // Dated and numbered as the real ones are.
    String id = "0107%012x-%s-000000".formatted(clock.millis(), UUID.randomUUID());
    var _ = take(id, message.content());
    return Json.object().put("MessageId", id);
  }

  private JsonNode account() {
    ObjectNode account = Json.object();
    account.put("DedicatedIpAutoWarmupEnabled", false);
    account.put("EnforcementStatus", "HEALTHY");
    account.put("ProductionAccessEnabled", true);
    account.put("SendingEnabled", true);
    account
        .putObject("SendQuota")
        .put("Max24HourSend", 50_000.0)
        .put("MaxSendRate", 100.0)
        .put("SentLast24Hours", (double) mailbox().size());
    return account;
  }

  private void answer(
      ServerRequest request, ServerResponse response, Function<byte[], JsonNode> work) {
    byte[] body = Json.body(request);
    response.header(HeaderNames.create("x-amzn-RequestId"), UUID.randomUUID().toString());
    try {
      signatures.check(request, body, clock.instant());
      Json.send(response, 200, work.apply(body));
    } catch (ProviderRefusal refusal) {
      response.header(HeaderNames.create("x-amzn-ErrorType"), refusal.code());
      Json.send(response, refusal.status(), Json.object().put("message", refusal.words()));
    }
  }

  /// With the type in the body, since a fault has no header of its own.
  private static String error(String type, String words) {
    return Json.write(Json.object().put("__type", type).put("message", words));
  }
}
