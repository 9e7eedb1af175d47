package dev.tenon.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Claiming and reading beside great backlogs, dead nodes and hung ones: what one lane or tenant
/// has waiting, or has lost, is felt by nobody else. Rows read are counted by the database itself.
class LaneBacklogTest {
  private static final int BODY = 1_000;
  private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final InstantSource clock = now::get;
  private final TenantId tenant = new TenantId(new UUID(7, 7));
  private final LaneStore lanes = new LaneStore();
  private final FactStore facts = new FactStore();
  private final List<String> applied = new ArrayList<>();
  private TestDatabase testDatabase;
  private Database db;
  private int made;

  @BeforeEach
  void start() {
    testDatabase = TestDatabase.fresh();
    db = testDatabase.open();
  }

  @AfterEach
  void stop() {
    db.close();
    testDatabase.close();
  }

  @Test
  void aLeaseThatIsOverButLockedIsPassedOver() throws Exception {
    fill(tenant, lane(1), 1);
    fill(tenant, lane(2), 1);
    assertThat(claim().claims()).hasSize(2);
    now.set(now.get().plusSeconds(61));
    try (Connection hung = testDatabase.connectAsAdministrator()) {
      hung.setAutoCommit(false);
      try (var statement = hung.createStatement()) {
        statement.execute("set search_path = tenon");
        statement.execute("select from lane where id = '%s' for update".formatted(lane(1)));
      }

      assertThat(lanesOf(claim().claims())).containsExactly(lane(2));
      hung.rollback();
    }
    now.set(now.get().plusSeconds(61));
    assertThat(lanesOf(claim().claims())).containsExactlyInAnyOrder(lane(1), lane(2));
  }

  @Test
  void aSessionThatIsStoppedWithinATransactionIsBounded() {
    List<String> settings =
        db.asEngine(
            tx ->
                tx.handle()
                    .createQuery(
                        """
                        select name || ' ' || setting || coalesce(unit, '') from pg_settings
                        where name in ('idle_in_transaction_session_timeout', 'lock_timeout',
                          'statement_timeout', 'client_connection_check_interval',
                          'tcp_keepalives_idle', 'transaction_timeout', 'tcp_user_timeout')
                        order by name
                        """)
                    .mapTo(String.class)
                    .list());
    assertThat(settings)
        .containsExactly(
            "client_connection_check_interval 10000ms",
            "idle_in_transaction_session_timeout 30000ms",
            "lock_timeout 15000ms",
            "statement_timeout 55000ms",
            "tcp_keepalives_idle 30s",
            "tcp_user_timeout 30000ms",
            "transaction_timeout 120000ms");
  }

  @Test
  void tenantsWhoseLanesADeadNodeHoldsHideNoOthers() throws Exception {
    for (int i = 0; i < 40; i++) {
      fill(new TenantId(new UUID(1, i)), lane(i), 1);
    }
    ClaimStore.Claimed dead =
        db.atOnce(
            tx ->
                new ClaimStore()
                    .claim(
                        tx,
                        UUID.randomUUID(),
                        new ClaimStore.ClaimSize(20, 10, 100),
                        ClaimStore.beforeAll(),
                        now.get(),
                        now.get().plusSeconds(60)));
    assertThat(dead.claims()).hasSize(20);

    LaneWorkers workers = workers(new Recorder());
    while (workers.claimAndRun() > 0) {
      // Until nothing is free any more.
    }

    assertThat(applied).hasSize(20);
  }

  @Test
  void aLaneWithAHugeBacklogCostsOneBatchAndLeavesRoom() throws Exception {
    fill(tenant, lane(1), 200_000);
    fill(tenant, lane(2), 1);
    fill(tenant, lane(3), 500);
    List<LaneStore.Claim> held = leased(lane(1), lane(2), lane(3));

    long read =
        rowsRead(
            tx -> {
              List<FactStore.Row> rows =
                  facts.readyOfHeld(tx, tenant, held, now.get(), 128, 1 << 20);
              assertThat(rows).hasSize(128);
              assertThat(count(rows, lane(2))).isEqualTo(1);
              assertThat(count(rows, lane(1))).isBetween(60L, 70L);
              assertThat(count(rows, lane(3))).isBetween(60L, 70L);
              assertThat(rows.stream().map(row -> row.kind).toList())
                  .startsWith(firstKinds(lane(1), 60).toArray(String[]::new));
            });

    assertThat(read).as("rows of waiting_fact read").isLessThan(500);
  }

