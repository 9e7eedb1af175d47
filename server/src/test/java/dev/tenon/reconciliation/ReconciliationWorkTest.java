package dev.tenon.reconciliation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Secret;
import dev.tenon.db.Partitions;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.ReceivedFrom;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A reconciliation finds what never came, whatever happens in the middle of it.
class ReconciliationWorkTest {
  private final ReconciliationBed bed = new ReconciliationBed();
  private final Connection connection = bed.connection();

  ReconciliationWorkTest() {
    bed.provider.events.addAll(
        List.of(
            "e1 a.made 10",
            "e2 b.made 20",
            "e3 a.made 30",
            "e4 a.gone 40",
            "e5 b.made 50",
            "e6 a.made 60"));
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  @Test
  void takesInWhatNeverCameAndNothingElse() {
    bed.webhook(connection, "e3 a.made 30");
    bed.webhook(connection, "e2 b.made 20");

    Reconciliation ended = bed.ended(bed.started(connection).id());

    assertThat(ended.state()).isEqualTo(Reconciliation.State.DONE);
    assertThat(ended.listed()).isEqualTo(6);
    assertThat(ended.missing()).isEqualTo(4);
    assertThat(bed.fetched()).containsExactly("a.made e1", "a.gone e4", "b.made e5", "a.made e6");
    Map<String, Integer> kinds =
        bed.db.asTenant(bed.tenant, tx -> bed.reconciliations.kinds(tx, ended.id()));
    assertThat(kinds).isEqualTo(Map.of("a.made", 2, "a.gone", 1, "b.made", 1));
    List<ReconciliationStore.Missing> missing =
        bed.db.asTenant(bed.tenant, tx -> bed.reconciliations.missing(tx, ended.id(), null, 9));
    assertThat(missing)
        .extracting(ReconciliationStore.Missing::event)
        .containsExactlyInAnyOrder("e1", "e4", "e5", "e6");
    Reconciliation again = bed.ended(bed.started(connection).id());
    assertThat(again.missing()).isZero();
    assertThat(bed.fetched()).hasSize(4);
  }

  @Test
  void aKillBetweenAnyTwoStepsLosesNothingAndListsNothingTwice() {
    // Thrown out of a call: what was taken in before stays, and the run is lost.
    bed.provider.before =
        () -> {
          if (bed.provider.asked.size() == 2 || bed.provider.asked.size() == 5) {
            throw new IllegalStateException("the process dies");
          }
        };
    Reconciliation ended = bed.ended(bed.started(connection).id());
    assertThat(ended.state()).isEqualTo(Reconciliation.State.DONE);
    assertThat(ended.missing()).isEqualTo(6);
    assertThat(bed.fetched()).hasSize(6);
  }

  @Test
  void whatWasNotedBeforeAKillIsTakenInAfterIt() {
    Reconciliation running = bed.started(connection);
    // As a kill leaves it between the note and the inbox.
    bed.db.useTenant(
        bed.tenant,
        tx ->
            bed.store.note(
                tx,
                running.id(),
                new ReconciliationStore.Missing(
                    bed.ids.next(), "e1", "a.made", "e1", ReconciliationBed.START)));
    Reconciliation ended = bed.ended(running.id());
    assertThat(ended.missing()).isEqualTo(6);
    assertThat(
            bed.texts(
                """
            select r.event from reconciliation_event r
            join received_event e on e.tenant_id = r.tenant_id and e.id = r.id order by 1
            """))
        .containsExactly("e1", "e2", "e3", "e4", "e5", "e6");
  }

  @Test
  void aWebhookThatArrivesMeanwhileIsNotCountedAsMissing() {
    // Between the page and its look into the inbox nothing can be put; before the page it can.
    bed.provider.before = () -> bed.webhook(connection, "e6 a.made 60");
    Reconciliation ended = bed.ended(bed.started(connection).id());
    assertThat(ended.missing()).isEqualTo(5);
    assertThat(bed.fetched()).doesNotContain("a.made e6");
  }

  @Test
  void eventsThatHappenMeanwhileMoveNoPage() {
    bed.provider.before =
        () -> bed.provider.events.addFirst("n" + bed.provider.events.size() + " a.made 0");
    Reconciliation ended = bed.ended(bed.started(connection).id());
    assertThat(bed.fetched())
        .contains("a.made e1", "b.made e2", "a.made e3", "a.gone e4", "b.made e5", "a.made e6");
    assertThat(ended.state()).isEqualTo(Reconciliation.State.DONE);
  }

  @Test
  void aPageWhoseLastEventIsForgottenGoesOnByTime() {
    bed.provider.before =
        () -> {
          // e3 ends the first page of the first part, and is too old by the next call.
          if (bed.provider.asked.size() == 2) {
            bed.provider.events.remove("e3 a.made 30");
          }
        };
    Reconciliation ended = bed.ended(bed.started(connection).id());
    assertThat(ended.state()).isEqualTo(Reconciliation.State.DONE);
    assertThat(bed.fetched()).hasSize(6);
    assertThat(bed.provider.asked).startsWith("0 ", "0 e3", "0 ");
  }

  @Test
  void aProviderThatRepeatsItsPageEndsIt() {
    var page =
        new EventSource.Answer.Page(
            List.of(
                new EventSource.Listed(
                    "e1", ReconciliationBed.START.minusSeconds(10), "e1 a.made 10")),
            true);
    bed.provider.instead.addAll(List.of(page, page));
    Reconciliation ended = bed.ended(bed.started(connection).id());
    assertThat(ended.state()).isEqualTo(Reconciliation.State.FAILED);
    assertThat(ended.trouble()).contains("same page");
  }

  @Test
  void aLimitIsWaitedForAndCountsAsNoFailure() {
    for (int i = 0; i < 30; i++) {
      bed.provider.instead.add(
          new EventSource.Answer.NotNow(Duration.ofSeconds(7), true, "too much"));
    }
    Reconciliation running = bed.started(connection);
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (bed.find(running.id()).trouble().isEmpty()) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
    assertThat(bed.find(running.id()).trouble()).isEqualTo("too much");
    int before = bed.provider.asked.size();
    bed.now.set(bed.now.get().plusSeconds(3));
    bed.jobs.announce();
    assertThat(bed.provider.asked).hasSize(before);
    bed.provider.instead.clear();
    bed.now.set(bed.now.get().plusSeconds(10));
    assertThat(bed.ended(running.id()).state()).isEqualTo(Reconciliation.State.DONE);
    // The job ends after what it did.
    while (!bed.texts("select id from waiting_job").isEmpty()) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
    assertThat(bed.texts("select failures from job where kind = 'events.reconcile'"))
        .containsExactly("0");
  }

  @Test
  void aConnectionThatIsDisabledMidwayEndsIt() {
    bed.provider.callsPerStep = 1;
    bed.provider.before =
        () -> {
          Connections.Changed _ =
              bed.connections.change(
                  bed.tenant,
                  connection.id(),
                  new Connections.Change(
                      Optional.empty(),
                      Optional.of(Connection.State.DISABLED),
                      Optional.empty(),
                      Map.of(),
                      Optional.empty()));
        };
    Reconciliation ended = bed.ended(bed.started(connection).id());
    assertThat(ended.state()).isEqualTo(Reconciliation.State.FAILED);
    assertThat(ended.trouble()).contains("switched off");
    assertThat(bed.texts("select count(*) from reconciled")).containsExactly("0");
  }

  @Test
  void oneRunsForAConnectionAtATime() {
    bed.provider.instead.add(new EventSource.Answer.NotNow(Duration.ofHours(1), true, "later"));
    Reconciliation running = bed.started(connection);
    assertThat(bed.start(connection)).isEqualTo(new Reconciliations.Started.Running(running.id()));
    assertThat(bed.start(bed.connection())).isInstanceOf(Reconciliations.Started.Yes.class);
  }

  @Test
  void beginsWhereTheLastOneEndedAndLeavesWhatIsYoung() {
    bed.now.set(ReconciliationBed.START.plus(Duration.ofHours(2)));
    bed.reconciliations.startDue();
    Reconciliation first = bed.ended(only());
    assertThat(first.cause()).isEqualTo(Reconciliation.Cause.SCHEDULE);
    assertThat(first.since()).isEqualTo(connection.createdAt().minus(Duration.ofMinutes(10)));
    assertThat(first.until()).isEqualTo(ReconciliationBed.START.plus(Duration.ofMinutes(110)));
    // Not again within the hour.
    bed.reconciliations.startDue();
    assertThat(all()).hasSize(1);
    bed.now.set(bed.now.get().plus(Duration.ofMinutes(70)));
    bed.reconciliations.startDue();
    assertThat(all()).hasSize(2);
    Reconciliation second = bed.ended(all().getFirst().id());
    assertThat(second.since()).isEqualTo(first.until().minus(Duration.ofMinutes(10)));
    assertThat(second.gapSince()).isNull();
  }

  @Test
  void afterADowntimeAllAreLookedAtAtOnce() {
    bed.now.set(ReconciliationBed.START.plus(Duration.ofHours(2)));
    bed.reconciliations.startDue();
    bed.ended(only());
    lastRun(bed.now.get());
    bed.now.set(bed.now.get().plus(Duration.ofMinutes(20)));
    bed.reconciliations.startDue();
    assertThat(all()).hasSize(2);
    assertThat(all().getFirst().cause()).isEqualTo(Reconciliation.Cause.DOWNTIME);
  }

  @Test
  void whatTheProviderHasForgottenIsSaid() {
    bed.now.set(ReconciliationBed.START.plus(Duration.ofDays(40)));
    assertThat(new Partitions(bed.db, bed.clock).make()).isPositive();
    bed.reconciliations.startDue();
    Reconciliation ended = bed.ended(only());
    // What happened before the connection was made is missed by nobody.
    assertThat(ended.gapSince()).isEqualTo(connection.createdAt());
    assertThat(ended.since()).isAfter(ReconciliationBed.START.plus(Duration.ofDays(9)));
  }

  @Test
  void whoLooksAtAPartLeavesTheRestToBeLookedAt() {
    bed.now.set(ReconciliationBed.START.plus(Duration.ofDays(2)));
    Reconciliations.Started started =
        bed.db.asTenant(
            bed.tenant,
            tx ->
                bed.reconciliations.start(
                    tx, connection, bed.now.get().minusSeconds(60), bed.now.get(), null, "a test"));
    bed.reconciliations.announce();
    bed.ended(((Reconciliations.Started.Yes) started).reconciliation().id());
    bed.now.set(bed.now.get().plus(Duration.ofHours(2)));
    bed.reconciliations.startDue();
    assertThat(all().getFirst().since())
        .isEqualTo(connection.createdAt().minus(Duration.ofMinutes(10)));
  }

  @Test
  void whatWasLookedThroughInItsTimeIsNoGap() {
    bed.now.set(ReconciliationBed.START.plus(Duration.ofDays(2)));
    bed.reconciliations.startDue();
    bed.ended(only());
    Reconciliation back =
        bed.ended(part(bed.now.get().minus(Duration.ofDays(40)), bed.now.get()).id());
    assertThat(back.gapSince()).isNull();
  }

  @Test
  void aLookAtAnOldPartIsNoLookOfNow() {
    bed.now.set(ReconciliationBed.START.plus(Duration.ofDays(2)));
    bed.reconciliations.startDue();
    Reconciliation first = bed.ended(only());
    bed.now.set(bed.now.get().plus(Duration.ofHours(2)));
    bed.ended(
        part(bed.now.get().minus(Duration.ofDays(2)), bed.now.get().minus(Duration.ofDays(1)))
            .id());
    assertThat(bed.texts("select finished_at = '%s' from reconciled".formatted(first.finishedAt())))
        .containsExactly("t");
    assertThat(bed.texts("select until = '%s' from reconciled".formatted(first.until())))
        .containsExactly("t");
  }

  @Test
  void oneWithoutAKeyHasNoTurnAndHidesNobody() {
    Connection mute = bed.keyless();
    bed.now.set(ReconciliationBed.START.plus(Duration.ofHours(2)));
    bed.reconciliations.startDue();
    bed.ended(only());
    assertThat(all()).extracting(Reconciliation::connection).doesNotContain(mute.id().uuid());
    Map<String, java.time.Instant> oldest =
        bed.db.asEngine(tx -> bed.store.oldest(tx, Map.of("lister", "list_key")));
    assertThat(oldest.get("lister"))
        .isAfterOrEqualTo(ReconciliationBed.START.plus(Duration.ofHours(2)));
  }

  @Test
  void theNextOneGoesOnWhereAFailedOneStood() {
    bed.now.set(ReconciliationBed.START.plus(Duration.ofHours(2)));
    bed.provider.callsPerStep = 1;
    bed.provider.before =
        () -> {
          if (bed.provider.asked.size() == 2) {
            bed.provider.instead.add(new EventSource.Answer.Refused("not any more"));
          }
        };
    bed.reconciliations.startDue();
    Reconciliation failed = bed.ended(only());
    assertThat(failed.state()).isEqualTo(Reconciliation.State.FAILED);
    assertThat(failed.position().event()).isEqualTo("e3");
    bed.provider.before = null;
    bed.provider.asked.clear();

    bed.now.set(bed.now.get().plus(Duration.ofMinutes(70)));
    bed.reconciliations.startDue();
    Reconciliation next = bed.ended(all().getFirst().id());
    assertThat(next.state()).isEqualTo(Reconciliation.State.DONE);
    assertThat(next.until()).isEqualTo(failed.until());
    assertThat(bed.provider.asked).startsWith("0 e3").doesNotContain("0 ");
    assertThat(bed.fetched()).hasSize(6);
    assertThat(bed.texts("select until = '%s' from reconciled".formatted(failed.until())))
        .containsExactly("t");
  }

  @Test
  void whatAnotherWorkerTookInStaysListedUnderItsId() {
    bed.webhook(connection, "e2 b.made 20");
    UUID received = bed.ids.next();
    var source =
        new Inbox.Source(bed.tenant, connection.id().uuid(), "lister", List.of(Secret.of("s")));
    var _ =
        bed.inbox.takeFetched(
            source, ReceivedFrom.RECONCILIATION, received, "e1 a.made 10".getBytes(UTF_8));
    assertThat(taken("e1")).contains(received);
    assertThat(taken("e2")).isEmpty();
    assertThat(taken("e3")).isEmpty();
  }

  private Optional<UUID> taken(String event) {
    UUID key =
        Inbox.key(
            connection.id().uuid(),
            new ReadFact(event, event, "a.made", event, ReconciliationBed.START));
    return bed.db.asTenant(bed.tenant, tx -> bed.store.takenAs(tx, List.of(key)));
  }

  @Test
  void whatCannotBePassedIsBegunAnew() {
    bed.now.set(ReconciliationBed.START.plus(Duration.ofHours(2)));
    bed.provider.instead.add(new EventSource.Answer.Refused("not at all"));
    bed.reconciliations.startDue();
    Reconciliation failed = bed.ended(only());
    bed.now.set(bed.now.get().plus(Duration.ofMinutes(70)));
    bed.reconciliations.startDue();
    assertThat(bed.ended(all().getFirst().id()).until()).isAfter(failed.until());
  }

  @Test
  @Tag("deep")
  void failuresCountFromWhereItLastCameOn() {
    // Twelve faults, of which a kind survives ten in a row; two a page and four pages.
    var down = new EventSource.Answer.NotNow(Duration.ZERO, false, "down");
    for (int i = 0; i < 6; i++) {
      bed.provider.instead.add(down);
    }
    bed.provider.before =
        () -> {
          if (bed.provider.asked.size() == 7) {
            for (int i = 0; i < 7; i++) {
              bed.provider.instead.add(down);
            }
            bed.provider.before = null;
            // This call itself is answered.
            bed.provider.instead.addFirst(firstPage());
          }
        };
    Reconciliation running = bed.started(connection);
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (bed.find(running.id()).state() == Reconciliation.State.RUNNING) {
      assertThat(System.nanoTime()).isLessThan(end);
      for (String wake :
          bed.texts(
              "select extract(epoch from wake_at)::bigint from waiting_job where wake_at is not null")) {
        var then = java.time.Instant.ofEpochSecond(Long.parseLong(wake) + 1);
        bed.now.updateAndGet(now -> now.isBefore(then) ? then : now);
        bed.jobs.announce();
      }
    }
    assertThat(bed.find(running.id()).state())
        .as(bed.find(running.id()).trouble())
        .isEqualTo(Reconciliation.State.DONE);
    assertThat(bed.fetched()).hasSize(6);
  }

  private static EventSource.Answer firstPage() {
    return new EventSource.Answer.Page(
        List.of(
            new EventSource.Listed("e1", ReconciliationBed.START.minusSeconds(10), "e1 a.made 10"),
            new EventSource.Listed("e3", ReconciliationBed.START.minusSeconds(30), "e3 a.made 30")),
        true);
  }

  private Reconciliation part(java.time.Instant since, java.time.Instant until) {
    Reconciliations.Started started =
        bed.db.asTenant(
            bed.tenant,
            tx -> bed.reconciliations.start(tx, connection, since, until, null, "a test"));
    bed.reconciliations.announce();
    return ((Reconciliations.Started.Yes) started).reconciliation();
  }

  @Test
  void oneThatCannotBeAskedFailsAndIsTriedAtItsNextTurn() {
    bed.provider.usable = false;
    bed.now.set(ReconciliationBed.START.plus(Duration.ofHours(2)));
    bed.reconciliations.startDue();
    assertThat(bed.ended(only()).trouble()).contains("no key");
    bed.reconciliations.startDue();
    assertThat(all()).hasSize(1);
  }

  @Test
  @Tag("deep")
  void givesUpWhenTheProviderFailsForHours() {
    for (int i = 0; i < 40; i++) {
      bed.provider.instead.add(new EventSource.Answer.NotNow(Duration.ZERO, false, "down"));
    }
    Reconciliation running = bed.started(connection);
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (bed.find(running.id()).state() == Reconciliation.State.RUNNING) {
      assertThat(System.nanoTime()).isLessThan(end);
      if (!bed.texts("select id from waiting_job where wake_at is not null").isEmpty()) {
        bed.now.set(bed.now.get().plusSeconds(600));
      }
    }
    assertThat(bed.find(running.id()).trouble()).contains("Given up after 11 failures");
    assertThat(bed.start(connection)).isInstanceOf(Reconciliations.Started.Yes.class);
  }

  @Test
  void anotherTenantHasNone() {
    Reconciliation mine = bed.started(connection);
    var other = new TenantId(UUID.randomUUID());
    bed.tenant(other);
    Optional<Reconciliation> found =
        bed.db.asTenant(other, tx -> bed.reconciliations.find(tx, mine.id()));
    assertThat(found).isEmpty();
  }

  private void lastRun(java.time.Instant at) {
    bed.db.useEngine(
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into clock_work (task_name, task_instance, execution_time, picked, version,
                      last_success)
                    values ('reconciliations', 'recurring', ?, false, 1, ?)
                    """,
                    java.time.OffsetDateTime.ofInstant(at, java.time.ZoneOffset.UTC),
                    java.time.OffsetDateTime.ofInstant(at, java.time.ZoneOffset.UTC)));
  }

  private List<Reconciliation> all() {
    return bed.db.asTenant(bed.tenant, tx -> bed.reconciliations.list(tx, null, null, 9));
  }

  private UUID only() {
    assertThat(all()).hasSize(1);
    return all().getFirst().id();
  }
}
