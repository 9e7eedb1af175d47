package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
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
  private static final int ERROR_CHARS_MAX = 500;

  private final Database database;
  private final LaneStore lanes = new LaneStore();
  private final FactStore facts = new FactStore();
  private final Map<String, FactApplier> appliers;
  private final DeliveryVault vault;
  private final RetrySchedule schedule;
  private final Signal jobsMade;
  private final InstantSource clock;
  private final int factsMax;

  /// Opens a sealed delivery and answers its raw body.
  public interface DeliveryVault {
    byte[] openBody(TenantId tenant, UUID receivedEvent, byte[] sealed);
  }

  public LaneRun(
      Database database,
      List<FactApplier> appliers,
      DeliveryVault vault,
      RetrySchedule schedule,
      Signal jobsMade,
      InstantSource clock,
      int factsMax) {
    this.database = database;
    this.appliers = new LinkedHashMap<>();
    appliers.forEach(applier -> this.appliers.put(applier.provider(), applier));
    this.vault = vault;
    this.schedule = schedule;
    this.jobsMade = jobsMade;
    this.clock = clock;
    this.factsMax = factsMax;
  }

  void run(TenantId tenant, List<LaneStore.Claim> claims) {
    try {
      database.useEngine(tx -> applyAll(tx, tenant, claims));
      jobsMade.raise();
    } catch (RuntimeException e) {
      LOG.info("applying {} lanes together failed, now one by one: {}", claims.size(), cause(e));
      for (LaneStore.Claim claim : claims) {
        runAlone(claim);
      }
    }
  }

  private void applyAll(EngineTx tx, TenantId tenant, List<LaneStore.Claim> claims) {
    List<FactStore.Row> rows = facts.readyOfHeld(tx, tenant, claims, factsMax);
    List<FactStore.End> ends = new ArrayList<>(rows.size());
    for (List<FactStore.Row> group : byConnection(rows)) {
      List<WaitingFact> opened = group.stream().map(row -> open(tenant, row)).toList();
      ends.addAll(apply(tx, tenant, group.getFirst(), opened));
    }
    facts.finish(tx, tenant, ends, claims, clock.instant());
  }

  private List<FactStore.End> apply(
      EngineTx tx, TenantId tenant, FactStore.Row sample, List<WaitingFact> opened) {
    FactApplier applier = appliers.get(sample.provider);
    List<FactStore.End> ends = new ArrayList<>(opened.size());
    if (applier == null) {
      for (WaitingFact fact : opened) {
        ends.add(
            FactStore.End.of(
                fact, new Applied.Ignored("this version applies nothing of " + sample.provider)));
      }
      return ends;
    }
    List<Applied> results = applier.apply(tx, tenant, sample.connection, opened);
    for (int i = 0; i < opened.size(); i++) {
      ends.add(FactStore.End.of(opened.get(i), results.get(i)));
    }
    return ends;
  }

  private static List<List<FactStore.Row>> byConnection(List<FactStore.Row> rows) {
    Map<UUID, List<FactStore.Row>> groups = new LinkedHashMap<>();
    rows.forEach(row -> groups.computeIfAbsent(row.connection, _ -> new ArrayList<>()).add(row));
    return new ArrayList<>(groups.values());
  }

  private void runAlone(LaneStore.Claim claim) {
    try {
      while (applyOne(claim)) {
        jobsMade.raise();
      }
    } catch (RuntimeException e) {
      // The database itself is in trouble. The lease ends by itself and the lane is tried again.
      LOG.error("lane {} of {} stays claimed: {}", claim.lane(), claim.tenant(), cause(e));
    }
  }

  /// Applies the first fact of a lane by itself. Answers whether there may be another.
  private boolean applyOne(LaneStore.Claim claim) {
    TenantId tenant = claim.tenant();
    var first = new ArrayList<WaitingFact>(1);
    try {
      return database.asEngine(
          tx -> {
            if (lanes.lockHeld(tx, tenant, List.of(claim)).isEmpty()) {
              return false;
            }
            List<FactStore.Row> rows = facts.ready(tx, tenant, List.of(claim.lane()), 1);
            if (rows.isEmpty()) {
              lanes.release(tx, tenant, List.of(claim));
              return false;
            }
            FactStore.Row row = rows.getFirst();
            first.add(
                new WaitingFact(
                    row.id,
                    row.lane,
                    row.receivedEvent,
                    row.ordinal,
                    row.kind,
                    row.object,
                    row.occurredAt,
                    row.failures,
                    new byte[0]));
            facts.finish(
                tx,
                tenant,
                apply(tx, tenant, row, List.of(open(tenant, row))),
                List.of(),
                clock.instant());
            return true;
          });
    } catch (RuntimeException e) {
      if (first.isEmpty()) {
        throw e;
      }
      return afterFailure(claim, first.getFirst(), cause(e));
    }
  }

  /// Counts the failure; answers whether the lane goes on.
  private boolean afterFailure(LaneStore.Claim claim, WaitingFact fact, String error) {
    int failures = fact.failures() + 1;
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
                fact.id(),
                fact.kind(),
                tenant,
                failures,
                error);
            facts.finish(
                tx,
                tenant,
                List.of(new FactStore.End(fact.lane(), fact.id(), "dead", error, null, failures)),
                List.of(),
                now);
            return true;
          }
          Instant next = now.plus(schedule.after(failures, ThreadLocalRandom.current()));
          LOG.warn(
              "fact {} ({}) of {} failed {} times, next try at {}: {}",
              fact.id(),
              fact.kind(),
              tenant,
              failures,
              next,
              error);
          facts.noteFailure(tx, tenant, fact, error);
          lanes.hold(tx, claim, next);
          return false;
        });
  }

  private WaitingFact open(TenantId tenant, FactStore.Row row) {
    return new WaitingFact(
        row.id,
        row.lane,
        row.receivedEvent,
        row.ordinal,
        row.kind,
        row.object,
        row.occurredAt,
        row.failures,
        vault.openBody(tenant, row.receivedEvent, row.sealed));
  }

  private static String cause(RuntimeException e) {
    Throwable root = e;
    for (Throwable next = e.getCause(); next != null; next = next.getCause()) {
      root = next;
    }
    String text = root.getClass().getSimpleName() + ": " + root.getMessage();
    return text.substring(0, Math.min(text.length(), ERROR_CHARS_MAX));
  }
}
