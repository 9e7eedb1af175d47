package dev.tenon.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One try of one webhook: ten seconds in all, no redirects, the first 4 kB of the answer.
final class WebhookPost implements AutoCloseable {
  private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
  private static final int ANSWER_BYTES_MAX = 4_096;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(TIME_LIMIT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  /// @param status 0 when there was no answer
  record Answer(int status, String body) {}

  Answer send(URI url, String body, Map<String, String> headers) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(TIME_LIMIT)
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    headers.forEach(request::setHeader);
    var call =
        client
            .sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream())
            .thenApply(response -> new Answer(response.statusCode(), start(response.body())));
    try {
      return call.get(TIME_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      call.cancel(true);
      return new Answer(0, "no answer within 10 seconds");
    } catch (ExecutionException e) {
      return new Answer(0, "no answer: " + e.getCause());
    }
  }

  private static String start(InputStream body) {
    try (body) {
      return new String(body.readNBytes(ANSWER_BYTES_MAX), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
