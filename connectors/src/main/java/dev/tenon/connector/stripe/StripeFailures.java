package dev.tenon.connector.stripe;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.Detail;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.HttpResult;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/// What an end without success means. Stripe keeps an idempotency key for 24 hours at least, so
/// what ends [Outcome.Unknown] may be repeated with the same key within that time.
///
/// There are two exceptions, of which a repetition won't tell more. With `idempotency_error` the
/// key was used with other parameters, so an earlier call with it may well have been accepted, and
/// this one says nothing of what became of that (docs.stripe.com/api/idempotent_requests). And a
/// 5xx that Stripe has stored is what every repetition gets.
final class StripeFailures {
  private static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);

  private final Secret key;

  StripeFailures(Secret key) {
    this.key = key;
  }

  <T> Outcome<T> outcome(HttpResult result) {
    return switch (result) {
      case HttpResult.NotSent(String reason) ->
          new Outcome.Passing<>(Duration.ZERO, Detail.none(reason));
      case HttpResult.MaybeSent(String reason) -> new Outcome.Unknown<>(Detail.none(reason));
      case HttpResult.TooLong(String reason) ->
          new Outcome.Unknown<>(new Detail(0, StripeConnector.ANSWER_TOO_LONG, reason, ""));
      case HttpResult.Answered answered -> answered(answered);
    };
  }

  private <T> Outcome<T> answered(HttpResult.Answered answer) {
    Detail detail = detail(answer);
    int status = answer.status();
    if (detail.code().equals(StripeConnector.KEY_OF_ANOTHER_CALL)) {
      return new Outcome.Unknown<>(detail);
    }
    if (status == 401 || status == 403) {
      return new Outcome.ConnectionBroken<>(detail);
    }
    if (status == 429) {
      return new Outcome.Passing<>(retryAfter(answer), detail);
    }
    if (status == 409) {
      // A lock, or the same key still under way. Stripe says so when it is neither.
      return answer.header("stripe-should-retry").equals("false")
          ? new Outcome.RefusedRequest<>(detail)
          : new Outcome.Passing<>(retryAfter(answer), detail);
    }
    if (status >= 500 && answer.header("idempotent-replayed").equals("true")) {
      return new Outcome.Unknown<>(
          new Detail(
              status,
              StripeConnector.REPLAYED_FAULT,
              detail.message(),
              detail.requestId(),
              detail.code(),
              detail.param()));
    }
    // A 5xx may have happened. So may a success whose body can't be read.
    return status >= 300 && status < 500
        ? new Outcome.RefusedRequest<>(detail)
        : new Outcome.Unknown<>(detail);
  }

  private Detail detail(HttpResult.Answered answer) {
    JsonNode error = error(answer.body());
    String type = StripeObjects.text(error, "type");
    String code =
        answer.status() == 400 && type.equals(StripeConnector.KEY_OF_ANOTHER_CALL)
            ? type
            : StripeObjects.firstNonEmpty(StripeObjects.text(error, "code"), type);
    // Stripe masks keys in its messages; whoever stands in for Stripe may not.
    String message = StripeObjects.text(error, "message").replace(key.reveal(), "(secret)");
    return new Detail(
        answer.status(),
        code,
        message,
        answer.header("request-id"),
        StripeObjects.text(error, "decline_code"),
        StripeObjects.text(error, "param"));
  }

  private static JsonNode error(byte[] body) {
    try {
      return StripeObjects.tree(body).path("error");
    } catch (IllegalArgumentException _) {
      return StripeObjects.firstObject();
    }
  }

  /// Whole seconds, as Stripe sends them; zero when there are none.
  private static Duration retryAfter(HttpResult.Answered answer) {
    String value = answer.header("retry-after");
    boolean seconds =
        !value.isEmpty()
            && value.length() <= 9
            && value.chars().allMatch(digit -> digit >= '0' && digit <= '9');
    Duration wish = seconds ? Duration.ofSeconds(Long.parseLong(value)) : Duration.ZERO;
    return wish.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : wish;
  }
}
