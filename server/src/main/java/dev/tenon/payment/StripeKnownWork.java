package dev.tenon.payment;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.stripe.StripeLookUps;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import dev.tenon.work.RetrySchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// Has all subscriptions of a connection fetched that are known and not known to have ended: after
/// a gap that is older than what Stripe tells of. A step makes the fetches of some, spread over the
/// time that they may take, and the next step.
public final class StripeKnownWork implements JobHandler {
  static final String JOB = "stripe.fetch-known";

  private static final int STEP = 100;
  private static final Duration BETWEEN = Duration.ofMillis(250);
  private static final RetrySchedule SCHEDULE =
      new RetrySchedule(
          List.of(Duration.ofSeconds(10), Duration.ofMinutes(5), Duration.ofHours(1)), 0.2);

  private final Database database;
  private final InstantSource clock;
  private final PaymentViews views = new PaymentViews();

  public StripeKnownWork(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  static NewJob from(ConnectionId connection) {
    return NewJob.of(JOB, connection.uuid() + " ", null);
  }

  @Override
  public String kind() {
    return JOB;
  }

  @Override
  public RetrySchedule schedule() {
    return SCHEDULE;
  }

  @Override
  public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
    for (Job job : batch) {
      int space = job.payload().indexOf(' ');
      UUID connection = UUID.fromString(job.payload().substring(0, space));
      Step step = step(tenant, connection, job.payload().substring(space + 1));
      List<String> known = step.living();
      JobEnd end = new JobEnd.Done("%d subscriptions are asked for".formatted(known.size()));
      database.useEngine(
          tx -> {
            boolean _ =
                tx.asTenant(
                    tenant,
                    inTenant -> {
                      jobs.make(inTenant, next(connection, step));
                      return true;
                    });
            jobs.end(tx, tenant, Map.of(job, end));
          });
    }
  }

  /// @param living those that are asked for
  /// @param last where the next step goes on; empty where there is none
  record Step(List<String> living, String last) {}

  Step step(TenantId tenant, UUID connection, String after) {
    if (tenant.equals(TenantId.PLATFORM)) {
      Map<String, TenantId> found =
          database.asEngine(tx -> PlatformObjects.subscriptions(tx, connection, after, STEP));
      Set<String> ended = new HashSet<>();
      for (TenantId owner : Set.copyOf(found.values())) {
        List<String> own =
            found.keySet().stream().filter(id -> owner.equals(found.get(id))).toList();
        ended.addAll(database.asTenant(owner, tx -> views.ended(tx, connection, own)));
      }
      List<String> all = List.copyOf(found.keySet());
      return new Step(
          all.stream().filter(id -> !ended.contains(id)).toList(),
          all.size() == STEP ? all.getLast() : "");
    }
    List<String> living =
        database.asTenant(tenant, tx -> views.livingAfter(tx, connection, after, STEP));
    return new Step(living, living.size() == STEP ? living.getLast() : "");
  }

  private List<NewJob> next(UUID connection, Step step) {
    Instant at = clock.instant();
    List<NewJob> next = new ArrayList<>();
    for (String id : step.living()) {
      next.add(new FetchWish(connection, StripeLookUps.Kind.SUBSCRIPTION, id).job(null, at));
      at = at.plus(BETWEEN);
    }
    if (!step.last().isEmpty()) {
      next.add(new NewJob(JOB, 1, connection + " " + step.last(), null, NewJob.ORDINARY, at));
    }
    return next;
  }
}
