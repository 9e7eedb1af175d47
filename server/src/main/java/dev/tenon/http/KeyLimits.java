package dev.tenon.http;

import dev.tenon.access.ApiKeyId;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// How much each API key may ask of this node: a bucket of tokens that fills evenly. Kept in
/// memory, so it costs no round trip; with several nodes a key has as many buckets.
///
/// The answer tells it by `RateLimit-Policy` and `RateLimit`
/// (draft-ietf-httpapi-ratelimit-headers-11), and `Retry-After` when refused.
final class KeyLimits {
  private static final HeaderName POLICY = HeaderNames.create("RateLimit-Policy");
  private static final HeaderName STATE = HeaderNames.create("RateLimit");
  private static final int BUCKETS_MAX = 20_000;

  private final HttpServer.KeyLimit limit;
  private final TimeMeter time;
  private final String policy;
  private final ConcurrentHashMap<ApiKeyId, Bucket> buckets = new ConcurrentHashMap<>();

  KeyLimits(HttpServer.KeyLimit limit) {
    this.limit = limit;
    this.time = new ClockTime(limit.clock());
    // A full bucket empties and fills again within this window.
    long window = Math.ceilDiv(limit.burst(), limit.perSecond());
    this.policy = "\"key\";q=%d;w=%d".formatted(limit.burst(), window);
  }

  /// Takes one request of `key`, and says on the answer how many are left. Throws
  /// [ProblemException] (429) when there is none.
  void take(ApiKeyId key, ServerResponse response) {
    ConsumptionProbe probe = bucket(key).tryConsumeAndReturnRemaining(1);
    response.header(POLICY, policy);
    response.header(
        STATE,
        "\"key\";r=%d;t=%d"
            .formatted(probe.getRemainingTokens(), seconds(probe.getNanosToWaitForReset())));
    if (!probe.isConsumed()) {
      response.header(
          HeaderNames.RETRY_AFTER,
          Long.toString(Math.max(1, seconds(probe.getNanosToWaitForRefill()))));
      throw new ProblemException(
          ProblemCode.LIMIT_KEY_EXCEEDED,
          "This key may make %d requests a second, and %d at once."
              .formatted(limit.perSecond(), limit.burst()));
    }
  }

  private Bucket bucket(ApiKeyId key) {
    Bucket known = buckets.get(key);
    if (known != null) {
      return known;
    }
    if (buckets.size() >= BUCKETS_MAX) {
      // A full bucket is what a new one would be.
      buckets.values().removeIf(bucket -> bucket.getAvailableTokens() >= limit.burst());
    }
    return buckets.computeIfAbsent(key, _ -> newBucket());
  }

  private Bucket newBucket() {
    return Bucket.builder()
        .addLimit(
            bandwidth ->
                bandwidth
                    .capacity(limit.burst())
                    .refillGreedy(limit.perSecond(), Duration.ofSeconds(1)))
        .withCustomTimePrecision(time)
        .build();
  }

  private static long seconds(long nanos) {
    return Math.ceilDiv(nanos, TimeUnit.SECONDS.toNanos(1));
  }

  private record ClockTime(InstantSource clock) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return TimeUnit.MILLISECONDS.toNanos(clock.millis());
    }

    @Override
    public boolean isWallClockBased() {
      return true;
    }
  }
}
