package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.lane.FactApplier;
import dev.tenon.lane.LaneRun;
import dev.tenon.lane.LaneWorkers;
import dev.tenon.lane.Replays;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Facts, applied lane by lane, and had applied anew.
record LaneWiring(LaneWorkers workers, Replays replays) {
  private static final int TENANTS_AT_ONCE_MAX = 16;

  /// @param appliers one for each provider whose webhooks change state
  /// @param intakeBusy while it is, lanes give way
  static LaneWiring of(
      Config.Lanes settings,
      Foundation base,
      Signals signals,
      SealedDelivery sealed,
      List<FactApplier> appliers,
      Jobs jobs,
      BooleanSupplier intakeBusy) {
    var run =
        new LaneRun(
            base.database(),
            appliers,
            (tenant, event, stored) -> sealed.open(tenant, event, stored).body(),
            RetrySchedule.FACTS,
            base.clock(),
            settings.batchSizeMax(),
            base.meters());
    var workers =
        new LaneWorkers(
            base.database(),
            run,
            signals.factsStored(),
            intakeBusy,
            base.clock(),
            new LaneWorkers.Limits(
                settings.workers(),
                settings.batchSizeMax(),
                TENANTS_AT_ONCE_MAX,
                settings.batchSizeMax(),
                Duration.ofSeconds(settings.leaseSeconds()),
                Duration.ofMillis(settings.pollMilliseconds())));
    var replays =
        new Replays(base.database(), signals.factsStored(), jobs, base.ids(), base.clock());
    return new LaneWiring(workers, replays);
  }
}
