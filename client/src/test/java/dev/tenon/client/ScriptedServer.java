package dev.tenon.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/// A server that answers as it was told to, one answer a request, and remembers what it was asked.
final class ScriptedServer implements AutoCloseable {
  final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Queue<Answer> script = new ArrayDeque<>();
  private final HttpServer server;

  record Asked(String method, String target, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(one -> one.getKey().equalsIgnoreCase(name))
          .map(one -> one.getValue().getFirst())
          .findFirst()
          .orElse("");
    }
  }

  /// How a request is answered.
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  ScriptedServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  ScriptedServer then(Answer answer) {
    script.add(answer);
    return this;
  }

  ScriptedServer then(int status, String body, String... header) {
    return then(
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          for (int i = 0; i < header.length; i += 2) {
            exchange.getResponseHeaders().set(header[i], header[i + 1]);
          }
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  ScriptedServer thenProblem(int status, String code, String... header) {
    return then(
        status,
        """
        {"type": "https://t.example/docs/problems#x", "title": "T", "status": %d, "detail": "D.",
         "code": "%s", "param": "to", "doc_url": "https://t.example/docs/problems#x",
         "request_id": "req_1"}
        """
            .formatted(status, code),
        header);
  }

  /// Takes the request and closes the connection.
  ScriptedServer thenNothing() {
    return then(exchange -> exchange.close());
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Answer answer;
    synchronized (script) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              Map.copyOf(exchange.getRequestHeaders()),
              body));
      answer = script.remove();
    }
    answer.to(exchange);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
