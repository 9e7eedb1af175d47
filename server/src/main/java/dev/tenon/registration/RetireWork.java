package dev.tenon.registration;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.db.Database;
import dev.tenon.http.ProblemException;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/// Removes endpoints at providers whose successors have been there long enough.
public final class RetireWork implements JobHandler {
  static final String KIND = "webhook.remove-replaced";

  private static final RetrySchedule SCHEDULE =
      new RetrySchedule(
          List.of(
              Duration.ofMinutes(1),
              Duration.ofMinutes(10),
              Duration.ofHours(1),
              Duration.ofHours(6),
              Duration.ofHours(24),
              Duration.ofHours(24)),
          0.2);

  private final Database database;
  private final Connections connections;
  private final Map<String, EndpointRegistrar> registrars;
  private final InstantSource clock;
  private final RegistrationStore store = new RegistrationStore();

  public RetireWork(
      Database database,
      Connections connections,
      List<EndpointRegistrar> registrars,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.registrars =
        registrars.stream().collect(Collectors.toMap(EndpointRegistrar::provider, one -> one));
    this.clock = clock;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public RetrySchedule schedule() {
    return SCHEDULE;
  }

  @Override
  public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
    for (Job job : batch) {
      JobEnd end;
      try {
        end = remove(tenant, UUID.fromString(job.payload()));
      } catch (ProblemException e) {
        end = new JobEnd.Failed(e.detail(), null);
      }
      JobEnd ended = end;
      database.useEngine(tx -> jobs.end(tx, tenant, Map.of(job, ended)));
    }
  }

  private JobEnd remove(TenantId tenant, UUID id) {
    Optional<Registration> found =
        database
            .asTenant(tenant, tx -> store.find(tx, id))
            .filter(one -> one.state() == Registration.State.RETIRING);
    if (found.isEmpty()) {
      return new JobEnd.Done("nothing is to be removed any more");
    }
    Registration one = found.get();
    var connection = new ConnectionId(one.connection());
    Optional<EndpointRegistrar.Account> account =
        database
            .asTenant(tenant, tx -> connections.find(tx, connection))
            .flatMap(of -> Optional.ofNullable(registrars.get(of.provider())))
            .flatMap(registrar -> registrar.open(tenant, connection));
    if (account.isEmpty()) {
      return new JobEnd.Failed(
          "the connection is disabled or has no key; its endpoint %s is still there"
              .formatted(one.endpoint()),
          null);
    }
    account.get().delete(one.endpoint());
    boolean _ =
        database.asTenant(
            tenant,
            tx ->
                store.move(
                    tx,
                    id,
                    Registration.State.RETIRING,
                    Registration.State.RETIRED,
                    one.retireAt(),
                    clock.instant()));
    return new JobEnd.Done("removed the endpoint " + one.endpoint());
  }
}
