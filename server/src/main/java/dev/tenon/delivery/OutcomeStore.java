package dev.tenon.delivery;

import dev.tenon.db.EngineTx;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/// The SQL by which ends of deliveries are written, those of many tenants in one statement. Each
/// delivery carries its tenant and is fenced by its token.
final class OutcomeStore {

  /// Moves those that are over to history. Answers the ids of those that were still ours.
  Set<UUID> finish(EngineTx tx, List<Ended> ends, Instant now) {
    if (ends.isEmpty()) {
      return Set.of();
    }
    return new HashSet<>(
        tx.handle()
            .createQuery(
                """
                with gone as (
                  delete from waiting_delivery w
                  using unnest(:tenants::uuid[], :ids::uuid[], :tokens::bigint[], :states::text[],
                    :reasons::text[], :attempts::int[], :statuses::int[])
                    as e (tenant_id, id, token, state, reason, attempts, status)
                  where w.tenant_id = e.tenant_id and w.id = e.id and w.token = e.token
                  returning w.tenant_id, w.id, w.endpoint_id, w.event_tenant_id, w.event_id, w.type,
                    w.about, w.ordered, w.created_at, e.state, e.attempts, w.starts,
                    coalesce(e.status, w.last_status) as status, e.reason
                )
                insert into delivery (tenant_id, id, endpoint_id, event_tenant_id, event_id, type,
                  about, ordered, created_at, state, attempts, starts, last_status, reason,
                  finished_at)
                select *, :now from gone
                returning id
                """)
            .bind("now", now)
            .bindArray("tenants", UUID.class, tenants(ends))
            .bindArray("ids", UUID.class, ids(ends))
            .bindArray("tokens", Long.class, tokens(ends))
            .bindArray("states", String.class, ends.stream().map(OutcomeStore::state).toList())
            .bindArray("reasons", String.class, ends.stream().map(OutcomeStore::words).toList())
            .bindArray("attempts", Integer.class, ends.stream().map(Ended::attempts).toList())
            .bindArray("statuses", Integer.class, ends.stream().map(Ended::status).toList())
            .mapTo(UUID.class)
            .list());
  }

  /// Lays those that are tried again to sleep. Answers the ids of those that were still ours.
  Set<UUID> sleep(EngineTx tx, List<Ended> ends) {
    if (ends.isEmpty()) {
      return Set.of();
    }
    return new HashSet<>(
        tx.handle()
            .createQuery(
                """
                update waiting_delivery w
                set wake_at = e.wake_at, attempts = e.attempts, failures = e.failures,
                  last_status = e.status, last_error = e.error, token = null
                from unnest(:tenants::uuid[], :ids::uuid[], :tokens::bigint[],
                  :wake_at::timestamptz[], :attempts::int[], :failures::int[], :statuses::int[],
                  :errors::text[])
                  as e (tenant_id, id, token, wake_at, attempts, failures, status, error)
                where w.tenant_id = e.tenant_id and w.id = e.id and w.token = e.token
                returning w.id
                """)
            .bindArray("tenants", UUID.class, tenants(ends))
            .bindArray("ids", UUID.class, ids(ends))
            .bindArray("tokens", Long.class, tokens(ends))
            .bindArray(
                "wake_at",
                OffsetDateTime.class,
                ends.stream().map(end -> offset(end.nextAt())).toList())
            .bindArray("attempts", Integer.class, ends.stream().map(Ended::attempts).toList())
            .bindArray("failures", Integer.class, ends.stream().map(Ended::failures).toList())
            .bindArray("statuses", Integer.class, ends.stream().map(Ended::status).toList())
            .bindArray("errors", String.class, ends.stream().map(OutcomeStore::words).toList())
            .mapTo(UUID.class)
            .list());
  }

  /// A call and whose it is.
  record Attempt(Ended end, CallEnd call) {}

