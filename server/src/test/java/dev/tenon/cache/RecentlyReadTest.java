package dev.tenon.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RecentlyReadTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final List<String> reads = new ArrayList<>();
  private Optional<String> there = Optional.empty();

  private Optional<String> read(String key, boolean known) {
    reads.add(key + (known ? " known" : " new"));
    return there;
  }

  private RecentlyRead<String, String> cache(Duration absentFor) {
    return new RecentlyRead<>(now::get, Duration.ofSeconds(2), 100, absentFor);
  }

  private void later(Duration duration) {
    now.set(now.get().plus(duration));
  }

  @Test
  void whatIsAbsentIsAskedForOnceASecond() {
    var cache = cache(Duration.ofSeconds(1));
    for (int i = 0; i < 10; i++) {
      assertThat(cache.get("a", this::read)).isEmpty();
    }
    assertThat(reads).hasSize(1);
    there = Optional.of("made on another node");
    later(Duration.ofSeconds(1));
    assertThat(cache.get("a", this::read)).isEqualTo(there);
    assertThat(reads).containsExactly("a new", "a new");
  }

  @Test
  void whatIsMadeHereIsFoundAtOnce() {
    var cache = cache(Duration.ofSeconds(1));
    assertThat(cache.get("a", this::read)).isEmpty();
    there = Optional.of("made");
    cache.forget("a");
    assertThat(cache.get("a", this::read)).isEqualTo(there);
  }

  @Test
  void absenceIsNotRememberedWhereNobodyAskedForThat() {
    var cache = new RecentlyRead<String, String>(now::get, Duration.ofSeconds(2), 100);
    assertThat(cache.get("a", this::read)).isEmpty();
    assertThat(cache.get("a", this::read)).isEmpty();
    assertThat(reads).hasSize(2);
  }

  @Test
  void tellsTheReaderWhetherTheKeyWasThereBefore() {
    var cache = cache(Duration.ofSeconds(1));
    there = Optional.of("it");
    assertThat(cache.get("a", this::read)).isEqualTo(there);
    later(Duration.ofSeconds(3));
    assertThat(cache.get("a", this::read)).isEqualTo(there);
    assertThat(reads).containsExactly("a new", "a known");
  }

  @Test
  void aFloodOfMadeUpKeysPushesNothingOutAndIsBounded() {
    var cache = cache(Duration.ofSeconds(1));
    there = Optional.of("it");
    assertThat(cache.get("a", this::read)).isEqualTo(there);
    there = Optional.empty();
    for (int i = 0; i < 10_000; i++) {
      assertThat(cache.get("made up " + i, this::read)).isEmpty();
    }
    assertThat(cache.get("a", this::read)).contains("it");

    var absent = new AbsentKeys<Integer>(1_000, 100);
    for (int i = 0; i < 10_000; i++) {
      absent.add(i, 0);
      assertThat(absent.size()).isLessThanOrEqualTo(100);
    }
    assertThat(absent.contains(9_999, 999)).isTrue();
    assertThat(absent.contains(9_999, 1_000)).isFalse();
  }
}
