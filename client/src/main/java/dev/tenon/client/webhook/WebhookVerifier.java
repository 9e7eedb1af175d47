package dev.tenon.client.webhook;

import dev.tenon.client.json.JsonException;
import dev.tenon.client.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Checks that a webhook comes from Tenon, by Standard Webhooks 1.0.0 (`v1` and `v1a`), and makes
/// an event of it. One object serves all threads.
///
/// ```java
/// WebhookVerifier verifier = WebhookVerifier.of(System.getenv("TENON_WEBHOOK_SECRET"));
/// TenonEvent event = verifier.verify(rawBody, request::getHeader);   // throws WebhookRefused
/// ```
///
/// Give it the bytes as they came: a body that was parsed and written again has another signature.
/// An event may come more than once, so remember [TenonEvent#id] with what you do.
public final class WebhookVerifier {
  private static final int ID_CHARS_MAX = 256;
  private static final int HEADER_CHARS_MAX = 4096;
  private static final int SIGNATURES_MAX = 16;
  private static final int TIME_DIGITS_MAX = 12;
  private static final int KEYS_MAX = 10;

  private final List<VerifyingKey> keys;
  private final Duration tolerance;
  private final InstantSource clock;

  /// The headers of a request, as `request::getHeader` of a servlet is.
  @FunctionalInterface
  public interface Headers {
    /// The value of a header, whatever its case; null when it did not come.
    @Nullable String value(String name);
  }

  private WebhookVerifier(List<VerifyingKey> keys, Duration tolerance, InstantSource clock) {
    this.keys = keys;
    this.tolerance = tolerance;
    this.clock = clock;
  }

  /// Believes what is signed by any of these: secrets (`whsec_…`) and public keys (`whpk_…`), 1 to
  /// 10, several while they are changed. The time may be off by five minutes either way.
  ///
  /// @throws IllegalArgumentException when one is neither
  public static WebhookVerifier of(String... keys) {
    return of(Arrays.asList(keys));
  }

  /// The same.
  public static WebhookVerifier of(Collection<String> keys) {
    if (keys.isEmpty() || keys.size() > KEYS_MAX) {
      throw new IllegalArgumentException("a verifier needs 1 to %d keys".formatted(KEYS_MAX));
    }
    return new WebhookVerifier(
        keys.stream().map(VerifyingKey::of).toList(),
        Duration.ofMinutes(5),
        InstantSource.system());
  }

  /// With another tolerance: how far the time of signing may be off, either way.
  public WebhookVerifier tolerance(Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("the tolerance has to be positive");
    }
    return new WebhookVerifier(keys, time, clock);
  }

  /// With another clock, for tests.
  public WebhookVerifier clock(InstantSource clock) {
    return new WebhookVerifier(keys, tolerance, clock);
  }

  /// The event in a webhook.
  ///
  /// @param body exactly the bytes that came
  /// @throws WebhookRefused when it is not signed by one of the keys, not in time, or no event
  public TenonEvent verify(byte[] body, Headers headers) {
    check(
        body,
        headers.value("webhook-id"),
        headers.value("webhook-timestamp"),
        headers.value("webhook-signature"));
    try {
      return TenonEvent.of(JsonReader.readObject(body));
    } catch (JsonException other) {
      throw new WebhookRefused(
          WebhookRefused.Reason.MALFORMED, "the body is no event: " + other.getMessage());
    }
  }

  /// The same, with headers as many servers give them. Names may be in any case.
  public TenonEvent verify(byte[] body, Map<String, List<String>> headers) {
    return verify(
        body,
        name ->
            headers.entrySet().stream()
                .filter(one -> name.equalsIgnoreCase(one.getKey()) && !one.getValue().isEmpty())
                .map(one -> one.getValue().getFirst())
                .findFirst()
                .orElse(null));
  }

  /// The signature first and the time second, so that "too old" is said only of what was truly
  /// signed.
  private void check(
      byte[] body, @Nullable String id, @Nullable String timestamp, @Nullable String signatures) {
    if (id == null || timestamp == null || signatures == null) {
      throw malformed("a header is missing: webhook-id, webhook-timestamp or webhook-signature");
    }
    if (id.isEmpty() || id.length() > ID_CHARS_MAX || signatures.length() > HEADER_CHARS_MAX) {
      throw malformed("a header is empty or too long");
    }
    if (timestamp.isEmpty()
        || timestamp.length() > TIME_DIGITS_MAX
        || !timestamp.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw malformed("webhook-timestamp is not a number of seconds");
    }
    byte[] prefix = (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
    if (!signed(body, prefix, signatures)) {
      throw new WebhookRefused(
          WebhookRefused.Reason.WRONG_SIGNATURE,
          "no signature is by a known key: check the secret, and that nothing changes the body");
    }
    Instant at = Instant.ofEpochSecond(Long.parseLong(timestamp));
    Instant now = clock.instant();
    if (at.isBefore(now.minus(tolerance))) {
      throw new WebhookRefused(WebhookRefused.Reason.TOO_OLD, "it was signed too long ago");
    }
    if (at.isAfter(now.plus(tolerance))) {
      throw new WebhookRefused(
          WebhookRefused.Reason.TOO_NEW, "it was signed for a time to come: check the clocks");
    }
  }

  private boolean signed(byte[] body, byte[] prefix, String signatures) {
    String[] each = signatures.split(" ", SIGNATURES_MAX + 1);
    for (VerifyingKey key : keys) {
      for (int i = 0; i < Math.min(each.length, SIGNATURES_MAX); i++) {
        if (key.signed(each[i], prefix, body)) {
          return true;
        }
      }
    }
    return false;
  }

  private static WebhookRefused malformed(String message) {
    return new WebhookRefused(WebhookRefused.Reason.MALFORMED, message);
  }

  /// How many keys, never which.
  @Override
  public String toString() {
    return "WebhookVerifier[%d keys]".formatted(keys.size());
  }
}
