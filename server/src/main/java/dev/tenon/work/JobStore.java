package dev.tenon.work;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
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

  // Fair like the claim of lanes: hop from tenant to tenant, and take one batch of each: the kind
  // of
  // its first job, by priority and age. Hopping by kind, so that jobs that this node doesn't know
  // cost it nothing, however many there are.
  // Limits stand in the text: the engine's plans are made without looking at parameters, and a
  // limit
  // that isn't known is taken for a tenth of the table.
  // A tenant that has its share of this node's places (`full`) gets more for urgent jobs only. A
  // job
  // whose worker was lost more than once goes by itself, so that the next death has one suspect.
  private static final String CLAIM =
      """
      with recursive tenants as (
        select n.tenant_id from (
          select f.tenant_id from unnest(:kinds::text[]) as k (kind) cross join lateral (
            select w.tenant_id from waiting_job w
            where w.kind = k.kind and w.wake_at is null and w.tenant_id > :after
            order by w.tenant_id limit 1
          ) f
          order by f.tenant_id limit 1
        ) n
        union all
        select n.tenant_id from tenants t cross join lateral (
          select f.tenant_id from unnest(:kinds::text[]) as k (kind) cross join lateral (
            select w.tenant_id from waiting_job w
            where w.kind = k.kind and w.wake_at is null and w.tenant_id > t.tenant_id
            order by w.tenant_id limit 1
          ) f
          order by f.tenant_id limit 1
        ) n
      ), served as materialized (
        select t.tenant_id, u.kind, u.id, u.deaths > 1 as alone,
          t.tenant_id = any(:full::uuid[]) as is_full
        from tenants t cross join lateral (
          select k.kind, f.id, f.priority, f.deaths
          from unnest(:kinds::text[]) as k (kind) cross join lateral (
            select w.id, w.priority, w.deaths from waiting_job w
            where w.kind = k.kind and w.tenant_id = t.tenant_id and w.wake_at is null
            order by w.priority, w.id limit 1
          ) f
          order by f.priority, f.id limit 1
        ) u
        where u.priority <= :urgent or t.tenant_id <> all(:full::uuid[])
        limit %1$d
      ), wanted as materialized (
        select c.tenant_id, c.id from served s cross join lateral (
          select w.tenant_id, w.id from waiting_job w
          where w.kind = s.kind and w.tenant_id = s.tenant_id and w.wake_at is null
            and (not s.is_full or w.priority <= :urgent)
            and case when s.alone then w.id = s.id else w.deaths <= 1 end
          order by w.priority, w.id limit %2$d
          for update skip locked
        ) c
      ), taken as (
        update waiting_job w
        set token = nextval('job_token'), wake_at = :until, starts = least(w.starts + 1, 32767)
        from wanted
        where w.tenant_id = wanted.tenant_id and w.id = wanted.id
        returning w.tenant_id, w.id, w.kind, w.version, w.payload, w.cause_id, w.priority,
          w.failures, w.starts, w.deaths, w.created_at, w.token
      )
      select * from taken
      union all
      (select tenant_id, null, null, null, null, null, null, null, null, null, null, null
       from served order by tenant_id desc
       limit case when (select count(*) from served) < %1$d then 0 else 1 end)
      """;

  /// What to claim.
  ///
  /// @param kinds those that this node knows
  /// @param after only tenants after this one
  /// @param tenants tenants at most, one batch each
  /// @param jobs jobs in a batch at most
  /// @param full tenants that get urgent jobs only
  /// @param urgent the last priority that is urgent; -1 for none
  record Ask(List<String> kinds, UUID after, int tenants, int jobs, List<UUID> full, int urgent) {

    String within(String sql) {
      return sql.formatted(tenants, jobs);
    }
  }

  /// What a claim found.
  ///
  /// @param jobs the jobs taken; those of one tenant are of one kind
  /// @param last the last tenant that was looked at; empty when there is none after it
  record Claimed(List<Job> jobs, Optional<UUID> last) {}

  Claimed claim(EngineTx tx, Ask ask, Instant until) {
    List<Job> jobs = new ArrayList<>();
    var last = new AtomicReference<@Nullable UUID>();
    tx.handle()
        .createQuery(ask.within(CLAIM))
        .bindArray("kinds", String.class, ask.kinds())
        .bind("after", ask.after())
        .bindArray("full", UUID.class, ask.full())
        .bind("urgent", ask.urgent())
        .bind("until", until)
        .map(
            (row, _) -> {
              UUID tenant = row.getObject("tenant_id", UUID.class);
              if (row.getObject("id", UUID.class) == null) {
                last.set(tenant);
              } else {
                jobs.add(job(tenant, row));
              }
              return tenant;
            })
        .forEach(_ -> {});
    jobs.sort(Comparator.comparingInt(Job::priority).thenComparing(job -> job.id().toString()));
    return new Claimed(jobs, Optional.ofNullable(last.get()));
  }

  private static Job job(UUID tenant, ResultSet row) throws SQLException {
    return new Job(
        new TenantId(tenant),
        row.getObject("id", UUID.class),
        row.getString("kind"),
        row.getInt("version"),
        row.getString("payload"),
        row.getObject("cause_id", UUID.class),
        row.getInt("priority"),
        row.getInt("failures"),
        row.getInt("starts"),
        row.getInt("deaths"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getLong("token"));
  }

  /// Prolongs the leases of those of `jobs` that are still this worker's. Not by a transaction that
  /// anybody could have to wait for: rows that somebody has locked are being ended.
  void renew(EngineTx tx, List<Job> jobs, Instant until) {
    tx.handle()
        .createUpdate(
            """
            update waiting_job w set wake_at = :until
            from (
              select w.tenant_id, w.id from unnest(:tenants::uuid[], :ids::uuid[], :tokens::bigint[])
                as e (tenant_id, id, token)
              join waiting_job w on w.tenant_id = e.tenant_id and w.id = e.id and w.token = e.token
              for update of w skip locked
            ) held
            where w.tenant_id = held.tenant_id and w.id = held.id
            """)
        .bind("until", until)
        .bindArray("tenants", UUID.class, jobs.stream().map(job -> job.tenant().uuid()).toList())
        .bindArray("ids", UUID.class, jobs.stream().map(Job::id).toList())
        .bindArray("tokens", Long.class, jobs.stream().map(Job::token).toList())
        .execute();
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
            set wake_at = e.wake_at, failures = e.failures, last_error = e.error, token = null,
              deaths = 0, begun = false
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
            set wake_at = e.wake_at, failures = e.failures, last_error = e.error, token = null,
              deaths = 0, begun = false
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

  /// Notes that a job whose workers were lost is begun by itself: if this one is lost as well, it
  /// is to blame. Answers whether it is still this worker's.
  boolean begin(EngineTx tx, Job job) {
    return tx.handle()
            .createUpdate(
                """
                update waiting_job set begun = true
                where tenant_id = :tenant and id = :id and token = :token
                """)
            .bind("tenant", job.tenant().uuid())
            .bind("id", job.id())
            .bind("token", job.token())
            .execute()
        == 1;
  }

  /// Puts a job that was not begun back as it was, asleep until `wakeAt`.
  void putBack(EngineTx tx, Job job, Instant wakeAt) {
    tx.handle()
        .createUpdate(
            """
            update waiting_job set token = null, wake_at = :wake_at
            where tenant_id = :tenant and id = :id and token = :token
            """)
        .bind("tenant", job.tenant().uuid())
        .bind("id", job.id())
        .bind("token", job.token())
        .bind("wake_at", wakeAt)
        .execute();
  }

  /// Wakes jobs whose time has come, among them those whose worker died: their lease is over, which
  /// is counted. Answers how many; `limit` bounds one call: whoever gets that many calls again.
  int wake(EngineTx tx, Instant now, int limit) {
    return tx.handle()
        .createUpdate(
            """
            update waiting_job w set wake_at = null, token = null,
              deaths = case
                when w.token is null or (w.deaths > 1 and not w.begun) then w.deaths
                else least(w.deaths + 1, 1000) end,
              begun = false
            from (
              select tenant_id, id from waiting_job where wake_at <= :now
              order by wake_at limit %d for update skip locked
            ) due
            where w.tenant_id = due.tenant_id and w.id = due.id
            """
                .formatted(limit))
        .bind("now", now)
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
