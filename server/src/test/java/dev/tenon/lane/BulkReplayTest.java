package dev.tenon.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.replay.ReplayRows;
import dev.tenon.replay.ReplayStep;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.JobWorkers;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A bulk replay as work: in steps, within its limit, never touching another tenant, and going on
/// where it stopped. Facts lie there as if they had ended before.
class BulkReplayTest {
  private static final Instant RECEIVED = Instant.parse("2026-11-24T10:00:00Z");

  private final InstantSource clock = () -> RECEIVED.plusSeconds(60);
  private final TenantId tenant = new TenantId(UUID.randomUUID());
  private final TenantId other = new TenantId(UUID.randomUUID());
  private final Signal factsReady = new Signal();
  private TestDatabase testDatabase;
  private Database database;
  private Jobs jobs;
  private Replays replays;

  @BeforeEach
  void start() {
    testDatabase = TestDatabase.fresh();
    database = testDatabase.open();
    var ids = new Ids(clock);
    jobs = new Jobs(List.of(new ReplayWork(database, factsReady, clock)), ids, clock, new Signal());
    replays = new Replays(database, factsReady, jobs, ids, clock);
  }

  @AfterEach
  void stop() {
    database.close();
    testDatabase.close();
  }

  @Test
  void putsMoreBackThanOneStepHoldsAndLeavesOtherTenantsAlone() throws Exception {
    facts(tenant, "dead", 1_234);
    facts(tenant, "unassigned", 3);
    facts(other, "dead", 5);

    Replay replay = start(filter(ReplayFilter.State.DEAD, 10_000));
    Replay end = work(replay.id());

    assertThat(replay.matched()).isEqualTo(1_234);
    assertThat(end.replayed()).isEqualTo(1_234);
    assertThat(rows("select count(*) from waiting_fact where tenant_id = '%s'", tenant))
        .containsExactly("1234");
    assertThat(rows("select distinct state from fact where tenant_id = '%s'", tenant))
        .containsExactly("unassigned");
    assertThat(rows("select count(*) from fact where tenant_id = '%s'", other))
        .containsExactly("5");
  }

  @Test
  void keepsToItsLimitOldestFirst() throws Exception {
    facts(tenant, "dead", 700);
    List<String> oldest = rows("select id from fact where tenant_id = '%s' order by id", tenant);

    Replay replay = start(filter(ReplayFilter.State.DEAD, 600));
    Replay end = work(replay.id());

    assertThat(replay.matched()).isEqualTo(601);
    assertThat(end.replayed()).isEqualTo(600);
    assertThat(rows("select id from waiting_fact where tenant_id = '%s' order by id", tenant))
        .isEqualTo(oldest.subList(0, 600));
  }

  @Test
  void leavesOutFactsWhoseDeliveryIsGone() throws Exception {
    facts(tenant, "dead", 3);
    List<String> _ =
        rows(
            """
            delete from received_event where tenant_id = '%s' and id in (
              select received_event_id from fact order by id limit 1) returning id
            """,
            tenant);

    Replay replay = start(filter(ReplayFilter.State.DEAD, 10));

    assertThat(replay.matched()).isEqualTo(2);
    assertThat(work(replay.id()).replayed()).isEqualTo(2);
  }

  @Test
  void goesOnWhereAStoppedNodeLeftOff() throws Exception {
    facts(tenant, "dead", 800);
    Replay replay = start(filter(ReplayFilter.State.DEAD, 10_000));
    // A node that took one step and died: its step is committed with how far it came.
    var store = new ReplayStore();
    database.useEngine(
        tx -> {
          ReplayRows.Position<Replay> position =
              store.lockRunning(tx, tenant, replay.id()).orElseThrow();
          ReplayStep moved =
              store.putBack(tx, tenant, replay.filter(), position.cursor(), 500).orElseThrow();
          store.advance(tx, tenant, replay.id(), moved, null);
        });
    assertThat(find(replay.id()).replayed()).isEqualTo(500);

    Replay end = work(replay.id());

    assertThat(end.state()).isEqualTo("done");
    assertThat(end.replayed()).isEqualTo(800);
  }

  @Test
  void doesNotMeetAgainWhatEndsBadlyAgainMeanwhile() throws Exception {
    facts(tenant, "unassigned", 500);
    ReplayFilter filter = filter(ReplayFilter.State.UNASSIGNED, 10_000);
    Replay replay = start(filter);
    var store = new ReplayStore();
    database.useEngine(
        tx -> {
          ReplayStep moved = store.putBack(tx, tenant, filter, new UUID(0, 0), 500).orElseThrow();
          store.advance(tx, tenant, replay.id(), moved, null);
        });
    List<String> _ =
        rows(
            """
            with back as (delete from waiting_fact where tenant_id = '%s' returning *)
            insert into fact (tenant_id, id, lane_id, received_event_id, connection_id, ordinal,
              kind, object, occurred_at, state, result, failures, finished_at)
            select tenant_id, id, lane_id, received_event_id, connection_id, ordinal, kind, object,
              occurred_at, 'unassigned', 'still unknown', 0, now() from back returning id
            """,
            tenant);

    assertThat(work(replay.id()).replayed()).isEqualTo(500);
  }

