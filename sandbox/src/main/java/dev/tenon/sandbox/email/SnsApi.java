package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Page;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/// So much of SNS's query API as subscribing by HTTP takes: `CreateTopic`, `Subscribe`,
/// `ConfirmSubscription`, `Unsubscribe`, `SetTopicAttributes` and `ListSubscriptionsByTopic`,
/// signed requests at `/`; and what a subscriber fetches unsigned: the confirmation and the
/// certificate.
final class SnsApi {
  private final SnsTopics topics;
  private final InstantSource clock;
  private final AwsRequestCheck signatures;

  SnsApi(SnsTopics topics, String secretKey, InstantSource clock) {
    this.topics = topics;
    this.clock = clock;
    this.signatures = new AwsRequestCheck(secretKey, "sns");
  }

  void routes(HttpRouting.Builder routing) {
    routing
        .post("/", this::call)
        .post("/sns", this::call)
        .get("/sns", this::visit)
        .get(
            "/{certificate:SimpleNotificationService-[0-9a-f]+\\.pem}",
            (request, response) -> {
              if (!request.path().path().equals(topics.signature().path())) {
                response.status(404).send();
                return;
              }
              response.status(200).header(HeaderNames.CONTENT_TYPE, "application/x-pem-file");
              response.send(topics.signature().pem().getBytes(StandardCharsets.US_ASCII));
            });
  }

  private void call(ServerRequest request, ServerResponse response) {
    byte[] body = Json.body(request);
    answer(
        response,
        () -> {
          signatures.check(request, body, clock.instant());
          MultipartForm form =
              MultipartForm.read(
                  request.headers().first(HeaderNames.CONTENT_TYPE).orElse(""), body);
          return act(form::first);
        });
  }

  /// The links in messages need no signature, as SNS has it.
  private void visit(ServerRequest request, ServerResponse response) {
    answer(
        response,
        () -> {
          Function<String, String> parameters = name -> request.query().first(name).orElse("");
          String action = parameters.apply("Action");
          if (!action.equals("ConfirmSubscription") && !action.equals("Unsubscribe")) {
            throw new ProviderRefusal(403, "MissingAuthenticationToken", "Request is unsigned.");
          }
          return act(parameters);
        });
  }

  private String act(Function<String, String> parameters) {
    String action = parameters.apply("Action");
    String topic = parameters.apply("TopicArn");
    String result =
        switch (action) {
          case "CreateTopic" -> element("TopicArn", topics.create(parameters.apply("Name")));
          case "Subscribe" -> {
            String arn = topics.subscribe(topic, parameters.apply("Endpoint"));
            boolean isShown = parameters.apply("ReturnSubscriptionArn").equals("true");
            yield element("SubscriptionArn", isShown ? arn : "pending confirmation");
          }
          case "ConfirmSubscription" ->
              element("SubscriptionArn", topics.confirm(topic, parameters.apply("Token")));
          case "Unsubscribe" -> {
            topics.unsubscribe(parameters.apply("SubscriptionArn"));
            yield "";
          }
          case "SetTopicAttributes" -> {
            if (!parameters.apply("AttributeName").equals("SignatureVersion")) {
              throw new ProviderRefusal(
                  400, "InvalidParameter", "The sandbox knows SignatureVersion only.");
            }
            topics.signatureVersion(topic, parameters.apply("AttributeValue"));
            yield "";
          }
          case "ListSubscriptionsByTopic" -> subscriptions(topic);
          default ->
              throw new ProviderRefusal(400, "InvalidAction", "The sandbox's SNS has no " + action);
        };
    return "<%sResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">".formatted(action)
        + "<%sResult>%s</%sResult>".formatted(action, result, action)
        + "<ResponseMetadata>%s</ResponseMetadata></%sResponse>"
            .formatted(element("RequestId", UUID.randomUUID().toString()), action);
  }

  private String subscriptions(String topic) {
    StringBuilder members = new StringBuilder();
    for (ObjectNode each : topics.subscriptions(topic)) {
      boolean confirmed = each.path("confirmed").asBoolean(false);
      String url = each.path("url").asString();
      members
          .append("<member>")
          .append(element("TopicArn", topic))
          .append(element("Protocol", url.substring(0, url.indexOf(':'))))
          .append(
              element(
                  "SubscriptionArn",
                  confirmed ? each.path("id").asString() : "PendingConfirmation"))
          .append(element("Owner", "000000000000"))
          .append(element("Endpoint", url))
          .append("</member>");
    }
    return "<Subscriptions>" + members + "</Subscriptions>";
  }

  private static String element(String name, String text) {
    return "<%s>%s</%s>".formatted(name, Page.escape(text), name);
  }

  private interface Work {
    String run();
  }

  private static void answer(ServerResponse response, Work work) {
    String xml;
    int status = 200;
    try {
      xml = work.run();
    } catch (ProviderRefusal refusal) {
      status = refusal.status();
      xml = error(refusal.code(), refusal.words());
    } catch (IllegalArgumentException noForm) {
      status = 400;
      xml = error("MalformedQueryString", String.valueOf(noForm.getMessage()));
    }
    response.status(status).header(HeaderNames.CONTENT_TYPE, "text/xml");
    response.send(xml.getBytes(StandardCharsets.UTF_8));
  }

  private static String error(String code, String words) {
    return "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error>"
        + element("Type", "Sender")
        + element("Code", code)
        + element("Message", words)
        + "</Error>"
        + element("RequestId", UUID.randomUUID().toString())
        + "</ErrorResponse>";
  }
}
