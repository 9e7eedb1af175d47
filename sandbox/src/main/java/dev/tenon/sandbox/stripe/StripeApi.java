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
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
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

  private final ReentrantLock lock;
  private final Objects objects;
  private final Events events;
  private final Expansion expansion;
  private final IdempotencyKeys keys;
  private final Clocks clocks;

  StripeApi(Objects objects, Events events, ReentrantLock lock) {
    this.lock = lock;
    this.objects = objects;
    this.events = events;
    this.expansion = new Expansion(objects);
    this.keys = new IdempotencyKeys(objects);
    this.clocks = new Clocks(objects);
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
    } catch (RuntimeException e) {
      events.rollback();
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /// Looks at the account at rest.
  <T> T read(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
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
    IdempotencyKeys.Answer answer;
    try {
      authenticate(request);
      answer = once(request, response, requestId, params(request), action);
    } catch (StripeError e) {
      answer = new IdempotencyKeys.Answer(e.status(), e.json());
    }
    Json.send(response, answer.status(), answer.body());
  }

  private IdempotencyKeys.Answer once(
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
        Optional<IdempotencyKeys.Answer> before = keys.find(key, fingerprint);
        if (before.isPresent()) {
          response.header("Idempotent-Replayed", "true");
          return before.get();
        }
      }
      if (!key.isEmpty()) {
        response.header("Idempotency-Key", key);
      }
      return change(call, action, answer -> keep(keyed, key, fingerprint, answer));
    } finally {
      lock.unlock();
    }
  }

  private void keep(boolean keyed, String key, String fingerprint, IdempotencyKeys.Answer answer) {
    if (keyed) {
      keys.keep(key, fingerprint, answer);
    }
  }

  /// Does the work; nothing of it stays when the call is refused or fails, but for the answer that
  /// goes with its key.
  private IdempotencyKeys.Answer change(
      Call call, Function<Call, ObjectNode> action, Consumer<IdempotencyKeys.Answer> kept) {
    events.begin(call);
    IdempotencyKeys.Answer answer;
    try {
      clocks.govern(call);
      answer =
          new IdempotencyKeys.Answer(
              200, expansion.apply(action.apply(call), call.params().texts("expand")));
    } catch (StripeError e) {
      objects.thaw();
      events.rollback();
      if (e.isBefore()) {
        throw e;
      }
      answer = new IdempotencyKeys.Answer(e.status(), e.json());
    } catch (RuntimeException e) {
      log.error("The Stripe simulator failed", e);
      events.rollback();
      ObjectNode body = Json.object();
      body.putObject("error").put("type", "api_error").put("message", "The sandbox failed.");
      answer = new IdempotencyKeys.Answer(500, body);
    }
    objects.thaw();
    kept.accept(answer);
    events.flush();
    return answer;
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
    RestrictedKeys.check(key, request.prologue().method().text(), request.path().path());
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
