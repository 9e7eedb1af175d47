package dev.tenon.client;

import dev.tenon.client.json.JsonException;
import dev.tenon.client.json.JsonReader;
import dev.tenon.client.json.JsonRecords;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes calls, and makes them again where [RetryRules] allow it.
///
/// A call that carries an idempotency key carries the same one at each try. Redirects are never
/// followed: they would take the API key elsewhere.
final class Transport implements AutoCloseable {
  private static final int ANSWER_BYTES_MAX = JsonReader.BYTES_MAX;
  private static final int RETRY_AFTER_DIGITS_MAX = 6;

  private final HttpClient http;
  private final URI base;
  private final String authorization;
  private final Duration timeout;
  private final RetryRules rules;
  private final Pause pause;

  /// Lets time pass between two tries.
  interface Pause {
    void await(Duration time) throws InterruptedException;
  }

  Transport(
      URI base,
      String apiKey,
      Duration connectTimeout,
      Duration timeout,
      RetryRules rules,
      Pause pause) {
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.base = base;
    this.authorization = "Bearer " + apiKey;
    this.timeout = timeout;
    this.rules = rules;
    this.pause = pause;
  }

  /// The body of a successful answer.
  ///
  /// @param target path and query
  /// @param body JSON; empty for none
  /// @param givenKey the caller's idempotency key; else each call has one of its own
  byte[] send(Call call, String target, byte[] body, @Nullable String givenKey) {
    String key =
        call.repeat() != Call.Repeat.KEYED
            ? null
            : givenKey != null ? givenKey : UUID.randomUUID().toString();
    HttpRequest request = request(call, target, body, key);
    boolean mayHaveHappened = false;
    for (int tries = 1; ; tries++) {
      Tried tried = once(request);
      if (tried instanceof Tried.Answered answered && answered.status() / 100 == 2) {
        return answered.body();
      }
      RetryRules.End end = end(tried);
      mayHaveHappened |= mayHaveHappened(end);
      Optional<Duration> wait = rules.next(call.repeat(), tries, end, RandomGenerator.getDefault());
      if (wait.isEmpty()) {
        throw failure(call, tried, mayHaveHappened && call.repeat() != Call.Repeat.SAME, key);
      }
      try {
        pause.await(wait.get());
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw failure(call, tried, mayHaveHappened, key);
      }
    }
  }

  private HttpRequest request(Call call, String target, byte[] body, @Nullable String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + target))
            .header("Authorization", authorization)
            .header("Accept", "application/json")
            .header("User-Agent", "tenon-client-java")
            .method(
                call.method(),
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (body.length > 0) {
      request.header("Content-Type", "application/json");
    }
    if (key != null) {
      request.header("Idempotency-Key", key);
    }
    return request.build();
  }

  /// What came of one try.
  private sealed interface Tried {
    /// A class because it holds bytes.
    final class Answered implements Tried {
      private final HttpResponse<byte[]> response;

      Answered(HttpResponse<byte[]> response) {
        this.response = response;
      }

      int status() {
        return response.statusCode();
      }

      byte[] body() {
        return response.body();
      }

      Optional<String> retryAfter() {
        return response.headers().firstValue("Retry-After");
      }

      /// The problem in it; empty when it is none of Tenon's.
      Optional<ProblemBody> problem() {
        try {
          return Optional.of(JsonRecords.read(ProblemBody.class, JsonReader.readObject(body())))
              .filter(body -> body.code() != null && body.detail() != null);
        } catch (JsonException notOurs) {
          return Optional.empty();
        }
      }
    }

    record NotSent(Throwable cause) implements Tried {}

    record Lost(Throwable cause) implements Tried {}
  }

  /// Asynchronous inside, since only so the bound of time counts for the body as well.
  private Tried once(HttpRequest request) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, head -> new BoundedBody(ANSWER_BYTES_MAX));
    try {
      return new Tried.Answered(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
          ? new Tried.NotSent(cause)
          : new Tried.Lost(cause);
    } catch (TimeoutException late) {
      answer.cancel(true);
      return new Tried.Lost(
          new IOException("no answer within %d s".formatted(timeout.toSeconds()), late));
    } catch (InterruptedException stopped) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      return new Tried.Lost(stopped);
    }
  }

  private static RetryRules.End end(Tried tried) {
    return switch (tried) {
      case Tried.NotSent ignored -> new RetryRules.End.NotSent();
      case Tried.Lost ignored -> new RetryRules.End.Unknown();
      case Tried.Answered answered ->
          new RetryRules.End.Refused(
              answered.status(),
              answered.problem().map(ProblemBody::code).orElse(""),
              answered.retryAfter().map(Transport::seconds).orElse(null));
    };
  }

  private static boolean mayHaveHappened(RetryRules.End end) {
    return switch (end) {
      case RetryRules.End.NotSent ignored -> false;
      case RetryRules.End.Unknown ignored -> true;
      case RetryRules.End.Refused refused ->
          refused.status() >= 500 || refused.code().equals("idempotency.running");
    };
  }

  private static TenonException failure(
      Call call, Tried last, boolean mayHaveHappened, @Nullable String key) {
    return switch (last) {
      case Tried.Answered answered ->
          answered
              .problem()
              .<TenonException>map(body -> new TenonProblem(body, key))
              .orElseGet(
                  () ->
                      new TenonNoAnswer(
                          "%s %s was answered with %d, and not by Tenon"
                              .formatted(call.method(), call.path(), answered.status()),
                          null,
                          mayHaveHappened,
                          key));
      case Tried.NotSent notSent -> noAnswer(call, notSent.cause(), mayHaveHappened, key);
      case Tried.Lost lost -> noAnswer(call, lost.cause(), mayHaveHappened, key);
    };
  }

  private static TenonNoAnswer noAnswer(
      Call call, Throwable cause, boolean mayHaveHappened, @Nullable String key) {
    return new TenonNoAnswer(
        "%s %s: %s"
            .formatted(
                call.method(),
                call.path(),
                mayHaveHappened
                    ? "no answer, so nobody here knows whether it was done"
                    : "Tenon can't be reached"),
        cause,
        mayHaveHappened,
        key);
  }

  /// Seconds, the only form that Tenon sends; null for any other.
  private static @Nullable Duration seconds(String header) {
    boolean digits =
        !header.isEmpty()
            && header.length() <= RETRY_AFTER_DIGITS_MAX
            && header.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Duration.ofSeconds(Long.parseLong(header)) : null;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
