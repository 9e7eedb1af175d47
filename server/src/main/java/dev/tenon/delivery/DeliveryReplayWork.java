package dev.tenon.delivery;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.replay.ReplayStep;
import dev.tenon.replay.ReplaySteps;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.InstantSource;
import java.util.UUID;

/// Works bulk replays of deliveries off, as [ReplaySteps] tells.
public final class DeliveryReplayWork extends ReplaySteps<DeliveryReplay> {
  static final String KIND = "deliveries.replay";

  private static final int STEP_MAX = 500;

  private final DeliveryReplayStore store;

  /// @param ready raised when deliveries were put back
  public DeliveryReplayWork(Database database, Signal ready, InstantSource clock) {
    this(database, new DeliveryReplayStore(), ready, clock);
  }

  private DeliveryReplayWork(
      Database database, DeliveryReplayStore store, Signal ready, InstantSource clock) {
    super(database, store, ready, clock);
    this.store = store;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  protected int left(DeliveryReplay replay) {
    return replay.filter().deliveriesMax() - replay.replayed();
  }

  @Override
  protected ReplayStep putBack(
      EngineTx tx, TenantId tenant, DeliveryReplay replay, UUID cursor, int left) {
    return store
        .step(tx, tenant, replay.filter(), cursor, Math.min(left, STEP_MAX))
        .orElse(ReplayStep.none(cursor));
  }
}
