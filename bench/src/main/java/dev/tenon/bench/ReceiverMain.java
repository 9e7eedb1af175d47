package dev.tenon.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.HdrHistogram.ConcurrentHistogram;

/// An application that hears events, in a process of its own: `/well` answers 200 at once, `/slow`
/// after five seconds. `GET /report` tells how many came, how many of them were new, and how long
/// the events were on their way; `POST /reset` begins anew. The first line that it prints is its
/// port.
final class ReceiverMain {
  private static final Duration SLOW = Duration.ofSeconds(5);
  private static final String TOLD_AT = "\"created_at\":\"";

  private static final Map<String, Integer> IDS = new ConcurrentHashMap<>();
  private static volatile ConcurrentHistogram delays = new ConcurrentHistogram(600_000_000L, 3);

  private ReceiverMain() {}

  public static void main(String[] arguments) throws IOException {
    // Keeps every connection, and sends what it has at once; by itself it does neither.
    System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/well", exchange -> receive(exchange, true));
    server.createContext("/slow", exchange -> receive(exchange, false));
    server.createContext("/report", ReceiverMain::report);
    server.createContext("/reset", ReceiverMain::reset);
    server.start();
    System.out.println(server.getAddress().getPort());
  }

  private static void receive(HttpExchange exchange, boolean well) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (well) {
      int from = body.indexOf(TOLD_AT) + TOLD_AT.length();
      Instant told = Instant.parse(body.substring(from, body.indexOf('"', from)));
      delays.recordValue(
          Math.clamp(Duration.between(told, Instant.now()).toNanos() / 1000, 0L, 600_000_000L));
      // One event goes to one endpoint here, so its id is the delivery's.
      IDS.merge(exchange.getRequestHeaders().getFirst("webhook-id"), 1, Integer::sum);
    } else {
      Pause.millis(SLOW.toMillis());
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static void report(HttpExchange exchange) throws IOException {
    long all = IDS.values().stream().mapToLong(Integer::longValue).sum();
    byte[] answer =
        "{\"received\": %d, \"distinct\": %d, \"p50\": %d, \"p99\": %d, \"max\": %d}"
            .formatted(
                all,
                IDS.size(),
                delays.getValueAtPercentile(50),
                delays.getValueAtPercentile(99),
                delays.getMaxValue())
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static void reset(HttpExchange exchange) throws IOException {
    IDS.clear();
    delays = new ConcurrentHistogram(600_000_000L, 3);
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }
}