  @Test
  void aLaneWithAHugeBacklogHidesNoOtherLaneOfItsTenant() throws Exception {
    fill(tenant, lane(1), 20_000);
    fill(tenant, lane(2), 1);
    LaneWorkers workers = workers(new Recorder());

    int _ = workers.claimAndRun();

    assertThat(applied).contains(kind(lane(2), 1)).hasSizeLessThan(200);
  }

  @Test
  void aHugeLaneThatIsHeldBackCostsClaimsLittleAndHidesNothing() throws Exception {
    fill(tenant, lane(1), 100_000);
    fill(tenant, lane(2), 1);
    LaneStore.Claim held = leased(lane(1)).getFirst();

    long written = rowsRead(tx -> lanes.hold(tx, held, now.get().plusSeconds(300)));
    assertThat(written).as("rows read to hold it").isLessThan(1_000);

    long read = rowsRead(tx -> assertThat(claimed(tx).claims()).isEmpty());
    assertThat(read).as("rows read to claim").isLessThan(10_000);
    LaneWorkers workers = workers(new Recorder());
    assertThat(workers.claimAndRun()).isEqualTo(1);
    assertThat(applied).containsExactly(kind(lane(2), 1));

    // Bit by bit the hidden ones go to sleep, so that even the oldest are those of others.
    fill(tenant, lane(3), 1);
    for (int i = 0; i < 110; i++) {
      var _ = db.asEngine(tx -> lanes.hush(tx, ClaimStore.beforeAll(), now.get()));
    }
    assertThat(lanesOf(claim().claims())).containsExactly(lane(3));
  }

  @Test
  void aLaneThatWakesInPartsIsAppliedInOrder() throws Exception {
    fill(tenant, lane(1), 300);
    Instant until = now.get().plusSeconds(60);
    db.useEngine(tx -> lanes.hold(tx, leasedIn(tx, lane(1)), until));
    now.set(until);
    // The later ones first, as a bounded step may.
    execute("update tenon.waiting_fact set wake_at = null where ordinal > 50");

    LaneWorkers workers = workers(new Recorder());
    while (workers.claimAndRun() > 0) {
      // Until all is applied.
    }

    assertThat(applied).isEqualTo(firstKinds(lane(1), 300));
  }

  @Test
  void aSleepingFactStopsItsLaneAlsoWhenTheDatabaseHasLostItsLeases() throws Exception {
    fill(tenant, lane(1), 3);
    db.useEngine(tx -> lanes.hold(tx, leasedIn(tx, lane(1)), now.get().plusSeconds(60)));
    execute("truncate tenon.lane");
    fill(tenant, lane(1), 1);
    LaneWorkers workers = workers(new Recorder());

    int _ = workers.claimAndRun();

    assertThat(applied).isEmpty();
    assertThat(workers.claimAndRun()).as("lanes claimed while it is held anew").isZero();
    now.set(now.get().plusSeconds(61));
    assertThat(db.<Integer>asEngine(tx -> lanes.wake(tx, now.get(), 2))).isEqualTo(2);
    assertThat(workers.claimAndRun()).isEqualTo(1);
    assertThat(applied)
        .isEqualTo(List.of(kind(lane(1), 1), kind(lane(1), 2), kind(lane(1), 3), kind(lane(1), 1)));
  }

  @Test
  void aBatchIsBoundedByItsBytesAndHoldsOneFactAtLeast() throws Exception {
    fill(tenant, lane(1), 5);
    fill(tenant, lane(2), 5);
    List<LaneStore.Claim> held = leased(lane(1), lane(2));

    // One body for all of them counts once.
    assertThat(sizes(held, BODY)).containsExactly(5L, 5L);
    deliverEachAlone(tenant);
    assertThat(sizes(held, 3 * BODY)).containsExactly(3L, 0L);
    assertThat(sizes(held, 7 * BODY - 1)).containsExactly(4L, 2L);
    assertThat(sizes(held, 1)).containsExactly(1L, 0L);
  }

  /// Gives each fact a delivery of its own.
  private void deliverEachAlone(TenantId owner) throws SQLException {
    execute(
        """
        insert into tenon.received_event (tenant_id, id, connection_id, provider, received_at,
          sealed, body_bytes, fact_ids, lane_ids)
        select e.tenant_id, w.id, e.connection_id, e.provider, e.received_at, e.sealed, e.body_bytes,
          '{}', '{}'
        from tenon.waiting_fact w
        join tenon.received_event e on e.tenant_id = w.tenant_id and e.id = w.received_event_id
        where w.tenant_id = '%1$s';
        update tenon.waiting_fact set received_event_id = id where tenant_id = '%1$s';
        """
            .formatted(owner.uuid()));
  }

