package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.inbox.Inbox;
import dev.tenon.reconciliation.EventSource;
import dev.tenon.reconciliation.ListedEvents;
import dev.tenon.reconciliation.ReconciliationWork;
import dev.tenon.reconciliation.Reconciliations;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import java.time.Duration;
import java.util.List;

/// What providers never sent: the job that looks for it, and what has it started.
final class ReconciliationWiring {
  private ReconciliationWiring() {}

  static JobHandler work(Foundation base, Inbox inbox, List<EventSource> sources) {
    return new ReconciliationWork(
        base.database(),
        base.connections(),
        sources,
        new ListedEvents(base.database(), inbox, base.ids(), base.meters()),
        base.clock(),
        base.meters());
  }

  static Reconciliations of(
      Config.Reconciliation settings, Foundation base, List<EventSource> sources, Jobs jobs) {
    return new Reconciliations(
        base.database(),
        base.connections(),
        sources,
        jobs,
        base.ids(),
        base.clock(),
        base.meters(),
        new Reconciliations.Pace(
            Duration.ofMinutes(settings.everyMinutes()),
            Duration.ofMinutes(settings.graceMinutes())));
  }
}
