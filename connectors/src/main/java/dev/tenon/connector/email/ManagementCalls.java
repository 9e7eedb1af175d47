package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls to an email provider's API beside the sending: JSON comes back, and the first call that
/// does not succeed ends them all.
public final class ManagementCalls {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Duration CALL_MAX = Duration.ofSeconds(15);
  private static final Duration BUSY = Duration.ofSeconds(10);
  private static final String[] MESSAGES = {"/message", "/Message", "/errors/0/message"};
  private static final String[] CODES = {"/name", "/ErrorCode", "/errors/0/field"};

  private final ProviderHttp http;
  private final String base;
  private final Map<String, String> headers;

  /// @param headers that every call carries, the key among them
  public ManagementCalls(ProviderHttp http, URI base, Map<String, String> headers) {
    this.http = http;
    this.base = base.toString().replaceAll("/+$", "");
    this.headers = Map.copyOf(headers);
  }

  /// Makes the calls of `work` one after the other.
  public <T> Outcome<T> run(Supplier<T> work) {
    try {
      return new Outcome.Accepted<>(work.get(), Outcome.Detail.none(""));
    } catch (Ended ended) {
      return ended.as();
    }
  }

  public JsonNode get(String path) {
    return read(call("GET", path, headers, new byte[0]), false);
  }

  /// Sends JSON.
  public JsonNode send(String method, String path, Object body) {
    return send(method, path, "application/json", JSON.writeValueAsBytes(body));
  }

  public JsonNode send(String method, String path, String mediaType, byte[] body) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("Content-Type", mediaType);
    return read(call(method, path, all, body), true);
  }

  /// Removes something; what is not there counts as removed.
  public void delete(String path) {
    HttpResult result = call("DELETE", path, headers, new byte[0]);
    if (!(result instanceof HttpResult.Answered answer && answer.status() == 404)) {
      JsonNode _ = read(result, true);
    }
  }

  /// A text that an answer must have.
  public static String required(JsonNode answer, String field) {
    String text = answer.path(field).asString("");
    if (text.isEmpty()) {
      throw new Ended(
          new Outcome.Unknown<>(Outcome.Detail.none("the answer lacks the field " + field)));
    }
    return text;
  }

  private HttpResult call(String method, String path, Map<String, String> all, byte[] body) {
    return http.call(HttpCall.of(method, URI.create(base + path), all, body).within(CALL_MAX));
  }

  /// The call may have been done: it is unknown only where it changes something.
  private static Ended unread(String why, boolean changes) {
    return new Ended(
        changes
            ? new Outcome.Unknown<>(Outcome.Detail.none(why))
            : new Outcome.Passing<>(Duration.ZERO, Outcome.Detail.none(why)));
  }

  private static JsonNode read(HttpResult result, boolean changes) {
    return switch (result) {
      case HttpResult.NotSent(String why) ->
          throw new Ended(new Outcome.Passing<>(Duration.ZERO, Outcome.Detail.none(why)));
      case HttpResult.MaybeSent(String why) -> throw unread(why, changes);
      case HttpResult.TooLong(String why) -> throw unread(why, changes);
      case HttpResult.Answered answer -> read(answer, changes);
    };
  }

  private static JsonNode read(HttpResult.Answered answer, boolean changes) {
    JsonNode body = json(answer.body());
    if (answer.status() / 100 == 2) {
      return body;
    }
    var detail =
        new Outcome.Detail(
            answer.status(),
            first(body, CODES, ""),
            first(body, MESSAGES, "HTTP status " + answer.status()),
            answer.header("x-request-id"));
    throw new Ended(refused(detail, changes));
  }

  private static Outcome<?> refused(Outcome.Detail detail, boolean changes) {
    return switch (detail.status()) {
      case 401, 403 -> new Outcome.ConnectionBroken<>(detail);
      case 429, 503 -> new Outcome.Passing<>(BUSY, detail);
      default -> {
        if (detail.status() / 100 == 4) {
          yield new Outcome.RefusedRequest<>(detail);
        }
        yield changes
            ? new Outcome.Unknown<>(detail)
            : new Outcome.Passing<>(Duration.ZERO, detail);
      }
    };
  }

  private static JsonNode json(byte[] body) {
    try {
      return body.length == 0
          ? JSON.createObjectNode()
          : JSON.readTree(new String(body, StandardCharsets.UTF_8));
    } catch (JacksonException e) {
      return JSON.createObjectNode();
    }
  }

  private static String first(JsonNode body, String[] places, String otherwise) {
    for (String place : places) {
      String found = body.at(place).asString("");
      if (!found.isEmpty()) {
        return found;
      }
    }
    return otherwise;
  }

  /// How the calls ended, other than well.
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Outcome<?> outcome;

    Ended(Outcome<?> outcome) {
      super(outcome.detail().message(), null, false, false);
      this.outcome = outcome;
    }

    <T> Outcome<T> as() {
      return switch (outcome) {
        case Outcome.ConnectionBroken<?> broken ->
            new Outcome.ConnectionBroken<>(broken.detail(), broken.reach());
        case Outcome.Passing<?> passing ->
            new Outcome.Passing<>(passing.retryAfter(), passing.detail());
        case Outcome.Unknown<?> unknown -> new Outcome.Unknown<>(unknown.detail());
        case Outcome.RefusedRecipient<?> _, Outcome.RefusedRequest<?> _, Outcome.Accepted<?> _ ->
            new Outcome.RefusedRequest<>(outcome.detail());
      };
    }
  }
}
