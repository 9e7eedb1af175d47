package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has facts applied anew, one or many. The rules that turn facts into state make that harmless:
/// what was applied before changes nothing twice.
public final class Replays {
  /// Bulk replays of one tenant that may run at once.
  public static final int RUNNING_MAX = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Replays.class);
  private static final Duration KEPT = Duration.ofDays(90);

  private final Database database;
  private final Signal work;
  private final Jobs jobs;
  private final Ids ids;
  private final InstantSource clock;
  private final FactStore facts = new FactStore();
  private final ReplayStore replays = new ReplayStore();

  /// @param work raised when facts are ready again
  /// @param jobs does bulk replays, by [ReplayWork]
  public Replays(Database database, Signal work, Jobs jobs, Ids ids, InstantSource clock) {
    this.database = database;
    this.work = work;
    this.jobs = jobs;
    this.ids = ids;
    this.clock = clock;
  }

  /// Puts the facts of these lanes that fitted no tenant back into the queue, in the caller's
  /// transaction: their objects have become known.
  ///
  /// @param lanes the keys of the lanes in question, as intake digests them
  public static void unassigned(EngineTx tx, TenantId tenant, Collection<UUID> lanes) {
    new FactStore().replayUnassigned(tx, tenant, lanes);
  }

  /// Puts a fact back into the queue. Answers whether it was there: a fact of another tenant is
  /// not, nor one that is waiting already.
  public boolean replay(TenantId tenant, UUID fact, String by) {
    boolean back = database.asEngine(tx -> facts.replay(tx, tenant, fact));
    if (back) {
      LOG.info("fact {} of {} is replayed by {}", fact, tenant, by);
      work.raise();
    }
    return back;
  }

  /// How many facts match now, counted no further than one more than the filter allows.
  public int count(TenantTx tx, ReplayFilter filter) {
    return replays.count(tx, filter);
  }

  /// Starts a bulk replay: durable work that goes on after a restart. Answers empty when
  /// [#RUNNING_MAX] of this tenant are running. Call [#announce] after the commit.
  ///
  /// @param wanted the id, chosen by the caller; one that was started under it before is the answer
  public Optional<Replay> start(
      TenantTx tx, @Nullable UUID wanted, ReplayFilter filter, String by) {
    Optional<Replay> before = Optional.ofNullable(wanted).flatMap(known -> find(tx, known));
    if (before.isPresent()) {
      return before;
    }
    if (replays.running(tx) >= RUNNING_MAX) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    replays.forget(tx, now.minus(KEPT));
    UUID id = wanted == null ? ids.next() : wanted;
    int matched = replays.count(tx, filter);
    var replay = new Replay(id, "running", filter, matched, 0, by, now, null);
    replays.insert(tx, replay);
    jobs.make(tx, List.of(NewJob.of(ReplayWork.KIND, id.toString(), null)));
    LOG.info(
        "{} asks to replay {} {} facts of {}", by, matched, filter.state().text(), tx.tenant());
    return Optional.of(replay);
  }

  /// Says that a replay was committed.
  public void announce() {
    jobs.announce();
  }

  public Optional<Replay> find(TenantTx tx, UUID id) {
    return replays.find(tx, id);
  }

  /// The tenant's replays of the last 90 days, newest first.
  public List<Replay> list(TenantTx tx, @Nullable UUID before, int rows) {
    return replays.list(tx, before, rows);
  }

  /// Stops a bulk replay after its present step; what was put back stays so. Answers whether it was
  /// running.
  public boolean cancel(TenantId tenant, UUID id) {
    return database.asEngine(tx -> replays.cancel(tx, tenant, id, clock.instant()));
  }
}
