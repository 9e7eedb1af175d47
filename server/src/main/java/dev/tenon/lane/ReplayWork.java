package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.replay.ReplayStep;
import dev.tenon.replay.ReplaySteps;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.InstantSource;
import java.util.UUID;

/// Works bulk replays of facts off, as [ReplaySteps] tells.
public final class ReplayWork extends ReplaySteps<Replay> {
  static final String KIND = "facts.replay";

  private static final int STEP_FACTS_MAX = 500;
  private static final int STEP_LANES_MAX = 100;

  private final ReplayStore store;

  /// @param factsReady raised when facts were put back
  public ReplayWork(Database database, Signal factsReady, InstantSource clock) {
    this(database, new ReplayStore(), factsReady, clock);
  }

  private ReplayWork(Database database, ReplayStore store, Signal factsReady, InstantSource clock) {
    super(database, store, factsReady, clock);
    this.store = store;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  protected int left(Replay replay) {
    return replay.filter().factsMax() - replay.replayed();
  }

  @Override
  protected ReplayStep putBack(EngineTx tx, TenantId tenant, Replay replay, UUID cursor, int left) {
    ReplayFilter filter = replay.filter();
    return (filter.state() == ReplayFilter.State.HELD
            ? store.free(tx, tenant, filter, cursor, Math.min(left, STEP_LANES_MAX))
            : store.putBack(tx, tenant, filter, cursor, Math.min(left, STEP_FACTS_MAX)))
        .orElse(ReplayStep.none(cursor));
  }
}
