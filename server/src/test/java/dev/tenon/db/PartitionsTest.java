package dev.tenon.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Months after the migration the tables still have a place for new rows.
class PartitionsTest {

  @Test
  void makesTheComingWeeksOnceForEveryTable() {
    try (TestDatabase fresh = TestDatabase.fresh();
        Database database = fresh.open()) {
      Instant later = Instant.now().plus(Duration.ofDays(200));
      try (var partitions = new Partitions(database, () -> later)) {
        int made = partitions.make();
        assertThat(made).isGreaterThanOrEqualTo(6 * 4);
        int again = partitions.make();
        assertThat(again).isZero();
      }
    }
  }
}
