package dev.tenon.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Single requests outside of what is measured.
final class Web {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private Web() {}

  static String get(URI uri) {
    try {
      return CLIENT
          .send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new BenchFailure(uri + " does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted");
    }
  }

  /// Asks the API as an application does; throws where the answer is not 2xx.
  static String get(URI uri, String key) {
    return ask(HttpRequest.newBuilder(uri), key);
  }

  /// Sends JSON to the API as an application does; throws where the answer is not 2xx.
  static String post(URI uri, String key, String json) {
    return ask(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)),
        key);
  }

  private static String ask(HttpRequest.Builder request, String key) {
    HttpRequest whole =
        request.timeout(Duration.ofSeconds(30)).header("Authorization", "Bearer " + key).build();
    try {
      HttpResponse<String> answer = CLIENT.send(whole, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new BenchFailure(
            "%s was answered %d: %s".formatted(whole.uri(), answer.statusCode(), answer.body()));
      }
      return answer.body();
    } catch (IOException e) {
      throw new BenchFailure(whole.uri() + " does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted");
    }
  }

  /// Sends one webhook; answers the status, or 0 when no answer came.
  static int post(URI hook, StripeWebhooks.Signed webhook) {
    try {
      return CLIENT
          .send(
              HttpRequest.newBuilder(hook)
                  .timeout(Duration.ofSeconds(10))
                  .header("Content-Type", "application/json; charset=utf-8")
                  .header("Stripe-Signature", webhook.signature())
                  .POST(HttpRequest.BodyPublishers.ofByteArray(webhook.body()))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }
}