  @Test
  void stopsWhenItIsCancelled() throws Exception {
    facts(tenant, "dead", 3);
    Replay replay = start(filter(ReplayFilter.State.DEAD, 10));

    assertThat(replays.cancel(other, replay.id())).isFalse();
    assertThat(replays.cancel(tenant, replay.id())).isTrue();
    assertThat(replays.cancel(tenant, replay.id())).isFalse();
    Replay end = work(replay.id());

    assertThat(end.state()).isEqualTo("cancelled");
    assertThat(end.replayed()).isZero();
    assertThat(rows("select count(*) from fact where tenant_id = '%s'", tenant))
        .containsExactly("3");
  }

  @Test
  void runsABoundedNumberAtOnce() throws Exception {
    facts(tenant, "dead", 1);
    for (int i = 0; i < Replays.RUNNING_MAX; i++) {
      Replay _ = start(filter(ReplayFilter.State.DEAD, 10));
    }

    assertThat(tryToStart(tenant)).isEmpty();
    assertThat(tryToStart(other)).isPresent();
  }

  private Optional<Replay> tryToStart(TenantId owner) {
    return database.asTenant(
        owner, tx -> replays.start(tx, null, filter(ReplayFilter.State.DEAD, 10), "test"));
  }

  @Test
  void takesTheCharactersOfAKindAsTheyAre() throws Exception {
    facts(tenant, "dead", 1);
    for (String kind : List.of("%", "thing_failed", "thing.%", "thing\\.failed")) {
      assertThat(count(kind)).as(kind).isZero();
    }
    for (String kind : List.of("thing.failed", "thing.*", "*")) {
      assertThat(count(kind)).as(kind).isEqualTo(1);
    }
  }

  private int count(String kind) {
    var filter =
        new ReplayFilter(ReplayFilter.State.DEAD, null, kind, Instant.EPOCH, clock.instant(), 10);
    return database.asTenant(tenant, tx -> replays.count(tx, filter));
  }

  private ReplayFilter filter(ReplayFilter.State state, int factsMax) {
    return new ReplayFilter(state, null, null, Instant.EPOCH, clock.instant(), factsMax);
  }

  private Replay start(ReplayFilter filter) {
    return database.asTenant(tenant, tx -> replays.start(tx, null, filter, "test")).orElseThrow();
  }

  private Replay find(UUID id) {
    Optional<Replay> found = database.asTenant(tenant, tx -> replays.find(tx, id));
    return found.orElseThrow();
  }

  /// Has the job done by real workers, until the replay has ended.
  private Replay work(UUID id) throws InterruptedException {
    var workers = new JobWorkers(database, jobs, new Signal(), clock, JobWorkers.Limits.DEFAULT);
    workers.start();
    try {
      Instant end = Instant.now().plusSeconds(20);
      while (find(id).state().equals("running") && Instant.now().isBefore(end)) {
        factsReady.await(factsReady.seen(), Duration.ofMillis(50));
      }
    } finally {
      workers.close();
    }
    return find(id);
  }

  /// Facts that ended, each with its delivery, a millisecond apart.
  private void facts(TenantId owner, String state, int count) throws SQLException {
    try (var connection = testDatabase.connectAsAdministrator();
        var statement =
            connection.prepareStatement(
                """
                with one as (
                  select gen_random_uuid() as lane,
                    (left(tenon.id_at(?::timestamptz + n * interval '1 ms')::text, 14)
                      || '7' || right(gen_random_uuid()::text, 21))::uuid as id
                  from generate_series(1, ?) n
                ), event as (
                  insert into tenon.received_event (tenant_id, id, connection_id, provider,
                    received_at, sealed, body_bytes, fact_ids, lane_ids)
                  select ?::uuid, id, gen_random_uuid(), 'lines', ?::timestamptz, ''::bytea, 0,
                    array[id], array[lane]
                  from one
                )
                insert into tenon.fact (tenant_id, id, lane_id, received_event_id, connection_id,
                  ordinal, kind, object, occurred_at, state, result, failures, finished_at)
                select ?::uuid, id, lane, id, gen_random_uuid(), 0, 'thing.failed', 'o',
                  ?::timestamptz, ?, 'as it was', 0, ?::timestamptz
                from one
                """)) {
      String at = RECEIVED.toString();
      statement.setString(1, at);
      statement.setInt(2, count);
      statement.setString(3, owner.uuid().toString());
      statement.setString(4, at);
      statement.setString(5, owner.uuid().toString());
      statement.setString(6, at);
      statement.setString(7, state);
      statement.setString(8, at);
      assertThat(statement.executeUpdate()).isEqualTo(count);
    }
  }

  private List<String> rows(String sql, TenantId owner) throws SQLException {
    try (var connection = testDatabase.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute("set search_path to tenon");
      List<String> out = new ArrayList<>();
      try (var rows = statement.executeQuery(sql.formatted(owner.uuid()))) {
        while (rows.next()) {
          out.add(rows.getString(1));
        }
      }
      return out;
    }
  }
}
