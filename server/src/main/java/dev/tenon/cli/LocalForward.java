package dev.tenon.cli;

import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.signature.StandardWebhookSignature;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Posts events to an address of this machine or network, signed as deliveries are.
final class LocalForward implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final URI url;
  private final Map<String, String> headers;
  private final Secret secret;
  private final ApacheProviderHttp http;

  /// @param headers sent with each event besides those of a delivery
  LocalForward(URI url, Map<String, String> headers, Secret secret) {
    this.url = url;
    this.headers = Map.copyOf(headers);
    this.secret = secret;
    // The address is the user's own, so it may be private; where it leads is not followed.
    this.http = new ApacheProviderHttp(EgressPolicy.allowing(List.of(url)));
  }

  /// How the receiver answered.
  ///
  /// @param status 0 when nothing answered
  /// @param trouble why nothing answered; empty otherwise
  record Answer(int status, String trouble, Duration took) {
    boolean good() {
      return status >= 200 && status < 300;
    }
  }

  URI url() {
    return url;
  }

  /// Posts one event as the API gives it. A receiver that fails gets it once: what counts here is
  /// to see that it failed.
  Answer post(JsonNode event, Instant now) {
    String id = event.path("id").asString("");
    byte[] body = JsonMapper.shared().writeValueAsBytes(event.path("payload"));
    Map<String, String> all = new HashMap<>(headers);
    all.put("Content-Type", "application/json");
    all.put("User-Agent", "Tenon-Webhooks/1 (listen)");
    all.put("webhook-id", id);
    all.put("webhook-timestamp", Long.toString(now.getEpochSecond()));
    all.put("webhook-signature", StandardWebhookSignature.sign(body, id, now, secret));
    long start = System.nanoTime();
    HttpResult result = http.call(HttpCall.post(url, all, body).within(PATIENCE));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    return switch (result) {
      case HttpResult.Answered answered -> new Answer(answered.status(), "", took);
      case HttpResult.NotSent(String reason) -> new Answer(0, reason, took);
      case HttpResult.MaybeSent(String reason) -> new Answer(0, reason, took);
      case HttpResult.TooLong(String reason) -> new Answer(0, reason, took);
    };
  }

  @Override
  public void close() {
    http.close();
  }
}