  void insertAttempts(EngineTx tx, List<Attempt> attempts) {
    if (attempts.isEmpty()) {
      return;
    }
    List<CallEnd> calls = attempts.stream().map(Attempt::call).toList();
    List<Ended> ends = attempts.stream().map(Attempt::end).toList();
    tx.handle()
        .createUpdate(
            """
            insert into delivery_attempt (tenant_id, delivery_id, number, outcome, status, headers,
              body, error, url, duration_ms, started_at, next_at)
            select a.tenant_id, a.delivery_id, a.number, a.outcome, a.status, a.headers::jsonb, a.body,
              a.error, a.url, a.duration_ms, a.started_at, a.next_at
            from unnest(:tenants::uuid[], :ids::uuid[], :numbers::int[], :outcomes::text[],
              :statuses::int[], :headers::text[], :bodies::text[], :errors::text[], :urls::text[],
              :durations::int[], :started::timestamptz[], :next::timestamptz[])
              as a (tenant_id, delivery_id, number, outcome, status, headers, body, error, url,
                duration_ms, started_at, next_at)
            on conflict do nothing
            """)
        .bindArray("tenants", UUID.class, tenants(ends))
        .bindArray("ids", UUID.class, ids(ends))
        .bindArray("numbers", Integer.class, ends.stream().map(Ended::number).toList())
        .bindArray(
            "outcomes",
            String.class,
            calls.stream().map(call -> call.outcome().name().toLowerCase(Locale.ROOT)).toList())
        .bindArray("statuses", Integer.class, calls.stream().map(CallEnd::status).toList())
        .bindArray(
            "headers",
            String.class,
            calls.stream()
                .map(call -> JsonMapper.shared().writeValueAsString(call.headers()))
                .toList())
        .bindArray("bodies", String.class, calls.stream().map(CallEnd::body).toList())
        .bindArray("errors", String.class, calls.stream().map(CallEnd::error).toList())
        .bindArray("urls", String.class, calls.stream().map(CallEnd::url).toList())
        .bindArray(
            "durations",
            Integer.class,
            calls.stream()
                .map(call -> (int) Math.min(Integer.MAX_VALUE, call.took().toMillis()))
                .toList())
        .bindArray(
            "started",
            OffsetDateTime.class,
            calls.stream().map(call -> call.startedAt().atOffset(ZoneOffset.UTC)).toList())
        .bindArray(
            "next", OffsetDateTime.class, ends.stream().map(end -> offset(end.nextAt())).toList())
        .execute();
  }

  /// Makes the next one of the same object ready, for those that are over and were ordered. One
  /// that has failed before keeps its own time.
  int wakeNext(EngineTx tx, List<Ended> over) {
    if (over.isEmpty()) {
      return 0;
    }
    return tx.handle()
        .createUpdate(
            """
            update waiting_delivery w set wake_at = null
            from (
              select distinct e.tenant_id, e.endpoint_id, e.about
              from unnest(:tenants::uuid[], :endpoints::uuid[], :abouts::text[])
                as e (tenant_id, endpoint_id, about)
            ) e
            cross join lateral (
              select n.id from waiting_delivery n
              where n.ordered and n.tenant_id = e.tenant_id and n.endpoint_id = e.endpoint_id
                and n.about = e.about
              order by n.seq limit 1
            ) first
            where w.tenant_id = e.tenant_id and w.id = first.id and w.token is null
              and w.failures = 0
            """)
        .bindArray("tenants", UUID.class, tenants(over))
        .bindArray(
            "endpoints", UUID.class, over.stream().map(e -> e.delivery().endpoint()).toList())
        .bindArray("abouts", String.class, over.stream().map(e -> e.delivery().about()).toList())
        .execute();
  }

  private static List<UUID> tenants(List<Ended> ends) {
    return ends.stream().map(end -> end.delivery().tenant().uuid()).toList();
  }

  private static List<UUID> ids(List<Ended> ends) {
    return ends.stream().map(end -> end.delivery().id()).toList();
  }

  private static List<Long> tokens(List<Ended> ends) {
    return ends.stream().map(end -> end.delivery().token()).toList();
  }

  private static String state(Ended end) {
    return end.next() instanceof Ended.Next.Over over ? over.state() : "";
  }

  private static String words(Ended end) {
    return switch (end.next()) {
      case Ended.Next.Over over -> over.reason();
      case Ended.Next.Again again -> again.error();
    };
  }

  private static @org.jspecify.annotations.Nullable OffsetDateTime offset(
      @org.jspecify.annotations.Nullable Instant time) {
    return time == null ? null : time.atOffset(ZoneOffset.UTC);
  }
}
