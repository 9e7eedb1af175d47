package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.id.Ids;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.FaultText;
import dev.tenon.work.RetrySchedule;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Applies the facts of lanes that this node has claimed.
///
/// All lanes of a tenant go in one transaction first, which is what makes it fast. When that fails,
/// each lane has one of its own, so that a fault stops its own lane only; within it the facts
/// before the faulty one are applied, the faulty one is counted, and the lane is held back until it
/// is tried again or, after the last try, is set aside as dead and lets the others pass.
public final class LaneRun {
  private static final Logger LOG = LoggerFactory.getLogger(LaneRun.class);

  /// How many bytes of bodies one transaction opens: a body read into objects takes some ten times
  /// its bytes, in each worker. A larger one goes by itself.
  private static final long BATCH_BODY_BYTES_MAX = 4 << 20;

  /// How long a lane rests whose fact could not be applied now, since somebody else has what it is
  /// about. Such locks are held for the length of a commit.
  private static final Duration NOT_NOW = Duration.ofMillis(100);

  /// How many deaths of nodes one fact may cause, once it goes by itself.
  private static final int DEATHS_MAX = 3;

  private final Database database;
  private final LaneStore lanes = new LaneStore();
  private final FactStore facts = new FactStore();
  private final Map<String, FactApplier> appliers;
  private final DeliveryVault vault;
  private final RetrySchedule schedule;
  private final InstantSource clock;
  private final Meters meters;
  private final int factsMax;

  /// Opens a sealed delivery and answers its raw body.
  public interface DeliveryVault {
    byte[] openBody(TenantId tenant, UUID receivedEvent, byte[] sealed);
  }

  /// Measures nothing: for tests and tools.
  public LaneRun(
      Database database,
      List<FactApplier> appliers,
      DeliveryVault vault,
      RetrySchedule schedule,
      InstantSource clock,
      int factsMax) {
    this(database, appliers, vault, schedule, clock, factsMax, Meters.unseen());
  }

  public LaneRun(
      Database database,
      List<FactApplier> appliers,
      DeliveryVault vault,
      RetrySchedule schedule,
      InstantSource clock,
      int factsMax,
      Meters meters) {
    this.database = database;
    this.meters = meters;
    this.appliers = new LinkedHashMap<>();
    appliers.forEach(applier -> this.appliers.put(applier.provider(), applier));
    this.vault = vault;
    this.schedule = schedule;
    this.clock = clock;
    this.factsMax = factsMax;
  }

  /// Applies what is ready in lanes of one tenant, and answers the lanes that it did not come to or
  /// could not finish: they are still claimed, and to be given back.
  ///
  /// @param stopping when true, no lane is begun any more
  List<LaneStore.Claim> run(
      TenantId tenant, List<LaneStore.Claim> claims, BooleanSupplier stopping) {
    List<LaneStore.Claim> left = new ArrayList<>();
    var bodies = new OpenedBodies(vault, tenant);
    // A lane whose worker died may hold what killed it. By itself it kills no batch of others, and
    // the next death has one suspect.
    List<LaneStore.Claim> alone =
        new ArrayList<>(claims.stream().filter(claim -> claim.deaths() > 0).toList());
    List<LaneStore.Claim> together = claims.stream().filter(claim -> claim.deaths() == 0).toList();
    if (!together.isEmpty() && !runTogether(tenant, together, bodies)) {
      alone.addAll(together);
    }
    for (LaneStore.Claim claim : alone) {
      if (stopping.getAsBoolean() || !runAlone(claim, bodies, stopping)) {
        left.add(claim);
      }
    }
    return left;
  }

  private boolean runTogether(TenantId tenant, List<LaneStore.Claim> claims, OpenedBodies bodies) {
    try {
      database.useEngine(tx -> applyAll(tx, tenant, claims, bodies));
      return true;
    } catch (RuntimeException | Error e) {
      LOG.info(
          "applying {} lanes together failed, now one by one: {}", claims.size(), FaultText.of(e));
      return false;
    }
  }

