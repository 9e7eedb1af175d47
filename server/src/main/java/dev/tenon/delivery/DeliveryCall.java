package dev.tenon.delivery;

import dev.tenon.connector.email.RetryAfter;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.endpoint.CallableEndpoint;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.EventPayload;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes one call to an endpoint: a signed POST by Standard Webhooks. The id stays the same over
/// retries, the timestamp is new each time.
final class DeliveryCall {
  static final Duration TIMEOUT = Duration.ofSeconds(15);

  private static final int BODY_BYTES_KEPT = 1024;
  private static final int HEADER_CHARS_KEPT = 200;

  /// What of an answer helps to find the receiver's own log, or says what to do.
  private static final List<String> HEADERS_KEPT =
      List.of(
          "content-type",
          "location",
          "retry-after",
          "server",
          "date",
          "x-request-id",
          "request-id",
          "cf-ray",
          "x-amzn-requestid",
          "x-amz-cf-id");

  private final Endpoints endpoints;
  private final ProviderHttp http;
  private final InstantSource clock;

  DeliveryCall(Endpoints endpoints, ProviderHttp http, InstantSource clock) {
    this.endpoints = endpoints;
    this.http = http;
    this.clock = clock;
  }

  /// Empty when the endpoint was deleted since the delivery was taken.
  Optional<CallEnd> run(Claimed delivery, String data) {
    return endpoints
        .callable(delivery.tenant(), delivery.endpoint(), delivery.version())
        .map(endpoint -> run(delivery, data, endpoint));
  }

  private CallEnd run(Claimed delivery, String data, CallableEndpoint endpoint) {
    byte[] body =
        endpoint.thin()
            ? EventPayload.thin(
                delivery.eventTenant(),
                delivery.event(),
                delivery.type(),
                delivery.about(),
                delivery.toldAt())
            : EventPayload.full(
                delivery.eventTenant(),
                delivery.event(),
                delivery.type(),
                delivery.about(),
                delivery.toldAt(),
                data);
    Instant now = clock.instant();
    String id = Ids.write(Prefix.EVENT, delivery.event());
    Map<String, String> headers = new HashMap<>();
    endpoint.headers().forEach((name, value) -> headers.put(name, value.reveal()));
    headers.put("Content-Type", "application/json");
    headers.put("User-Agent", "Tenon-Webhooks/1");
    headers.put("webhook-id", id);
    headers.put("webhook-timestamp", Long.toString(now.getEpochSecond()));
    headers.put("webhook-signature", endpoint.sign(body, id, now));
    long start = System.nanoTime();
    HttpResult result = http.call(HttpCall.post(endpoint.url(), headers, body).within(TIMEOUT));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    String url = endpoint.url().toString();
    return switch (result) {
      case HttpResult.Answered answer -> answered(answer, url, took, now);
      case HttpResult.NotSent(String reason) ->
          without(
              CallEnd.Outcome.UNREACHABLE, "it could not be reached: " + reason, url, took, now);
      case HttpResult.MaybeSent(String reason) ->
          without(CallEnd.Outcome.NO_ANSWER, "no answer came: " + reason, url, took, now);
      case HttpResult.TooLong(String reason) ->
          without(CallEnd.Outcome.NO_ANSWER, reason, url, took, now);
    };
  }

  private static CallEnd without(
      CallEnd.Outcome outcome, String error, String url, Duration took, Instant now) {
    return new CallEnd(outcome, null, Map.of(), "", error, url, took, now, Duration.ZERO);
  }

  private static CallEnd answered(
      HttpResult.Answered answer, String url, Duration took, Instant now) {
    boolean delivered = answer.status() >= 200 && answer.status() < 300;
    return new CallEnd(
        delivered ? CallEnd.Outcome.DELIVERED : CallEnd.Outcome.REFUSED,
        answer.status(),
        kept(answer),
        beginning(answer.body()),
        delivered ? "" : error(answer),
        url,
        took,
        now,
        RetryAfter.of(answer));
  }

  private static String error(HttpResult.Answered answer) {
    int status = answer.status();
    if (status >= 300 && status < 400) {
      return "the receiver answered %d and points elsewhere; redirects are not followed"
          .formatted(status);
    }
    @Nullable String word =
        switch (status) {
          case 400 -> "bad request";
          case 401 -> "unauthorised";
          case 403 -> "forbidden";
          case 404 -> "not found";
          case 410 -> "gone";
          case 429 -> "too many requests";
          case 500 -> "internal error";
          case 502 -> "bad gateway";
          case 503 -> "unavailable";
          case 504 -> "gateway time-out";
          default -> null;
        };
    return "the receiver answered %d%s".formatted(status, word == null ? "" : " (" + word + ")");
  }

  private static Map<String, String> kept(HttpResult.Answered answer) {
    Map<String, String> kept = new HashMap<>();
    for (String name : HEADERS_KEPT) {
      String value = answer.header(name);
      if (!value.isEmpty()) {
        kept.put(name, clean(value.substring(0, Math.min(value.length(), HEADER_CHARS_KEPT))));
      }
    }
    return kept;
  }

  private static String beginning(byte[] body) {
    byte[] first = body.length > BODY_BYTES_KEPT ? Arrays.copyOf(body, BODY_BYTES_KEPT) : body;
    return clean(new String(first, StandardCharsets.UTF_8));
  }

  /// PostgreSQL stores no NUL.
  private static String clean(String text) {
    return text.replace('\0', ' ');
  }
}
