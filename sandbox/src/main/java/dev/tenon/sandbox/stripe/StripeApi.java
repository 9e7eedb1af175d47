package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// What all calls share: the key, the request id, idempotency, expansion and errors.
///
/// Calls run one at a time, so each sees the whole account at rest; the webhooks of a call are
/// handed over together when it has succeeded.
final class StripeApi {
  private static final Logger log = LoggerFactory.getLogger(StripeApi.class);
  private static final int FORM_BYTES_MAX = 1_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Objects objects;
  private final Events events;
  private final Expansion expansion;
  private final IdempotencyKeys keys;

  StripeApi(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
    this.expansion = new Expansion(objects);
    this.keys = new IdempotencyKeys(objects);
  }

  /// A handler for one method and path.
  Handler handle(Function<Call, ObjectNode> action) {
    return (request, response) -> answer(request, response, action);
  }

  /// Runs something that is not an API call, such as a payment on the hosted page.
  <T> T run(Call call, Function<Call, T> action) {
    lock.lock();
    try {
      events.begin(call);
      T result = action.apply(call);
      events.flush();
      return result;
    } finally {
      lock.unlock();
    }
  }

  private void answer(
      ServerRequest request, ServerResponse response, Function<Call, ObjectNode> action) {
    String requestId = objects.id("req_");
    response.header("Request-Id", requestId);
    header(request, "Stripe-Account").ifPresent(a -> response.header("Stripe-Account", a));
    response.header(
        "Stripe-Version", header(request, "Stripe-Version").orElse(StripeSimulator.API_VERSION));
    int status;
    ObjectNode body;
    try {
      authenticate(request);
      Params params = params(request);
      body = once(request, response, requestId, params, action);
      status = 200;
    } catch (StripeError e) {
      status = e.status();
      body = e.json();
    } catch (RuntimeException e) {
      log.error("The Stripe simulator failed at {}", request.path().path(), e);
      status = 500;
      body = Json.object();
      body.putObject("error").put("type", "api_error").put("message", "The sandbox failed.");
    }
    Json.send(response, status, body);
  }

  private ObjectNode once(
      ServerRequest request,
      ServerResponse response,
      String requestId,
      Params params,
      Function<Call, ObjectNode> action) {
    String key = header(request, "Idempotency-Key").orElse("");
    String id = request.path().pathParameters().first("id").orElse("");
    Call call = new Call(id, params, requestId, key, header(request, "Stripe-Account").orElse(""));
    String method = request.prologue().method().text();
    String fingerprint =
        method + " " + request.path().path() + " " + call.account() + " " + params.fields();
    boolean keyed = method.equals("POST") && !key.isEmpty();
    lock.lock();
    try {
      if (keyed) {
        Optional<ObjectNode> before = keys.find(key, fingerprint);
        if (before.isPresent()) {
          response.header("Idempotent-Replayed", "true");
          return before.get();
        }
      }
      ObjectNode answer = expansion.apply(change(call, action), params.texts("expand"));
      if (keyed) {
        keys.keep(key, fingerprint, answer);
      }
      if (!key.isEmpty()) {
        response.header("Idempotency-Key", key);
      }
      return answer;
    } finally {
      lock.unlock();
    }
  }

  /// Does the work; the object in the path is put back as it was when the call is refused.
  private ObjectNode change(Call call, Function<Call, ObjectNode> action) {
    Optional<ObjectNode> object = objects.find(call.id());
    Optional<ObjectNode> before = object.map(ObjectNode::deepCopy);
    events.begin(call);
    try {
      ObjectNode answer = action.apply(call);
      events.flush();
      return answer;
    } catch (StripeError e) {
      object.ifPresent(node -> node.removeAll().setAll(before.orElseThrow()));
      throw e;
    }
  }

  private static void authenticate(ServerRequest request) {
    String header = header(request, "Authorization").orElse("");
    String key = "";
    if (header.startsWith("Bearer ")) {
      key = header.substring("Bearer ".length()).strip();
    } else if (header.startsWith("Basic ")) {
      key = basicUser(header.substring("Basic ".length()).strip());
    }
    if (key.isEmpty()) {
      throw StripeError.unauthorized(
          "You did not provide an API key. Send it as Authorization: Bearer sk_test_….");
    }
    if (!key.startsWith("sk_test_") && !key.startsWith("rk_test_")) {
      throw StripeError.unauthorized(
          "Invalid API Key provided: the sandbox takes any key that begins with sk_test_ or rk_test_.");
    }
  }

  private static String basicUser(String encoded) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      return pair.contains(":") ? pair.substring(0, pair.indexOf(':')) : pair;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static Params params(ServerRequest request) {
    byte[] body = Json.body(request);
    if (body.length > FORM_BYTES_MAX) {
      throw StripeError.invalid("", "The request body is larger than 1 MB.");
    }
    String type = header(request, HeaderNames.CONTENT_TYPE.defaultCase()).orElse("");
    if (body.length > 0 && type.startsWith("application/json")) {
      throw StripeError.invalid(
          "", "This API takes application/x-www-form-urlencoded, not application/json.");
    }
    String query = request.query().rawValue();
    String form = new String(body, StandardCharsets.UTF_8);
    String all = query.isEmpty() ? form : form.isEmpty() ? query : query + "&" + form;
    return new Params(FormBody.parse(all), "");
  }

  private static Optional<String> header(ServerRequest request, String name) {
    return request.headers().first(HeaderNames.create(name));
  }
}
