package dev.tenon.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.Partitions;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.retention.Retention.WeekEnd;
import dev.tenon.tenant.TenantId;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The clock jumps weeks; rows are written as the engine writes them. Nothing that still needs
/// somebody goes, and what is done and old does.
class RetentionTest {
  private static final KeptDays KEPT = new KeptDays(90, 35, 365, 90, 14, 365);
  private static final String TENANT = "00000000-0000-7000-8000-000000000000";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.now().plus(Duration.ofDays(1)));
  private final InstantSource clock = now::get;
  private final Ids ids = new Ids(clock);
  private final TestDatabase database = TestDatabase.fresh();
  private Database db;
  private Partitions partitions;
  private Retention retention;

  @BeforeEach
  void start() {
    db = database.open();
    partitions = new Partitions(db, clock);
    retention = new Retention(db, KEPT, clock, Retention.Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    db.close();
    database.close();
  }

  @Test
  void coversEveryTableThatHasPartitions() {
    assertThat(Retention.tables()).containsExactlyInAnyOrderElementsOf(Partitions.TABLES);
  }

  @Test
  void aWeekOfFinishedWebhooksGoesWhenItIsOldEnoughAndNotBefore() {
    UUID event = event();
    fact(event, "applied");

    later(Duration.ofDays(89));
    int _ = retention.run().weeks().size();
    assertThat(exists("received_event", event)).isTrue();

    later(Duration.ofDays(9));
    assertThat(retention.run().count(WeekEnd.DROPPED)).isPositive();
    assertThat(exists("received_event", event)).isFalse();
    assertThat(count("select count(*) from fact")).isZero();
  }

  @Test
  void aWebhookWhoseFactStillWaitsStaysForEver() {
    UUID waiting = event();
    UUID fact = waitingFact(waiting);
    UUID done = event();
    fact(done, "applied");

    later(Duration.ofDays(2_000));
    Retention.Report report = retention.run();

    assertThat(report.count(WeekEnd.THINNED)).isPositive();
    assertThat(exists("received_event", waiting)).isTrue();
    assertThat(exists("received_event", done)).isFalse();
    assertThat(retention.run().count(WeekEnd.KEPT)).isPositive();

    // It ends after years: its week is still there to take it.
    finish(fact);
    assertThat(count("select count(*) from fact where state = 'applied'")).isEqualTo(1);
  }

  @Test
  void deadAndUnassignedFactsStayWithTheirWebhooksUntilTheirOwnTimeIsOver() {
    UUID dead = event();
    UUID deadFact = fact(dead, "dead");
    UUID strange = event();
    fact(strange, "unassigned");
    UUID done = event();
    fact(done, "ignored");

    later(Duration.ofDays(120));
    int _ = retention.run().weeks().size();

    assertThat(exists("received_event", dead)).isTrue();
    assertThat(exists("received_event", strange)).isTrue();
    assertThat(exists("received_event", done)).isFalse();
    assertThat(states()).containsExactlyInAnyOrder("dead", "unassigned");
    assertThat(replay(deadFact)).isTrue();

    later(Duration.ofDays(300));
    int _ = retention.run().weeks().size();
    assertThat(exists("received_event", strange)).isFalse();
    assertThat(exists("received_event", dead)).as("its replay is under way").isTrue();
  }

  @Test
  void aFactWhoseWebhookIsGoneIsNotPutBack() {
    UUID event = event();
    UUID fact = fact(event, "applied");
    db.useEngine(tx -> tx.handle().execute("delete from received_event where id = ?", event));

    assertThat(replay(fact)).isFalse();
    assertThat(states()).containsExactly("applied");
  }

  /// What must stay is copied, bodies and all, before the table is held: whether it is held at the
  /// moment when the copy's table is made, PostgreSQL itself notes here.
  @Test
  void nobodyIsShutOutWhileRowsAreCopied() throws Exception {
    UUID waiting = event();
    int _ = waitingFact(waiting).version();
    UUID done = event();
    fact(done, "applied");
    try (Connection sql = database.connectAsAdministrator();
        var statement = sql.createStatement()) {
      statement.execute(
          """
          create table public.held (modes text[]);
          grant all on public.held to public;
          create function public.note() returns event_trigger language plpgsql as $$
          begin
            insert into public.held
            select array_agg(l.mode) from pg_locks l
            where l.pid = pg_backend_pid() and l.relation = 'tenon.received_event'::regclass;
          end $$;
          create event trigger note on ddl_command_end when tag in ('CREATE TABLE')
            execute function public.note();
          """);
      later(Duration.ofDays(120));
      Retention.Report report = retention.run();
      assertThat(report.count(WeekEnd.THINNED)).isPositive();
      try (var rows =
          statement.executeQuery(
              "select count(*), count(*) filter (where 'AccessExclusiveLock' = any (modes))"
                  + " from public.held")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).as("tables that were made").isPositive();
        assertThat(rows.getInt(2)).as("of them while the parent was held").isZero();
      }
    }
    assertThat(exists("received_event", waiting)).isTrue();
    assertThat(exists("received_event", done)).isFalse();
  }

  @Test
  void finishedJobsGoAndDeadOnesStay() {
    UUID done = job("done");
    UUID dead = job("dead");

    later(Duration.ofDays(30));
    int _ = retention.run().weeks().size();

    assertThat(exists("job", done)).isFalse();
    assertThat(exists("job", dead)).isTrue();
    later(Duration.ofDays(400));
    int _ = retention.run().weeks().size();
    assertThat(exists("job", dead)).isFalse();
  }

  @Test
  void whoseSuppressionWasRemovedIsForgottenInTimeAndWhoIsSuppressedIsNot() {
    administer(
        """
        insert into tenon.suppression (tenant_id, address, stream, id, reason, detail, occurred_at,
          created_at)
        values ('%1$s', 'a@b.test', '', '%2$s', 'bounced', '', '%3$s', '%3$s');
        insert into tenon.suppression_removal (tenant_id, id, address, stream, reason, detail,
          occurred_at, created_at, removed_at, removal_reason)
        values ('%1$s', '%2$s', 'c@d.test', '', 'bounced', '', '%3$s', '%3$s', '%3$s', 'why')
        """
            .formatted(TENANT, ids.next(), now.get()));

    later(Duration.ofDays(364));
    assertThat(retention.run().removals()).isZero();
    later(Duration.ofDays(2));
    for (KeptDays longer :
        List.of(new KeptDays(500, 35, 365, 90, 14, 365), new KeptDays(90, 35, 365, 90, 14, 500))) {
      assertThat(new Retention(db, longer, clock, Retention.Limits.DEFAULT).run().removals())
          .as("a report that is kept longer would undo it when it is applied again")
          .isZero();
    }
    assertThat(retention.run().removals()).isEqualTo(1);
    int left =
        db.asTenant(
            TenantId.PLATFORM,
            tx ->
                tx.handle()
                    .createQuery("select count(*) from suppression")
                    .mapTo(Integer.class)
                    .one());
    assertThat(left).isEqualTo(1);
  }

  @Test
  void oldMessagesGoWithTheirBodiesAndAttemptsUnlessTheyAreStillToBeSent() {
    UUID sent = message("sent");
    UUID queued = message("queued");
    UUID uncertain = message("uncertain");

    later(Duration.ofDays(364));
    assertThat(retention.run().messages()).isZero();

    later(Duration.ofDays(10));
    var longer = new KeptDays(90, 35, 365, 90, 14, 500);
    Retention.Report report = new Retention(db, longer, clock, Retention.Limits.DEFAULT).run();

    assertThat(report.messages()).isEqualTo(1);
    assertThat(messages("message", "id")).containsExactlyInAnyOrder(queued, uncertain);
    assertThat(messages("message_content", "message_id"))
        .containsExactlyInAnyOrder(queued, uncertain)
        .doesNotContain(sent);
    assertThat(messages("attempt", "message_id")).containsExactlyInAnyOrder(queued, uncertain);
    assertThat(messages("message_report", "message_id"))
        .containsExactlyInAnyOrder(queued, uncertain);
  }

  @Test
  void aKeyIsKnownAtDay34AndForgottenLater() {
    key("first");

    later(Duration.ofDays(34));
    assertThat(retention.run().factKeys()).isZero();
    assertThat(seen("first")).isEqualTo(1);

    later(Duration.ofDays(2));
    assertThat(retention.run().factKeys()).isEqualTo(1);
    assertThat(count("select count(*) from fact_key")).isZero();
  }

  @Test
  void keysGoInBatchesOfABoundedSize() {
    for (int i = 0; i < 25; i++) {
      key("key " + i);
    }
    later(Duration.ofDays(36));
    var small = new Retention(db, KEPT, clock, new Retention.Limits(10, 2, 100));
    assertThat(small.run().factKeys()).isEqualTo(20);
    assertThat(small.run().factKeys()).isEqualTo(5);
  }

  @Test
  void theOldestKeysAreFoundThroughAnIndexHoweverManyThereAre() {
    db.useEngine(
        tx -> {
          tx.handle()
              .execute(
                  """
                  insert into fact_key (tenant_id, key, fact_id, seen, last_seen_at)
                  select ?, gen_random_uuid(), id_at(timestamptz '2026-01-01' + i * interval '1 s'),
                    1, '2026-01-01' from generate_series(1, 20000) i
                  """,
                  UUID.fromString(TENANT));
        });
    administer("analyze tenon.fact_key");
    List<String> plan =
        db.asEngine(
            tx ->
                tx.handle()
                    .createQuery(
                        """
                        explain select tenant_id, key from fact_key
                        where fact_id < id_at('2026-01-01T05:00:00Z') order by fact_id limit 1000
                        for update skip locked
                        """)
                    .mapTo(String.class)
                    .list());
    assertThat(plan).anyMatch(line -> line.contains("Index Scan using fact_key_age"));
  }

  @Test
  void aWeekInUseIsLeftForTheNextRunAndHoldsNobodyUp() throws Exception {
    UUID event = event();
    later(Duration.ofDays(98));
    try (Connection reader = database.connectAsAdministrator()) {
      reader.setAutoCommit(false);
      try (var statement = reader.createStatement()) {
        statement.execute("select count(*) from tenon.received_event");
      }
      Retention.Report report = retention.run();
      assertThat(report.count(WeekEnd.BUSY)).isPositive();
      assertThat(exists("received_event", event)).isTrue();
      UUID next = event();
      assertThat(exists("received_event", next)).isTrue();
      reader.rollback();
    }
    int _ = retention.run().weeks().size();
    assertThat(exists("received_event", event)).isFalse();
  }

  @Test
  void aWeekWithMoreStoppedFactsThanAreCopiedStaysWhole() {
    for (int i = 0; i < 6; i++) {
      fact(event(), "dead");
    }
    UUID done = event();
    fact(done, "applied");
    later(Duration.ofDays(98));
    var few = new Retention(db, KEPT, clock, new Retention.Limits(10, 10, 5));

    assertThat(few.run().count(WeekEnd.HELD)).isEqualTo(2);
    assertThat(exists("received_event", done)).isTrue();
  }

  /// Many weeks of webhooks, each with a fact in any state, and retention at odd times: at each run
  /// exactly what must stay is there.
  @Test
  void whateverTheOrderOfWeeksNothingUnfinishedIsLost() {
    var random = new Random(20_261_124);
    String[] ends = {"applied", "ignored", "dead", "unassigned", "waiting"};
    record Made(UUID event, String end, Instant at) {}
    List<Made> all = new ArrayList<>();
    for (int step = 0; step < 80; step++) {
      later(Duration.ofHours(random.nextInt(24 * 12)));
      for (int i = 0; i < random.nextInt(5); i++) {
        String end = ends[random.nextInt(ends.length)];
        UUID event = event();
        if (end.equals("waiting")) {
          waitingFact(event);
        } else {
          fact(event, end);
        }
        all.add(new Made(event, end, now.get()));
      }
      if (random.nextInt(3) == 0) {
        int _ = retention.run().weeks().size();
        Set<UUID> kept = events();
        for (Made made : all) {
          Duration age = Duration.between(made.at(), now.get());
          boolean stopped = made.end().equals("dead") || made.end().equals("unassigned");
          boolean must =
              made.end().equals("waiting") || age.toDays() < 90 || (stopped && age.toDays() < 365);
          boolean mustNot =
              !made.end().equals("waiting")
                  && age.toDays() > 97
                  && (!stopped || age.toDays() > 372);
          boolean there = kept.contains(made.event());
          assertThat(there || !must).as("%s after %s is there", made, age).isTrue();
          assertThat(there && mustNot).as("%s after %s is gone", made, age).isFalse();
        }
      }
    }
  }

  private void later(Duration time) {
    now.set(now.get().plus(time));
    int _ = partitions.make();
  }

  private UUID event() {
    int _ = partitions.make();
    UUID id = ids.next();
    db.useEngine(
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into received_event (tenant_id, id, connection_id, provider, received_at,
                      sealed, body_bytes, fact_ids, lane_ids)
                    values (?, ?, ?, 'lines', ?, '', 0, '{}', '{}')
                    """,
                    UUID.fromString(TENANT),
                    id,
                    UUID.randomUUID(),
                    OffsetDateTime.ofInstant(now.get(), ZoneOffset.UTC)));
    return id;
  }

  private UUID waitingFact(UUID event) {
    UUID id = ids.next();
    db.useEngine(
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into waiting_fact (tenant_id, lane_id, id, received_event_id,
                      connection_id, ordinal, kind, object, occurred_at)
                    values (?, ?, ?, ?, ?, 0, 'k', 'o', '2026-01-01')
                    """,
                    UUID.fromString(TENANT),
                    UUID.randomUUID(),
                    id,
                    event,
                    UUID.randomUUID()));
    return id;
  }

  private UUID fact(UUID event, String state) {
    UUID id = waitingFact(event);
    end(id, state);
    return id;
  }

  private void finish(UUID fact) {
    end(fact, "applied");
  }

  private void end(UUID fact, String state) {
    db.useEngine(
        tx ->
            tx.handle()
                .execute(
                    """
                    with gone as (delete from waiting_fact where id = ? returning *)
                    insert into fact (tenant_id, id, lane_id, received_event_id, connection_id,
                      ordinal, kind, object, occurred_at, state, result, failures, finished_at)
                    select tenant_id, id, lane_id, received_event_id, connection_id, ordinal, kind,
                      object, occurred_at, ?, '', 0, '2026-01-01' from gone
                    """,
                    fact,
                    state));
  }

  private boolean replay(UUID fact) {
    return db.asEngine(
        tx ->
            tx.handle()
                    .execute(
                        """
                        with back as (
                          delete from fact where tenant_id = ? and id = ? returning *
                        )
                        insert into waiting_fact (tenant_id, lane_id, id, received_event_id,
                          connection_id, ordinal, kind, object, occurred_at)
                        select tenant_id, lane_id, id, received_event_id, connection_id, ordinal,
                          kind, object, occurred_at from back
                        """,
                        UUID.fromString(TENANT),
                        fact)
                == 1);
  }

  private UUID job(String state) {
    UUID id = ids.next();
    db.useEngine(
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into job (tenant_id, id, kind, version, payload, priority, created_at,
                      state, result, failures, starts, finished_at)
                    values (?, ?, 'k', 1, '', 5, '2026-01-01', ?, '', 0, 1, '2026-01-01')
                    """,
                    UUID.fromString(TENANT),
                    id,
                    state));
    return id;
  }

  private UUID message(String state) {
    int _ = partitions.make();
    UUID id = ids.next();
    administer(
        """
        insert into tenon.message (tenant_id, id, state, recipient, sender, subject, stream, policy,
          created_at, updated_at)
        values ('%1$s', '%2$s', '%3$s', 'a@b.test', 'c@d.test', 's', 'outbound', 'at_most_once',
          '2026-01-01', '2026-01-01');
        insert into tenon.message_content (tenant_id, message_id, sealed)
        values ('%1$s', '%2$s', '');
        insert into tenon.attempt (tenant_id, message_id, number, connection_id, provider, kind,
          started_at)
        values ('%1$s', '%2$s', 1, '%2$s', 'p', 'sending', '2026-01-01');
        insert into tenon.message_report (tenant_id, message_id, fact_id, connection_id, provider,
          kind, reason, lasting, name, recipient, detail, occurred_at)
        values ('%1$s', '%2$s', '%2$s', '%2$s', 'p', 'sent', 'none', false, 'x', '', '',
          '2026-01-01')
        """
            .formatted(TENANT, id, state));
    return id;
  }

  private void key(String name) {
    db.useEngine(
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into fact_key (tenant_id, key, fact_id, seen, last_seen_at)
                    values (?, md5(?)::uuid, ?, 1, '2026-01-01')
                    """,
                    UUID.fromString(TENANT),
                    name,
                    ids.next()));
  }

  private long seen(String name) {
    return count("select seen from fact_key where key = md5('%s')::uuid".formatted(name));
  }

  private Set<UUID> events() {
    return db.asEngine(
        tx ->
            tx.handle()
                .createQuery("select id from received_event")
                .mapTo(UUID.class)
                .collect(Collectors.toSet()));
  }

  private boolean exists(String table, UUID id) {
    return count("select count(*) from %s where id = '%s'".formatted(table, id)) == 1;
  }

  private long count(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(Long.class).one());
  }

  private List<String> states() {
    return db.asEngine(
        tx -> tx.handle().createQuery("select state from fact").mapTo(String.class).list());
  }

  private List<UUID> messages(String table, String column) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select " + column + " from tenon." + table)) {
      List<UUID> out = new ArrayList<>();
      while (rows.next()) {
        out.add(rows.getObject(1, UUID.class));
      }
      return out;
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void administer(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