  private void applyAll(
      EngineTx tx, TenantId tenant, List<LaneStore.Claim> claims, OpenedBodies bodies) {
    Instant now = clock.instant();
    List<FactStore.Row> rows =
        facts.readyOfHeld(tx, tenant, claims, now, factsMax, BATCH_BODY_BYTES_MAX);
    List<WaitingFact> ready = new ArrayList<>();
    List<FactStore.Row> awake = new ArrayList<>();
    // Nothing holds a lane whose first fact is asleep: the database lost its leases in a crash.
    Map<UUID, Instant> resting = new HashMap<>();
    List<WaitingFact> opened = bodies.open(rows);
    for (int i = 0; i < rows.size(); i++) {
      FactStore.Row row = rows.get(i);
      if (row.wakeAt != null && row.isAsleep(now)) {
        resting.put(row.lane, row.wakeAt);
      } else {
        awake.add(row);
        ready.add(opened.get(i));
      }
    }
    List<FactStore.End> ends = new ArrayList<>(ready.size());
    for (List<Integer> group : byConnection(awake)) {
      FactStore.Row sample = awake.get(group.getFirst());
      List<WaitingFact> own = group.stream().map(ready::get).toList();
      List<FactStore.End> ended = new ArrayList<>(own.size());
      List<Applied> results = apply(tx, tenant, sample, own);
      for (int i = 0; i < own.size(); i++) {
        if (results.get(i) instanceof Applied.NotNow) {
          resting.put(own.get(i).lane(), now.plus(NOT_NOW));
        } else {
          ended.add(FactStore.End.of(own.get(i), results.get(i)));
        }
      }
      countAfterCommit(tx, sample.provider, ended);
      ends.addAll(ended);
    }
    List<LaneStore.Claim> freed =
        claims.stream().filter(claim -> !resting.containsKey(claim.lane())).toList();
    facts.finish(tx, tenant, ends, freed, clock.instant());
    for (LaneStore.Claim claim : claims) {
      Instant until = resting.get(claim.lane());
      if (until != null) {
        lanes.hold(tx, claim, until);
      }
    }
  }

  private List<Applied> apply(
      EngineTx tx, TenantId tenant, FactStore.Row sample, List<WaitingFact> facts) {
    FactApplier applier = appliers.get(sample.provider);
    return applier == null
        ? facts.stream().<Applied>map(_ -> unknown(sample)).toList()
        : applier.apply(tx, tenant, sample.connection, facts);
  }

  private Applied applyAlone(EngineTx tx, TenantId tenant, FactStore.Row row, WaitingFact fact) {
    FactApplier applier = appliers.get(row.provider);
    return applier == null ? unknown(row) : applier.applyAlone(tx, tenant, row.connection, fact);
  }

  private static Applied unknown(FactStore.Row row) {
    return new Applied.Ignored("this version applies nothing of " + row.provider);
  }

