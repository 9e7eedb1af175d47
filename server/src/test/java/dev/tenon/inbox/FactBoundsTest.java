package dev.tenon.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a provider's reader lets through, nothing reaches the writer that its statement, which
/// is everybody's, would fail on.
class FactBoundsTest {
  private static final Instant THEN = Instant.parse("2026-11-24T10:00:00Z");

  @Test
  void letsThroughWhatProvidersSend() {
    assertThat(
            FactBounds.fault(
                List.of(
                    new ReadFact("evt_1", "cus_1", "invoice.paid", "in_1", THEN),
                    new ReadFact("🎉", "", "k", "", Instant.EPOCH))))
        .isEmpty();
    assertThat(FactBounds.fault(List.of())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource
  void refuses(ReadFact fact) {
    assertThat(FactBounds.fault(List.of(fact))).isPresent();
  }

  static Stream<ReadFact> refuses() {
    return Stream.of(
        new ReadFact("", "l", "k", "o", THEN),
        new ReadFact("a\u0000", "l", "k", "o", THEN),
        new ReadFact("a", "\ud800", "k", "o", THEN),
        new ReadFact("a", "l", "", "o", THEN),
        new ReadFact("a", "l", "k\u0000", "o", THEN),
        new ReadFact("a", "l", "k\udc00\ud800", "o", THEN),
        new ReadFact("a", "l", "k".repeat(256), "o", THEN),
        new ReadFact("a", "l", "k", "o\u0000", THEN),
        new ReadFact("a", "l", "k", "o".repeat(256), THEN),
        new ReadFact("a".repeat(1001), "l", "k", "o", THEN),
        new ReadFact("a", "l", "k", "o", Instant.MAX),
        new ReadFact("a", "l", "k", "o", Instant.MIN),
        new ReadFact("a", "l", "k", "o", Instant.parse("+10000-01-01T00:00:00Z")),
        new ReadFact("a", "l", "k", "o", Instant.EPOCH.minusNanos(1)));
  }

  @Test
  void refusesMoreFactsThanAColumnCounts() {
    var fact = new ReadFact("a", "l", "k", "o", THEN);
    assertThat(FactBounds.fault(Collections.nCopies(FactBounds.FACTS_MAX, fact))).isEmpty();
    assertThat(FactBounds.fault(Collections.nCopies(FactBounds.FACTS_MAX + 1, fact))).isPresent();
    assertThat(FactBounds.FACTS_MAX).isLessThan(Short.MAX_VALUE);
  }
}
