package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.http.HttpResult;
import java.time.Duration;
import java.util.function.Function;

/// What an exchange over HTTP means for a message or a question, before anybody has read the
/// answer: the same at every provider.
public final class Exchanges {
  private Exchanges() {}

  /// How a sending ended. What was not written may be sent again; what was written and not answered
  /// is unknown.
  public static Outcome<Sent> sending(
      HttpResult result, Function<HttpResult.Answered, Outcome<Sent>> read) {
    return switch (result) {
      case HttpResult.NotSent(String reason) ->
          new Outcome.Passing<>(Duration.ZERO, Outcome.Detail.none(reason));
      case HttpResult.MaybeSent(String reason) ->
          new Outcome.Unknown<>(Outcome.Detail.none(reason));
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
      case HttpResult.Answered answer -> read.apply(answer);
    };
  }
}
