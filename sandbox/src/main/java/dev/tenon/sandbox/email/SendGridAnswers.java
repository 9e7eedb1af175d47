package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What all calls to SendGrid have in common: the key, JSON, and the shape of a refusal.
final class SendGridAnswers {
  private SendGridAnswers() {}

  static String id(ServerRequest request) {
    return request.path().pathParameters().get("id");
  }

  static void json(
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

  static JsonNode read(byte[] body) {
    try {
      return Json.read(body);
    } catch (IllegalArgumentException notJson) {
      throw new ProviderRefusal(400, "", "Bad Request");
    }
  }

  static void answer(
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
  static ObjectNode error(String field, String words) {
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
