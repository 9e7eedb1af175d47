package dev.tenon.sandbox.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.sandbox.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ResendIdempotencyTest {
  private static final byte[] PAYLOAD = "one".getBytes(StandardCharsets.UTF_8);
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final AtomicInteger done = new AtomicInteger();
  private final ResendIdempotency idempotency = new ResendIdempotency(now::get);

  @Test
  void replaysForOneDayAndThenWorksAgain() {
    assertThat(once("key")).isEqualTo(once("key"));
    now.set(Instant.EPOCH.plus(Duration.ofHours(24)).minusSeconds(1));
    assertThat(once("key").path("n").asInt()).isEqualTo(1);
    now.set(Instant.EPOCH.plus(Duration.ofHours(24)));
    assertThat(once("key").path("n").asInt()).isEqualTo(2);
  }

  @Test
  void keepsTheKeysOfTwoCallersApart() {
    once("key");
    JsonNode other = idempotency.once("re_other /emails", "key", PAYLOAD, this::work);
    assertThat(other.path("n").asInt()).isEqualTo(2);
  }

  @Test
  void letsARefusedCallBeMended() {
    assertThatThrownBy(
            () ->
                idempotency.once(
                    "re_a /emails",
                    "key",
                    PAYLOAD,
                    () -> {
                      throw new ProviderRefusal(422, "validation_error", "no");
                    }))
        .isInstanceOf(ProviderRefusal.class);
    assertThat(once("key").path("n").asInt()).isEqualTo(1);
  }

  @Test
  void refusesASecondCallWhileTheFirstRuns() {
    idempotency.once(
        "re_a /emails",
        "key",
        PAYLOAD,
        () -> {
          assertThatThrownBy(() -> once("key"))
              .isInstanceOfSatisfying(
                  ProviderRefusal.class,
                  refusal ->
                      assertThat(refusal.code()).isEqualTo("concurrent_idempotent_requests"));
          return work();
        });
  }

  @Test
  void refusesAKeyThatIsTooLong() {
    assertThatThrownBy(() -> once("k".repeat(257)))
        .isInstanceOfSatisfying(
            ProviderRefusal.class,
            refusal -> assertThat(refusal.code()).isEqualTo("invalid_idempotency_key"));
  }

  private JsonNode once(String key) {
    return idempotency.once("re_a /emails", key, PAYLOAD, this::work);
  }

  private JsonNode work() {
    return Json.object().put("n", done.incrementAndGet());
  }
}
