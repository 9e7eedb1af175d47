package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Resend's idempotency keys: for 24 hours the same key with the same payload gives the first
/// answer again. Only success is kept, so a refused call can be mended and repeated.
final class ResendIdempotency {
  static final Duration KEPT = Duration.ofHours(24);
  static final int KEYS_MAX = 10_000;
  static final int KEY_LENGTH_MAX = 256;

  private static final String PREFIX = "key/";

  private final InstantSource clock;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private @Nullable Journal journal;

  ResendIdempotency(InstantSource clock) {
    this.clock = clock;
  }

  private sealed interface Entry {
    String payload();

    Instant at();
  }

  private record Running(String payload, Instant at) implements Entry {}

  private record Done(String payload, Instant at, JsonNode answer) implements Entry {}

  /// Takes back what an earlier run kept, and keeps what happens from now on. A call that was
  /// running when that run ended is not known: it was never answered.
  synchronized void keepIn(Journal kept) {
    journal = kept;
    kept.take(PREFIX)
        .forEach(
            (id, json) ->
                entries.put(
                    id,
                    new Done(
                        json.path("payload").asString(),
                        Instant.parse(json.path("at").asString()),
                        json.path("answer"))));
  }

  private void keep(String id, Done done) {
    if (journal != null) {
      ObjectNode json =
          Json.object().put("payload", done.payload()).put("at", done.at().toString());
      json.set("answer", done.answer());
      journal.put(PREFIX + id, json);
    }
  }

  private void forget(String id) {
    if (entries.remove(id) instanceof Done && journal != null) {
      journal.remove(PREFIX + id);
    }
  }

  /// Does the work once for a key.
  ///
  /// @param scope the API key and the path, which a key of another caller must not meet
  /// @param key empty for none: then the work is always done
  /// @throws ProviderRefusal 409 for another payload, or while the first call is still running
  JsonNode once(String scope, String key, byte[] payload, Supplier<JsonNode> work) {
    if (key.isEmpty()) {
      return work.get();
    }
    if (key.length() > KEY_LENGTH_MAX) {
      throw new ProviderRefusal(
          400,
          "invalid_idempotency_key",
          "The idempotency key must have from 1 to 256 characters.");
    }
    // Hashed, since it is written down and somebody may have given a real key.
    String id = hash(scope.getBytes(StandardCharsets.UTF_8)) + " " + key;
    String hash = hash(payload);
    synchronized (this) {
      Entry known = entries.get(id);
      if (known != null && known.at().plus(KEPT).isAfter(clock.instant())) {
        if (!known.payload().equals(hash)) {
          throw new ProviderRefusal(
              409,
              "invalid_idempotent_request",
              "Same idempotency key used with a different request payload.");
        }
        if (known instanceof Done done) {
          return done.answer();
        }
        throw new ProviderRefusal(
            409,
            "concurrent_idempotent_requests",
            "Same idempotency key used while original request is still in progress.");
      }
      forget(id);
      entries.put(id, new Running(hash, clock.instant()));
      if (entries.size() > KEYS_MAX) {
        forget(entries.keySet().iterator().next());
      }
    }
    boolean done = false;
    try {
      JsonNode answer = work.get();
      synchronized (this) {
        Done kept = new Done(hash, clock.instant(), answer);
        if (entries.replace(id, kept) != null) {
          keep(id, kept);
        }
      }
      done = true;
      return answer;
    } finally {
      if (!done) {
        synchronized (this) {
          entries.remove(id);
        }
      }
    }
  }

  private static String hash(byte[] payload) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(payload);
      return HexFormat.of().formatHex(Arrays.copyOf(hash, 16));
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
