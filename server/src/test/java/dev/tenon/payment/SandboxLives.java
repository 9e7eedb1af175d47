package dev.tenon.payment;

import com.sun.net.httpserver.HttpServer;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.stripe.StripeSimulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Records lives as the sandbox sends them: drives a simulator by its API and its control
/// endpoints, and takes what its webhooks carry, for an endpoint of today's version and for one
/// that pins an old one. All that one action causes happens within one second.
final class SandboxLives implements AutoCloseable {
  private static final String OLD_VERSION = "2024-06-20";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-08-01T09:00:00Z"));
  private final StripeSimulator stripe = new StripeSimulator();
  private final Sandbox sandbox =
      Sandbox.start(List.of(stripe), SandboxSettings.defaults(now::get));
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, Map<String, String>> received = new ConcurrentHashMap<>();
  private final HttpServer sink;

  SandboxLives() {
    try {
      sink = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sink.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    sink.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          String path = exchange.getRequestURI().getPath();
          received
              .computeIfAbsent(path, _ -> new ConcurrentHashMap<>())
              .put(Life.json(body).path("id").asString(), body);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    sink.start();
    String base = "http://127.0.0.1:" + sink.getAddress().getPort();
    endpoint(base + "/new", "");
    endpoint(base + "/old", OLD_VERSION);
  }

  private void endpoint(String url, String version) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("url", url);
    form.put("enabled_events[]", "*");
    if (!version.isEmpty()) {
      form.put("api_version", version);
    }
    post("/v1/webhook_endpoints", form);
  }

  /// What one script of actions leads to, in both shapes.
  List<Life> record(String name, Map<String, String> metadata, Consumer<SandboxLives> script) {
    this.metadata = metadata;
    List<String> before = eventIds();
    script.accept(this);
    try {
      if (!sandbox.webhooks("stripe").awaitIdle(Duration.ofSeconds(20))) {
        throw new IllegalStateException("webhooks are still under way");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    List<String> ids = eventIds();
    ids.removeAll(before);
    List<Life> lives = new ArrayList<>();
    for (String shape : List.of("new", "old")) {
      Map<String, String> bodies = received.getOrDefault("/" + shape, Map.of());
      lives.add(
          new Life(
              name + ", " + shape + " shape",
              ids.stream().filter(bodies::containsKey).map(bodies::get).toList()));
    }
    return lives;
  }

  private Map<String, String> metadata = Map.of();
  private String subscription = "";

  /// A checkout that is paid.
  SandboxLives checkout(int trialDays) {
    return checkout(trialDays, "Pro");
  }

  /// The same with a price that has no nickname, as most have none at Stripe.
  SandboxLives checkoutWithoutNickname() {
    return checkout(0, "");
  }

  private SandboxLives checkout(int trialDays, String nickname) {
    String product = post("/v1/products", Map.of("name", "Pro")).path("id").asString();
    Map<String, String> priced = new LinkedHashMap<>();
    priced.put("product", product);
    priced.put("currency", "eur");
    priced.put("unit_amount", "2900");
    priced.put("recurring[interval]", "month");
    if (!nickname.isEmpty()) {
      priced.put("nickname", nickname);
    }
    String price = post("/v1/prices", priced).path("id").asString();
    Map<String, String> form = new LinkedHashMap<>();
    form.put("mode", "subscription");
    form.put("success_url", "https://app.example/ok");
    form.put("customer_email", "ada@customer.test");
    form.put("line_items[0][price]", price);
    form.put("line_items[0][quantity]", "2");
    metadata.forEach(
        (key, value) -> {
          form.put("metadata[" + key + "]", value);
          form.put("subscription_data[metadata][" + key + "]", value);
        });
    if (trialDays > 0) {
      form.put("subscription_data[trial_period_days]", Integer.toString(trialDays));
    }
    String session = post("/v1/checkout/sessions", form).path("id").asString();
    stripe.pay(session);
    subscription = get("/v1/checkout/sessions/" + session).path("subscription").asString();
    return this;
  }

  /// Time passes, then a control endpoint moves the subscription on.
  SandboxLives after(Duration time, String action) {
    now.set(now.get().plus(time));
    post("/_sandbox/subscriptions/" + subscription + "/" + action, Map.of());
    return this;
  }

  SandboxLives update(Map<String, String> form) {
    now.set(now.get().plusSeconds(3600));
    post("/v1/subscriptions/" + subscription, form);
    return this;
  }

  /// The customer asks for the last payment back.
  SandboxLives refund() {
    now.set(now.get().plusSeconds(3600));
    String invoice = get("/v1/subscriptions/" + subscription).path("latest_invoice").asString();
    for (JsonNode event : get("/v1/events?limit=100&type=invoice_payment.paid").path("data")) {
      JsonNode payment = event.path("data").path("object");
      if (payment.path("invoice").asString().equals(invoice)) {
        String intent = payment.path("payment").path("payment_intent").asString();
        String charge = get("/v1/payment_intents/" + intent).path("latest_charge").asString();
        post("/_sandbox/charges/" + charge + "/refund", Map.of());
        return this;
      }
    }
    throw new IllegalStateException("nothing to refund");
  }

  private List<String> eventIds() {
    List<String> ids = new ArrayList<>();
    String after = "";
    JsonNode page;
    do {
      page = get("/v1/events?limit=100" + after);
      page.path("data").forEach(event -> ids.add(event.path("id").asString()));
      after = ids.isEmpty() ? "" : "&starting_after=" + ids.getLast();
    } while (page.path("has_more").asBoolean());
    return new ArrayList<>(ids.reversed());
  }

  private JsonNode get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).GET());
  }

  private JsonNode post(String path, Map<String, String> form) {
    String body =
        String.join(
            "&",
            form.entrySet().stream()
                .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
                .toList());
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private URI uri(String path) {
    return URI.create(sandbox.url("stripe") + path);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          http.send(
              request.header("Authorization", "Bearer sk_test_lives").build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(response.statusCode() + " " + response.body());
      }
      return JsonMapper.shared().readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    sink.stop(0);
    sandbox.close();
    http.close();
  }
}
