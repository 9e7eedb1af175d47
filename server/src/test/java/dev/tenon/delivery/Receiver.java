package dev.tenon.delivery;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tenon.connector.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An application that hears events: a real HTTP server on loopback that answers as it is told and
/// remembers what came.
public final class Receiver implements AutoCloseable {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final HttpServer server;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Call> calls = new ArrayList<>();
  private final Map<String, Function<Call, Answer>> answers = new HashMap<>();

  /// A request as it came.
  public record Call(String path, Map<String, String> headers, String body) {
    public JsonNode json() {
      return JsonMapper.shared().readTree(body);
    }

    /// The id of the event.
    public String id() {
      return headers.getOrDefault("webhook-id", "");
    }

    public String about() {
      return json().at("/data/id").asString();
    }

    /// Whether the specification's own library takes the signature.
    public boolean isSignedBy(Secret secret) {
      HttpHeaders came =
          HttpHeaders.of(
              headers.entrySet().stream()
                  .collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue()))),
              (_, _) -> true);
      try {
        new Webhook(secret.reveal()).verify(body, came);
        return true;
      } catch (WebhookVerificationException | EmptyWebhookSecretException e) {
        return false;
      }
    }
  }

  /// What to answer.
  public record Answer(int status, Map<String, String> headers, String body) {
    public static Answer of(int status) {
      return new Answer(status, Map.of(), "");
    }
  }

  public Receiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public URI url(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path));
  }

  /// Answers calls to a path so from now on; 200 where nothing was said.
  public void answer(String path, Function<Call, Answer> answer) {
    lock.lock();
    try {
      answers.put(path, answer);
    } finally {
      lock.unlock();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    var call = new Call(exchange.getRequestURI().getPath(), Map.copyOf(headers), body);
    Function<Call, Answer> answer;
    lock.lock();
    try {
      calls.add(call);
      changed.signalAll();
      answer = answers.getOrDefault(call.path(), _ -> Answer.of(200));
    } finally {
      lock.unlock();
    }
    Answer said = answer.apply(call);
    byte[] bytes = said.body().getBytes(StandardCharsets.UTF_8);
    said.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    exchange.sendResponseHeaders(said.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /// The calls to a path, once there are so many.
  public List<Call> await(String path, int count) {
    long left = PATIENCE_NANOS;
    lock.lock();
    try {
      while (true) {
        List<Call> own = calls.stream().filter(call -> call.path().equals(path)).toList();
        if (own.size() >= count) {
          return own;
        }
        if (left <= 0) {
          throw new AssertionError("%d of %d calls to %s came".formatted(own.size(), count, path));
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      lock.unlock();
    }
  }

  public List<Call> calls(String path) {
    return await(path, 0);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
