package dev.tenon.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import org.HdrHistogram.ConcurrentHistogram;

/// An application that hears events, in a process of its own: `/well` and `/ordered` answer 200 at
/// once, `/slow` after five seconds, `/failing` 500. `GET /report` tells how many came, how many of
/// them were new, how many to `/ordered` came after a later one of their object, and how long the
/// events were on their way; `POST /reset` begins anew. The first line that it prints is its port.
final class ReceiverMain {
  private static final Duration SLOW = Duration.ofSeconds(5);
  private static final String TOLD_AT = "\"created_at\":\"";
  private static final String OBJECT = "\"provider_id\":\"";
  private static final String SEQUENCE = "\"amount\":";

  private static final Order ORDER = new Order();
  private static volatile ConcurrentHistogram delays = new ConcurrentHistogram(600_000_000L, 3);

  private ReceiverMain() {}

  public static void main(String[] arguments) throws IOException {
    // Keeps every connection, and sends what it has at once; by itself it does neither.
    System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/well", exchange -> receive(exchange, false));
    server.createContext("/ordered", exchange -> receive(exchange, true));
    server.createContext("/slow", exchange -> answer(exchange, SLOW, 200));
    server.createContext("/failing", exchange -> answer(exchange, Duration.ZERO, 500));
    server.createContext("/report", ReceiverMain::report);
    server.createContext("/reset", ReceiverMain::reset);
    server.start();
    System.out.println(server.getAddress().getPort());
  }

  /// Starts it in a process of its own.
  static Child start(Path log) {
    return Child.start(ReceiverMain.class, log, Map.of());
  }

  /// Where it listens.
  static URI address(Child receiver, Path log) {
    try {
      while (Files.readString(log).isBlank()) {
        receiver.requireAlive();
        Pause.millis(20);
      }
      return URI.create(
          "http://127.0.0.1:" + Files.readString(log).strip().lines().findFirst().orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void receive(HttpExchange exchange, boolean ordered) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Instant told = Instant.parse(between(body, TOLD_AT, '"'));
    delays.recordValue(
        Math.clamp(Duration.between(told, Instant.now()).toNanos() / 1000, 0L, 600_000_000L));
    // One event goes to one endpoint here, so its id is the delivery's.
    ORDER.note(
        exchange.getRequestHeaders().getFirst("webhook-id"),
        ordered ? between(body, OBJECT, '"') : "",
        Long.parseLong(between(body, SEQUENCE, '}').split(",", 2)[0]));
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static String between(String body, String before, char after) {
    int from = body.indexOf(before) + before.length();
    int comma = body.indexOf(after, from);
    return body.substring(from, comma);
  }

  private static void answer(HttpExchange exchange, Duration after, int status) throws IOException {
    byte[] _ = exchange.getRequestBody().readAllBytes();
    Pause.millis(after.toMillis());
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private static void report(HttpExchange exchange) throws IOException {
    byte[] answer =
        "{\"received\": %d, \"distinct\": %d, \"inversions\": %d, \"p50\": %d, \"p99\": %d, \"max\": %d}"
            .formatted(
                ORDER.received(),
                ORDER.distinct(),
                ORDER.inversions(),
                delays.getValueAtPercentile(50),
                delays.getValueAtPercentile(99),
                delays.getMaxValue())
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static void reset(HttpExchange exchange) throws IOException {
    ORDER.reset();
    delays = new ConcurrentHistogram(600_000_000L, 3);
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }
}
