package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an exchange over HTTP means for a message or a question, before anybody has read the
/// answer: the same at every provider.
public final class Exchanges {
  private static final Logger LOG = LoggerFactory.getLogger(Exchanges.class);

  private Exchanges() {}

  /// How a sending ended. What was not written may be sent again; what was written and not answered
  /// is unknown.
  ///
  /// `call` makes the request. When it throws, nothing was written: that is a fault of this side,
  /// which says nothing of the provider, and another one may take the message.
  public static Outcome<Sent> sending(
      ProviderHttp http,
      Supplier<HttpCall> call,
      Function<HttpResult.Answered, Outcome<Sent>> read) {
    HttpCall made;
    try {
      made = call.get();
    } catch (RuntimeException e) {
      LOG.error("a request to send a message could not be made, so nothing was sent", e);
      return new Outcome.Passing<>(
          Duration.ZERO,
          new Outcome.Detail(
              0,
              EmailProvider.BUSY_HERE,
              "the request could not be made here, so nothing was sent; the log says why",
              ""));
    }
    return switch (http.call(made)) {
      case HttpResult.NotSent(String reason) ->
          new Outcome.Passing<>(Duration.ZERO, Outcome.Detail.none(reason));
      case HttpResult.MaybeSent(String reason) ->
          new Outcome.Unknown<>(Outcome.Detail.none(reason));
      case HttpResult.TooLong(String reason) -> new Outcome.Unknown<>(Outcome.Detail.none(reason));
      case HttpResult.Answered answer -> read.apply(answer);
    };
  }

  /// How a look-up ended: without an answer it says nothing.
  public static LookedUp lookingUp(
      HttpResult result, Function<HttpResult.Answered, LookedUp> read) {
    return switch (result) {
      case HttpResult.NotSent(String reason) ->
          new LookedUp.Unanswered(Outcome.Detail.none(reason));
      case HttpResult.MaybeSent(String reason) ->
          new LookedUp.Unanswered(Outcome.Detail.none(reason));
      case HttpResult.TooLong(String reason) ->
          new LookedUp.Unanswered(Outcome.Detail.none(reason));
      case HttpResult.Answered answer -> read.apply(answer);
    };
  }
}
