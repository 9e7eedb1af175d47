package dev.tenon.sandbox;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Takes webhooks on a loopback port and keeps them with their headers.
public final class WebhookSink implements AutoCloseable {
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

  public void clear() {
    received.clear();
  }

  @Override
  public void close() {
    server.stop();
  }

  /// One webhook as it came; header names in any case.
  public record Received(Map<String, String> headers, String body) {}
}
