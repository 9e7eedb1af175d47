package dev.tenon.inbox;

import dev.tenon.db.Storable;
import java.util.List;
import java.util.Optional;

/// What a fact may be at most, whatever provider it comes from. A provider's reader decides what
/// its fields mean; here stands what a row of the queue can hold. Deliveries of many tenants share
/// one statement, so what would make it fail is refused before it gets there.
final class FactBounds {
  /// Facts in one delivery. `waiting_fact.ordinal` could count to 32767; no provider sends a third
  /// of this.
  static final int FACTS_MAX = 10_000;

  /// Of a kind or an object.
  static final int TEXT_CHARS_MAX = 255;

  /// Of what is only kept as a digest.
  static final int NAME_CHARS_MAX = 1_000;

  private FactBounds() {}

  /// What is wrong with the facts of one delivery, in words that repeat nothing of it.
  static Optional<String> fault(List<ReadFact> facts) {
    if (facts.size() > FACTS_MAX) {
      return Optional.of("it holds more than %d facts".formatted(FACTS_MAX));
    }
    for (ReadFact fact : facts) {
      if (fact.key().isEmpty() || !fits(fact.key(), NAME_CHARS_MAX)) {
        return Optional.of("a fact has no key that can be kept");
      }
      if (!fits(fact.lane(), NAME_CHARS_MAX)) {
        return Optional.of("a fact's lane can't be kept");
      }
      if (fact.kind().isEmpty() || !fits(fact.kind(), TEXT_CHARS_MAX)) {
        return Optional.of("a fact has no kind that can be kept");
      }
      if (!fits(fact.object(), TEXT_CHARS_MAX)) {
        return Optional.of("the id of a fact's object can't be kept");
      }
      if (!Storable.isTime(fact.occurredAt())) {
        return Optional.of("a fact's time is not in the years 1970 to 9999");
      }
    }
    return Optional.empty();
  }

  private static boolean fits(String text, int charsMax) {
    return text.length() <= charsMax && Storable.isText(text);
  }
}
