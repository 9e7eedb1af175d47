package dev.tenon.sandbox.stripe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// First answers by Idempotency-Key, for 24 hours. Refused calls are not kept, so that a corrected
/// call may use its key again.
final class IdempotencyKeys {
  private static final int KEPT_MAX = 10_000;
  private static final long SECONDS_MAX = 24 * 3_600;
  private static final int LENGTH_MAX = 255;

  private final Map<String, Kept> kept = new LinkedHashMap<>();
  private final Objects objects;

  IdempotencyKeys(Objects objects) {
    this.objects = objects;
  }

  Optional<ObjectNode> find(String key, String fingerprint) {
    if (key.length() > LENGTH_MAX) {
      throw StripeError.idempotency("Idempotency-Key must be at most 255 characters.");
    }
    Kept before = kept.get(key);
    if (before == null) {
      return Optional.empty();
    }
    if (objects.now() - before.at >= SECONDS_MAX) {
      kept.remove(key);
      return Optional.empty();
    }
    if (!before.fingerprint.equals(fingerprint)) {
      throw StripeError.idempotency(
          "Keys for idempotent requests can only be used with the same parameters they were first"
              + " used with. Try using a key other than '"
              + key
              + "' if you meant to execute a different request.");
    }
    return Optional.of(before.answer.deepCopy());
  }

  void keep(String key, String fingerprint, ObjectNode answer) {
    kept.put(key, new Kept(fingerprint, answer.deepCopy(), objects.now()));
    if (kept.size() > KEPT_MAX) {
      kept.remove(kept.keySet().iterator().next());
    }
  }

  private record Kept(String fingerprint, ObjectNode answer, long at) {}
}
