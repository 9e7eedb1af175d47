package dev.tenon.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.id.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Months after the migration the tables still have a place for new rows, and a look-up by id goes
/// to one of them.
class PartitionsTest {

  @Test
  void makesTheComingWeeksOnceForEveryTable() {
    try (TestDatabase fresh = TestDatabase.fresh();
        Database database = fresh.open()) {
      Instant later = Instant.now().plus(Duration.ofDays(200));
      var partitions = new Partitions(database, () -> later);
      int made = partitions.make();
      assertThat(made).isGreaterThanOrEqualTo(6 * 4);
      int again = partitions.make();
      assertThat(again).isZero();
    }
  }

  @Test
  void aLookUpByIdReadsOnePartitionAlsoWithAPlanMadeForAnyId() {
    try (TestDatabase fresh = TestDatabase.fresh();
        Database database = fresh.open()) {
      int weeks = weeksOf(database, "received_event");
      assertThat(weeks).isGreaterThan(4);

      assertThat(plan(database, "force_custom_plan"))
          .filteredOn(line -> line.contains("Scan using"))
          .hasSize(1);
      assertThat(plan(database, "force_generic_plan"))
          .anyMatch(line -> line.contains("Subplans Removed: " + (weeks - 1)));
    }
  }

  private static List<String> plan(Database database, String mode) {
    return database.asEngine(
        tx -> {
          tx.handle().execute("set local plan_cache_mode = " + mode);
          tx.handle()
              .execute(
                  "prepare by_id (uuid, uuid) as select * from received_event"
                      + " where tenant_id = $1 and id = $2");
          List<String> lines =
              tx.handle()
                  .createQuery(
                      "explain execute by_id ('%s', '%s')"
                          .formatted(UUID.randomUUID(), new Ids(InstantSource.system()).next()))
                  .mapTo(String.class)
                  .list();
          tx.handle().execute("deallocate by_id");
          return lines;
        });
  }

  private static int weeksOf(Database database, String table) {
    return database.asEngine(
        tx ->
            tx.handle()
                .createQuery(
                    "select count(*) from pg_inherits where inhparent = cast(:t as regclass)")
                .bind("t", table)
                .mapTo(Integer.class)
                .one());
  }
}