  private List<Long> sizes(List<LaneStore.Claim> held, long bytes) {
    List<FactStore.Row> rows =
        db.asEngine(tx -> facts.readyOfHeld(tx, tenant, held, now.get(), 128, bytes));
    return List.of(count(rows, lane(1)), count(rows, lane(2)));
  }

  /// Facts named by their lane and place in it, in the order of arrival, all of one delivery.
  private void fill(TenantId owner, UUID lane, int count) throws SQLException {
    execute(
        """
        insert into tenon.received_event (tenant_id, id, connection_id, provider, received_at,
          sealed, body_bytes, fact_ids, lane_ids)
        select '%2$s', tenon.id_at('%1$s'), '%2$s', 'lines', '%1$s', 'x', %3$d, '{}', '{}'
        where not exists (select from tenon.received_event where tenant_id = '%2$s');
        insert into tenon.waiting_fact (tenant_id, lane_id, id, received_event_id, connection_id,
          ordinal, kind, object, occurred_at)
        select '%2$s', '%4$s',
          (left(tenon.id_at('%1$s')::text, 14) || '7000-8000-'
            || lpad(to_hex(%5$d + i), 12, '0'))::uuid,
          (select id from tenon.received_event where tenant_id = '%2$s'),
          '%2$s', i %% 30000, '%4$s ' || i, 'o', '%1$s'
        from generate_series(1, %6$d) i;
        analyze tenon.waiting_fact;
        """
            .formatted(START, owner.uuid(), BODY, lane, made, count));
    made += count;
  }

  private static UUID lane(int number) {
    return new UUID(number, number);
  }

  private static String kind(UUID lane, int place) {
    return lane + " " + place;
  }

  private static List<String> firstKinds(UUID lane, int count) {
    List<String> kinds = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      kinds.add(kind(lane, i));
    }
    return kinds;
  }

  private static long count(List<FactStore.Row> rows, UUID lane) {
    return rows.stream().filter(row -> row.lane.equals(lane)).count();
  }

  private static Set<UUID> lanesOf(List<LaneStore.Claim> claims) {
    return claims.stream().map(LaneStore.Claim::lane).collect(Collectors.toSet());
  }

  private ClaimStore.Claimed claim() {
    return db.atOnce(this::claimed);
  }

  private ClaimStore.Claimed claimed(EngineTx tx) {
    return new ClaimStore()
        .claim(
            tx,
            UUID.randomUUID(),
            new ClaimStore.ClaimSize(16, 128, 128),
            ClaimStore.beforeAll(),
            now.get(),
            now.get().plusSeconds(60));
  }

  private List<LaneStore.Claim> leased(UUID... wanted) {
    return db.asEngine(
        tx -> {
          List<LaneStore.Claim> claims = new ArrayList<>();
          for (UUID lane : wanted) {
            claims.add(leasedIn(tx, lane));
          }
          return claims;
        });
  }

  private LaneStore.Claim leasedIn(EngineTx tx, UUID lane) {
    long token =
        tx.handle()
            .createQuery(
                """
                insert into lane (tenant_id, id, token, node, leased_until)
                values (:tenant, :lane, nextval('lane_token'), :tenant, :until) returning token
                """)
            .bind("tenant", tenant.uuid())
            .bind("lane", lane)
            .bind("until", now.get().plusSeconds(60))
            .mapTo(Long.class)
            .one();
    return new LaneStore.Claim(tenant, lane, token, 0);
  }

  private interface Work {
    void run(EngineTx tx);
  }

  /// How many rows of waiting_fact `work` reads.
  private long rowsRead(Work work) {
    return db.asEngine(
        tx -> {
          work.run(tx);
          return tx.handle()
              .createQuery(
                  """
                  select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables
                  where schemaname = 'tenon' and relname = 'waiting_fact'
                  """)
              .mapTo(Long.class)
              .one();
        });
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = testDatabase.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private LaneWorkers workers(FactApplier applier) {
    var run =
        new LaneRun(
            db,
            List.of(applier),
            (owner, event, stored) -> stored,
            new RetrySchedule(List.of(Duration.ofMinutes(1)), 0),
            clock,
            128);
    return new LaneWorkers(db, run, new Signal(), () -> false, clock, LaneWorkers.Limits.DEFAULT);
  }

  private final class Recorder implements FactApplier {
    @Override
    public String provider() {
      return "lines";
    }

    @Override
    public List<Applied> apply(
        EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> batch) {
      List<Applied> results = new ArrayList<>();
      for (WaitingFact fact : batch) {
        applied.add(fact.kind());
        results.add(new Applied.Changed(owner, "seen"));
      }
      return results;
    }
  }
}
