package dev.tenon.work;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of jobs.
final class JobStore {

  void insert(TenantTx tx, List<UUID> ids, List<NewJob> jobs, Instant now) {
    var wakeAt = new ArrayList<@Nullable OffsetDateTime>(jobs.size());
    for (NewJob job : jobs) {
      Instant notBefore = job.notBefore();
      wakeAt.add(notBefore == null ? null : notBefore.atOffset(java.time.ZoneOffset.UTC));
    }
    tx.handle()
        .createUpdate(
            """
            insert into waiting_job (tenant_id, id, kind, version, payload, cause_id, priority,
              created_at, wake_at)
            select :tenant, j.id, j.kind, j.version, j.payload, j.cause_id, j.priority, :now,
              j.wake_at
            from unnest(:ids::uuid[], :kinds::text[], :versions::int[], :payloads::text[],
              :causes::uuid[], :priorities::int[], :wake_at::timestamptz[])
              as j (id, kind, version, payload, cause_id, priority, wake_at)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", now)
        .bindArray("ids", UUID.class, ids)
        .bindArray("kinds", String.class, jobs.stream().map(NewJob::kind).toList())
        .bindArray("versions", Integer.class, jobs.stream().map(NewJob::version).toList())
        .bindArray("payloads", String.class, jobs.stream().map(NewJob::payload).toList())
        .bindArray("causes", UUID.class, jobs.stream().map(NewJob::cause).toList())
        .bindArray("priorities", Integer.class, jobs.stream().map(NewJob::priority).toList())
        .bindArray("wake_at", OffsetDateTime.class, wakeAt)
        .execute();
  }

  // Fair like the claim of lanes: hop from tenant to tenant, a bounded number of jobs each.
  private static final String CLAIM =
      """
      with recursive tenants as (
        (select tenant_id from waiting_job where wake_at is null and tenant_id > :after
         order by tenant_id limit 1)
        union all
        select (select w.tenant_id from waiting_job w
                where w.wake_at is null and w.tenant_id > t.tenant_id
                order by w.tenant_id limit 1)
        from tenants t where t.tenant_id is not null
      ), served as (
        select tenant_id from tenants where tenant_id is not null limit :tenants
      ), wanted as (
        select c.tenant_id, c.id from served s cross join lateral (
          select w.tenant_id, w.id from waiting_job w
          where w.tenant_id = s.tenant_id and w.wake_at is null and w.kind = any(:kinds)
          order by w.priority, w.id limit :jobs
          for update skip locked
        ) c
      )
      update waiting_job w
      set token = nextval('job_token'), wake_at = :until, starts = w.starts + 1
      from wanted
      where w.tenant_id = wanted.tenant_id and w.id = wanted.id
      returning w.tenant_id, w.id, w.kind, w.version, w.payload, w.cause_id, w.failures, w.starts,
        w.created_at, w.token
      """;

  List<Job> claim(
      EngineTx tx, List<String> kinds, UUID after, int tenants, int jobs, Instant until) {
    return tx.handle()
        .createQuery(CLAIM)
        .bindArray("kinds", String.class, kinds)
        .bind("after", after)
        .bind("tenants", tenants)
        .bind("jobs", jobs)
        .bind("until", until)
        .map(
            (row, context) ->
                new Job(
                    new TenantId(row.getObject("tenant_id", UUID.class)),
                    row.getObject("id", UUID.class),
                    row.getString("kind"),
                    row.getInt("version"),
                    row.getString("payload"),
                    row.getObject("cause_id", UUID.class),
                    row.getInt("failures"),
                    row.getInt("starts"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    row.getLong("token")))
        .list();
  }

  /// A job that leaves the queue.
  record Finished(Job job, String state, String result, int failures) {}

  /// A job that stays and sleeps.
  record Asleep(Job job, int failures, String error, Instant wakeAt) {}

  int finish(EngineTx tx, TenantId tenant, List<Finished> ends, Instant now) {
    if (ends.isEmpty()) {
      return 0;
    }
    return tx.handle()
        .createUpdate(
            """
            with gone as (
              delete from waiting_job w
              using unnest(:ids::uuid[], :tokens::bigint[], :states::text[], :results::text[],
                :failures::int[]) as e (id, token, state, result, failures)
              where w.tenant_id = :tenant and w.id = e.id and w.token = e.token
              returning w.tenant_id, w.id, w.kind, w.version, w.payload, w.cause_id, w.priority,
                w.created_at, e.state, e.result, e.failures, w.starts
            )
            insert into job (tenant_id, id, kind, version, payload, cause_id, priority, created_at,
              state, result, failures, starts, finished_at)
            select *, :now from gone
            """)
        .bind("tenant", tenant.uuid())
        .bind("now", now)
        .bindArray("ids", UUID.class, ends.stream().map(end -> end.job().id()).toList())
        .bindArray("tokens", Long.class, ends.stream().map(end -> end.job().token()).toList())
        .bindArray("states", String.class, ends.stream().map(Finished::state).toList())
        .bindArray("results", String.class, ends.stream().map(Finished::result).toList())
        .bindArray("failures", Integer.class, ends.stream().map(Finished::failures).toList())
        .execute();
  }

  int sleep(EngineTx tx, TenantId tenant, List<Asleep> asleep) {
    if (asleep.isEmpty()) {
      return 0;
    }
    return tx.handle()
        .createUpdate(
            """
            update waiting_job w
            set wake_at = e.wake_at, failures = e.failures, last_error = e.error, token = null
            from unnest(:ids::uuid[], :tokens::bigint[], :failures::int[], :errors::text[],
              :wake_at::timestamptz[]) as e (id, token, failures, error, wake_at)
            where w.tenant_id = :tenant and w.id = e.id and w.token = e.token
            """)
        .bind("tenant", tenant.uuid())
        .bindArray("ids", UUID.class, asleep.stream().map(end -> end.job().id()).toList())
        .bindArray("tokens", Long.class, asleep.stream().map(end -> end.job().token()).toList())
        .bindArray("failures", Integer.class, asleep.stream().map(Asleep::failures).toList())
        .bindArray("errors", String.class, asleep.stream().map(Asleep::error).toList())
        .bindArray(
            "wake_at",
            OffsetDateTime.class,
            asleep.stream().map(end -> end.wakeAt().atOffset(java.time.ZoneOffset.UTC)).toList())
        .execute();
  }

  /// Like [#finish] for jobs of any tenants; answers the ids of those whose token was right.
  List<UUID> finishHeld(EngineTx tx, List<Finished> ends, Instant now) {
    if (ends.isEmpty()) {
      return List.of();
    }
    return tx.handle()
        .createQuery(
            """
            with gone as (
              delete from waiting_job w
              using unnest(:tenants::uuid[], :ids::uuid[], :tokens::bigint[], :states::text[],
                :results::text[], :failures::int[])
                as e (tenant_id, id, token, state, result, failures)
              where w.tenant_id = e.tenant_id and w.id = e.id and w.token = e.token
              returning w.tenant_id, w.id, w.kind, w.version, w.payload, w.cause_id, w.priority,
                w.created_at, e.state, e.result, e.failures, w.starts
            )
            insert into job (tenant_id, id, kind, version, payload, cause_id, priority, created_at,
              state, result, failures, starts, finished_at)
            select *, :now from gone
            returning id
            """)
        .bind("now", now)
        .bindArray("tenants", UUID.class, ends.stream().map(e -> e.job().tenant().uuid()).toList())
        .bindArray("ids", UUID.class, ends.stream().map(end -> end.job().id()).toList())
        .bindArray("tokens", Long.class, ends.stream().map(end -> end.job().token()).toList())
        .bindArray("states", String.class, ends.stream().map(Finished::state).toList())
        .bindArray("results", String.class, ends.stream().map(Finished::result).toList())
        .bindArray("failures", Integer.class, ends.stream().map(Finished::failures).toList())
        .mapTo(UUID.class)
        .list();
  }

  /// Like [#sleep] for jobs of any tenants; answers the ids of those whose token was right.
  List<UUID> sleepHeld(EngineTx tx, List<Asleep> asleep) {
    if (asleep.isEmpty()) {
      return List.of();
    }
    return tx.handle()
        .createQuery(
            """
            update waiting_job w
            set wake_at = e.wake_at, failures = e.failures, last_error = e.error, token = null
            from unnest(:tenants::uuid[], :ids::uuid[], :tokens::bigint[], :failures::int[],
              :errors::text[], :wake_at::timestamptz[])
              as e (tenant_id, id, token, failures, error, wake_at)
            where w.tenant_id = e.tenant_id and w.id = e.id and w.token = e.token
            returning w.id
            """)
        .bindArray(
            "tenants", UUID.class, asleep.stream().map(e -> e.job().tenant().uuid()).toList())
        .bindArray("ids", UUID.class, asleep.stream().map(end -> end.job().id()).toList())
        .bindArray("tokens", Long.class, asleep.stream().map(end -> end.job().token()).toList())
        .bindArray("failures", Integer.class, asleep.stream().map(Asleep::failures).toList())
        .bindArray("errors", String.class, asleep.stream().map(Asleep::error).toList())
        .bindArray(
            "wake_at",
            OffsetDateTime.class,
            asleep.stream().map(end -> end.wakeAt().atOffset(java.time.ZoneOffset.UTC)).toList())
        .mapTo(UUID.class)
        .list();
  }

  /// Wakes jobs whose time has come, among them those whose worker died: their lease is over.
  int wake(EngineTx tx, Instant now, int limit) {
    return tx.handle()
        .createUpdate(
            """
            update waiting_job w set wake_at = null, token = null
            from (
              select tenant_id, id from waiting_job where wake_at <= :now
              order by wake_at limit :limit for update skip locked
            ) due
            where w.tenant_id = due.tenant_id and w.id = due.id
            """)
        .bind("now", now)
        .bind("limit", limit)
        .execute();
  }

  boolean replay(EngineTx tx, TenantId tenant, UUID id) {
    return tx.handle()
            .createUpdate(
                """
                with back as (
                  delete from job where tenant_id = :tenant and id = :id
                  returning tenant_id, id, kind, version, payload, cause_id, priority, created_at,
                    starts
                )
                insert into waiting_job (tenant_id, id, kind, version, payload, cause_id, priority,
                  created_at, starts)
                select * from back
                """)
            .bind("tenant", tenant.uuid())
            .bind("id", id)
            .execute()
        == 1;
  }
}
