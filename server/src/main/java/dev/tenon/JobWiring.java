package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.work.JobHandler;
import dev.tenon.work.JobWorkers;
import dev.tenon.work.Jobs;
import java.time.Duration;
import java.util.List;

/// Jobs: durable follow-up work, and the workers that do it.
record JobWiring(Jobs jobs, JobWorkers workers) {
  private static final int TENANTS_AT_ONCE_MAX = 8;

  static JobWiring of(
      Config.Jobs settings, Foundation base, Signals signals, List<JobHandler> handlers) {
    var jobs = new Jobs(handlers, base.ids(), base.clock(), signals.jobsMade(), base.meters());
    var workers =
        new JobWorkers(
            base.database(),
            jobs,
            signals.jobsMade(),
            base.clock(),
            new JobWorkers.Limits(
                settings.workers(),
                TENANTS_AT_ONCE_MAX,
                settings.batchSizeMax(),
                Duration.ofSeconds(settings.leaseSeconds()),
                Duration.ofMillis(settings.pollMilliseconds())));
    return new JobWiring(jobs, workers);
  }
}
