package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// First answers by Idempotency-Key, for 24 hours: status and body, also of a call that was refused
/// or that failed with 500.
///
/// Not kept is what never began: wrong parameters (see [StripeError#isBefore]). Such a call may be
/// mended and sent again with its key. Calls run one at a time here, so none conflicts with
/// another. From docs.stripe.com/api/idempotent_requests.
final class IdempotencyKeys {
  static final String TYPE = "idempotency_key";

  private static final long SECONDS_MAX = 24 * 3_600;
  private static final int LENGTH_MAX = 255;

  private final Objects objects;

  IdempotencyKeys(Objects objects) {
    this.objects = objects;
  }

  /// An answer as it was given.
  record Answer(int status, ObjectNode body) {}

  Optional<Answer> find(String key, String fingerprint) {
    if (key.length() > LENGTH_MAX) {
      throw StripeError.idempotency("Idempotency-Key must be at most 255 characters.");
    }
    Optional<ObjectNode> before = objects.find(TYPE, id(key));
    if (before.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode kept = before.get();
    if (objects.wall() - kept.path("at").asLong() >= SECONDS_MAX) {
      objects.remove(TYPE, id(key));
      return Optional.empty();
    }
    if (!kept.path("fingerprint").asString().equals(fingerprint)) {
      throw StripeError.idempotency(
          "Keys for idempotent requests can only be used with the same parameters they were first"
              + " used with. Try using a key other than '"
              + key
              + "' if you meant to execute a different request.");
    }
    return Optional.of(
        new Answer(kept.path("status").asInt(), (ObjectNode) kept.path("answer").deepCopy()));
  }

  /// Keeps an answer; it stays with the change that it belongs to.
  void keep(String key, String fingerprint, Answer answer) {
    ObjectNode kept = Json.object();
    kept.put("id", id(key));
    kept.put("object", TYPE);
    kept.put("fingerprint", fingerprint);
    kept.put("status", answer.status());
    kept.set("answer", answer.body().deepCopy());
    kept.put("at", objects.wall());
    objects.add(kept);
  }

  /// Apart from the ids of all other objects, whatever a caller chooses.
  private static String id(String key) {
    return "key " + key;
  }
}