  /// The places of rows, by their connection.
  private static List<List<Integer>> byConnection(List<FactStore.Row> rows) {
    Map<UUID, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      groups.computeIfAbsent(rows.get(i).connection, _ -> new ArrayList<>()).add(i);
    }
    return new ArrayList<>(groups.values());
  }

  /// Applies a lane fact by fact; answers whether it is done with.
  private boolean runAlone(LaneStore.Claim claim, OpenedBodies bodies, BooleanSupplier stopping) {
    try {
      if (claim.deaths() > 0 && !database.<Boolean>asEngine(tx -> lanes.begin(tx, claim))) {
        return true;
      }
      if (claim.deaths() > DEATHS_MAX) {
        setAside(claim);
      }
      boolean suspect = claim.deaths() > 1;
      while (applyOne(claim, bodies, suspect)) {
        suspect = false;
        if (stopping.getAsBoolean()) {
          return false;
        }
      }
      return true;
    } catch (RuntimeException | Error e) {
      // The database itself is in trouble, or the failure could not be counted.
      LOG.error(
          "lane {} of {} could not be brought on: {}",
          claim.lane(),
          claim.tenant(),
          FaultText.of(e));
      return false;
    }
  }

  /// Sets the first fact of a lane aside without trying it: it was the only one under way each time
  /// that a node died.
  private void setAside(LaneStore.Claim claim) {
    TenantId tenant = claim.tenant();
    database.useEngine(
        tx -> {
          for (FactStore.Row row :
              facts.readyOfHeld(tx, tenant, List.of(claim), clock.instant(), 1, 1)) {
            String error = "the server stopped %d times while at it".formatted(DEATHS_MAX);
            LOG.error(
                "fact {} ({}) of {} is dead: {}; its lane goes on; replay it when the cause is"
                    + " mended",
                row.id,
                row.kind,
                tenant,
                error);
            List<FactStore.End> ends =
                List.of(new FactStore.End(row.lane, row.id, "dead", error, null, row.failures + 1));
            facts.finish(tx, tenant, ends, List.of(), clock.instant());
            lanes.survived(tx, claim);
            countAfterCommit(tx, row.provider, ends);
          }
        });
  }

  /// Applies the first fact of a lane by itself. Answers whether there may be another.
  ///
  /// @param suspect whether nodes died while at this fact, so that its success is to be noted
  private boolean applyOne(LaneStore.Claim claim, OpenedBodies bodies, boolean suspect) {
    TenantId tenant = claim.tenant();
    var first = new AtomicReference<FactStore.@Nullable Row>();
    try {
      return database.asEngine(
          tx -> {
            Instant now = clock.instant();
            List<FactStore.Row> rows = facts.readyOfHeld(tx, tenant, List.of(claim), now, 1, 1);
            if (rows.isEmpty()) {
              lanes.release(tx, tenant, List.of(claim));
              return false;
            }
            FactStore.Row row = rows.getFirst();
            if (row.wakeAt != null && row.isAsleep(now)) {
              lanes.hold(tx, claim, row.wakeAt);
              return false;
            }
            first.set(row);
            WaitingFact fact = bodies.open(rows).getFirst();
            Applied applied = applyAlone(tx, tenant, row, fact);
            if (applied instanceof Applied.NotNow) {
              lanes.hold(tx, claim, now.plus(NOT_NOW));
              return false;
            }
            List<FactStore.End> ends = List.of(FactStore.End.of(fact, applied));
            facts.finish(tx, tenant, ends, List.of(), clock.instant());
            if (suspect) {
              lanes.survived(tx, claim);
            }
            countAfterCommit(tx, row.provider, ends);
            return true;
          });
    } catch (RuntimeException | Error e) {
      FactStore.Row row = first.get();
      if (row == null) {
        throw e;
      }
      meters.counter(Metric.FACTS_FAILED, row.provider).increment();
      return afterFailure(claim, row, FaultText.of(e));
    }
  }

  /// What is rolled back has not happened, so it is counted once the commit is done.
  private void countAfterCommit(EngineTx tx, String provider, List<FactStore.End> ends) {
    var _ =
        tx.handle()
            .afterCommit(
                () -> {
                  Timer delay = meters.timer(Metric.FACTS_DELAY, provider);
                  Instant now = clock.instant();
                  for (FactStore.End end : ends) {
                    meters.counter(Metric.FACTS_ENDED, provider, end.state()).increment();
                    Duration waited = Duration.between(Ids.madeAt(end.id()), now);
                    delay.record(waited.isNegative() ? Duration.ZERO : waited);
                  }
                });
  }

  /// Counts the failure; answers whether the lane goes on.
  private boolean afterFailure(LaneStore.Claim claim, FactStore.Row fact, String error) {
    int failures = fact.failures + 1;
    TenantId tenant = claim.tenant();
    return database.asEngine(
        tx -> {
          if (lanes.lockHeld(tx, tenant, List.of(claim)).isEmpty()) {
            return false;
          }
          Instant now = clock.instant();
          if (!schedule.allows(failures)) {
            LOG.error(
                "fact {} ({}) of {} is dead after {} tries: {}; its lane goes on; replay it when"
                    + " the cause is mended",
                fact.id,
                fact.kind,
                tenant,
                failures,
                error);
            List<FactStore.End> ends =
                List.of(new FactStore.End(fact.lane, fact.id, "dead", error, null, failures));
            facts.finish(tx, tenant, ends, List.of(), now);
            countAfterCommit(tx, fact.provider, ends);
            return true;
          }
          Instant next = now.plus(schedule.after(failures, ThreadLocalRandom.current()));
          LOG.warn(
              "fact {} ({}) of {} failed {} times, next try at {}: {}",
              fact.id,
              fact.kind,
              tenant,
              failures,
              next,
              error);
          facts.noteFailure(tx, tenant, fact.lane, fact.id, error);
          lanes.hold(tx, claim, next);
          return false;
        });
  }
}
