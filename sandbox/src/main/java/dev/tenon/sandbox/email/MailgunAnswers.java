package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/// What all calls to Mailgun have in common: the key, the domain, forms, and the shape of a
/// refusal.
final class MailgunAnswers {
  private MailgunAnswers() {}

  static MultipartForm form(ServerRequest request, byte[] body) {
    try {
      return MultipartForm.read(request.headers().first(HeaderNames.CONTENT_TYPE).orElse(""), body);
    } catch (IllegalArgumentException noForm) {
      throw new ProviderRefusal(400, "", "Bad request: " + noForm.getMessage());
    }
  }

  static String domain(ServerRequest request) {
    return parameter(request, "domain").toLowerCase(Locale.ROOT);
  }

  static String parameter(ServerRequest request, String name) {
    return request.path().pathParameters().get(name);
  }

  static void answer(
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
        case MailSimulator.UNVERIFIED_DOMAIN ->
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

  static boolean hasKey(ServerRequest request) {
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

  static void text(ServerResponse response, int status, String words) {
    response.status(status).header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    response.send(words.getBytes(StandardCharsets.UTF_8));
  }
}
