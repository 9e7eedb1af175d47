package dev.tenon.connector.stripe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/// Answers what the test says, in order, and remembers what was asked.
final class ScriptedStripe implements AutoCloseable {
  /// One request as it came; header names are lower-case, form fields decoded.
  record Asked(String method, String path, Map<String, String> headers, Map<String, String> form) {}

  private record Answer(int status, Map<String, String> headers, String body) {}

  private final HttpServer server;
  private final Deque<Answer> answers = new ConcurrentLinkedDeque<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  ScriptedStripe() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    server.createContext("/", this::serve);
    server.start();
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void answer(int status, String body) {
    answer(status, Map.of(), body);
  }

  void answer(int status, Map<String, String> headers, String body) {
    answers.add(new Answer(status, headers, body));
  }

  List<Asked> asked() {
    return List.copyOf(asked);
  }

  private void serve(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String query = exchange.getRequestURI().getRawQuery();
    asked.add(
        new Asked(
            exchange.getRequestMethod(),
            exchange.getRequestURI().getPath(),
            headers,
            form(query == null ? body : query)));
    Answer answer = answers.poll();
    if (answer == null) {
      // Nothing to say: the connection closes without an answer.
      exchange.close();
      return;
    }
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Request-Id", "req_1");
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Map<String, String> form(String encoded) {
    Map<String, String> form = new LinkedHashMap<>();
    for (String pair : encoded.split("&", -1)) {
      int at = pair.indexOf('=');
      if (at > 0) {
        form.put(decode(pair.substring(0, at)), decode(pair.substring(at + 1)));
      }
    }
    return form;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
