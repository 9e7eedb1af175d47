package dev.tenon.sandbox;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// Takes webhooks on a loopback port and keeps them with their headers.
public final class WebhookSink implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ConcurrentLinkedQueue<Received> received = new ConcurrentLinkedQueue<>();
  private final WebServer server;
  private volatile int status = 200;

  public WebhookSink() {
    server =
        WebServer.builder()
            .address(InetAddress.getLoopbackAddress())
            .port(0)
            .shutdownHook(false)
            .routing(
                routing ->
                    routing.post(
                        "/hook",
                        (request, response) -> {
                          Map<String, String> headers =
                              new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                          request.headers().forEach(h -> headers.put(h.name(), h.get()));
                          received.add(new Received(headers, request.content().as(String.class)));
                          synchronized (received) {
                            received.notifyAll();
                          }
                          response.header(HeaderNames.CONTENT_TYPE, "text/plain");
                          response.status(status).send("taken");
                        }))
            .build()
            .start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.port() + "/hook");
  }

  /// Answers with this from now on.
  public void answer(int with) {
    status = with;
  }

  public List<Received> received() {
    return new ArrayList<>(received);
  }

  /// The first that matches, once it is here.
  public Received await(Predicate<Received> wanted) throws InterruptedException {
    return awaitAll(all -> all.stream().filter(wanted).findFirst());
  }

  /// Waits for this many.
  public void await(int count) throws InterruptedException {
    var _ = awaitAll(all -> all.size() >= count ? Optional.of(count) : Optional.empty());
  }

  private <T> T awaitAll(Function<List<Received>, Optional<T>> look) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    synchronized (received) {
      while (true) {
        Optional<T> found = look.apply(received());
        long left = end - System.nanoTime();
        if (found.isPresent()) {
          return found.get();
        }
        if (left <= 0) {
          throw new AssertionError("it never came; these did: " + received());
        }
        TimeUnit.NANOSECONDS.timedWait(received, left);
      }
    }
  }

  public void clear() {
    received.clear();
  }

  @Override
  public void close() {
    server.stop();
  }

  /// One webhook as it came; header names in any case.
  public record Received(Map<String, String> headers, String body) {
    public JsonNode json() {
      return Json.read(body.getBytes(StandardCharsets.UTF_8));
    }
  }
}
