package dev.tenon.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.id.Ids;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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

  /// A dump, or a report that somebody forgot: it reads for hours, and the weeks come all the same.
  @Test
  void aLongReaderKeepsNeitherTheWeeksNorTheWritersWaiting() throws Exception {
    try (TestDatabase fresh = TestDatabase.fresh();
        Database database = fresh.open();
        Connection reader = fresh.connectAsAdministrator()) {
      reader.setAutoCommit(false);
      try (var statement = reader.createStatement()) {
        for (String table : Partitions.TABLES) {
          statement.execute("select count(*) from tenon." + table);
        }
        Instant later = Instant.now().plus(Duration.ofDays(100));
        assertThat(new Partitions(database, () -> later).make()).isPositive();
        assertThat(insertable(database, later)).isTrue();
      }
    }
  }

  @Test
  void oneTableThatIsHeldKeepsTheOthersFromNothing() throws Exception {
    try (TestDatabase fresh = TestDatabase.fresh();
        Database database = fresh.open();
        Connection other = fresh.connectAsAdministrator()) {
      other.setAutoCommit(false);
      Instant later = Instant.now().plus(Duration.ofDays(100));
      var partitions = new Partitions(database, () -> later);
      int before = weeksOf(database, "event");
      try (var statement = other.createStatement()) {
        // Other work on the schema.
        statement.execute("lock table tenon.received_event in share update exclusive mode");
        assertThatThrownBy(partitions::make).hasMessageContaining("lock timeout");
      }
      assertThat(weeksOf(database, "event")).isGreaterThan(before);
      other.rollback();
      assertThat(partitions.make()).as("the next run does the rest").isPositive();
    }
  }

  @Test
  void nodesThatMeetANewWeekAtOnceAgree() throws Exception {
    try (TestDatabase fresh = TestDatabase.fresh();
        Database one = fresh.open();
        Database two = fresh.open()) {
      for (int round = 1; round <= 5; round++) {
        Instant later = Instant.now().plus(Duration.ofDays(100L * round));
        var together = new CyclicBarrier(2);
        var made = new AtomicInteger();
        List<Throwable> failed = new CopyOnWriteArrayList<>();
        List<Thread> nodes =
            Stream.of(one, two)
                .map(
                    database ->
                        Thread.ofPlatform()
                            .start(
                                () -> {
                                  try {
                                    together.await();
                                    made.addAndGet(new Partitions(database, () -> later).make());
                                  } catch (Throwable e) {
                                    failed.add(e);
                                  }
                                }))
                .toList();
        for (Thread node : nodes) {
          node.join();
        }
        assertThat(failed).isEmpty();
        assertThat(made.get() % Partitions.TABLES.size()).isZero();
      }
    }
  }

  private static boolean insertable(Database database, Instant when) {
    return database.asEngine(
            tx ->
                tx.handle()
                    .createUpdate(
                        """
                        insert into received_event (tenant_id, id, connection_id, provider,
                          received_at, sealed, body_bytes, fact_ids, lane_ids)
                        values (:id, :id, :id, 'stripe', :now, '', 0, '{}', '{}')
                        """)
                    .bind("id", new Ids(() -> when).next())
                    .bind("now", when)
                    .execute())
        == 1;
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
