package dev.tenon.lane;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The SQL of lanes: lock, release, hold, wake. Claiming them is [ClaimStore].
final class LaneStore {
  /// How many facts of a lane go to sleep with the one that failed.
  private static final int ASLEEP_AT_ONCE_MAX = 128;

  /// How many tenants and facts one look at lanes held back goes through.
  private static final int HUSHED_TENANTS_MAX = 16;

  private static final int HUSHED_FACTS_MAX = 1_024;

  /// A lane that this node holds until its lease ends.
  ///
  /// @param deaths how often a node that held it was not heard of again
  record Claim(TenantId tenant, UUID lane, long token, int deaths) {}

  /// Locks those of `claims` that this node still holds and answers their ids: a lane whose lease
  /// was taken over is missing, and its facts must not be touched.
  List<UUID> lockHeld(EngineTx tx, TenantId tenant, List<Claim> claims) {
    return tx.handle()
        .createQuery(
            """
            select l.id from lane l
            join unnest(:lanes::uuid[], :tokens::bigint[]) as c (lane_id, token)
              on l.id = c.lane_id and l.token = c.token
            where l.tenant_id = :tenant
            order by l.id for update of l
            """)
        .bind("tenant", tenant.uuid())
        .bindArray("lanes", UUID.class, claims.stream().map(Claim::lane).toList())
        .bindArray("tokens", Long.class, claims.stream().map(Claim::token).toList())
        .mapTo(UUID.class)
        .list();
  }

  /// Gives lanes back. Whatever waits in them may be claimed at once.
  void release(EngineTx tx, TenantId tenant, List<Claim> claims) {
    tx.handle()
        .createUpdate(
            """
            delete from lane l
            using unnest(:lanes::uuid[], :tokens::bigint[]) as c (lane_id, token)
            where l.tenant_id = :tenant and l.id = c.lane_id and l.token = c.token
            """)
        .bind("tenant", tenant.uuid())
        .bindArray("lanes", UUID.class, claims.stream().map(Claim::lane).toList())
        .bindArray("tokens", Long.class, claims.stream().map(Claim::token).toList())
        .execute();
  }

  /// Holds a lane back until its first fact is tried again: a lease that belongs to nobody. Its
  /// first facts go to sleep for as long, so that claims need not look beyond them; whatever else
  /// waits in it is hidden by the lease, and goes to sleep when it comes to be among the oldest
  /// ([#hush]).
  void hold(EngineTx tx, Claim claim, Instant until) {
    tx.handle()
        .createUpdate(
            """
            with held as (
              update lane set node = null, leased_until = :until, deaths = least(deaths, 1),
                begun = false
              where tenant_id = :tenant and id = :lane and token = :token
              returning tenant_id, id
            ), first as (
              select w.tenant_id, w.lane_id, w.id from held cross join lateral (
                select f.tenant_id, f.lane_id, f.id from waiting_fact f
                where f.tenant_id = held.tenant_id and f.lane_id = held.id
                order by f.id limit %d
              ) w
            )
            update waiting_fact w set wake_at = :until from first
            where w.tenant_id = first.tenant_id and w.lane_id = first.lane_id and w.id = first.id
            """
                .formatted(ASLEEP_AT_ONCE_MAX))
        .bind("tenant", claim.tenant().uuid())
        .bind("lane", claim.lane())
        .bind("token", claim.token())
        .bind("until", until)
        .execute();
  }

  /// Notes that a lane whose nodes died is being applied by itself from now on: if this node dies
  /// as well, it is to blame. Answers whether it is still this node's.
  boolean begin(EngineTx tx, Claim claim) {
    return tx.handle()
            .createUpdate(
                """
                update lane set begun = true
                where tenant_id = :tenant and id = :lane and token = :token
                """)
            .bind("tenant", claim.tenant().uuid())
            .bind("lane", claim.lane())
            .bind("token", claim.token())
            .execute()
        == 1;
  }

  /// Notes that a fact of a lane was applied since it was last taken from the dead: what comes next
  /// has killed nobody yet.
  void survived(EngineTx tx, Claim claim) {
    tx.handle()
        .createUpdate(
            """
            update lane set deaths = least(deaths, 1)
            where tenant_id = :tenant and id = :lane and token = :token
            """)
        .bind("tenant", claim.tenant().uuid())
        .bind("lane", claim.lane())
        .bind("token", claim.token())
        .execute();
  }

  /// Wakes facts whose time has come; answers how many. `limit` bounds one call: whoever gets that
  /// many calls again. A lane whose facts wake in several calls is applied in order all the same,
  /// since what is due counts as awake there.
  int wake(EngineTx tx, Instant now, int limit) {
    return tx.handle()
        .createUpdate(
            """
            update waiting_fact w set wake_at = null
            from (
              select tenant_id, lane_id, id from waiting_fact
              where wake_at <= :now order by wake_at limit %d
              for update skip locked
            ) due
            where w.tenant_id = due.tenant_id and w.lane_id = due.lane_id and w.id = due.id
            """
                .formatted(limit))
        .bind("now", now)
        .execute();
  }

  /// Puts facts to sleep that are awake in lanes held back, among the oldest of some tenants from
  /// `after` on: they came later, and claims would have to look beyond them. Answers the last of
  /// these tenants; empty when there is none after it.
  Optional<UUID> hush(EngineTx tx, UUID after, Instant now) {
    List<UUID> tenants =
        tx.handle()
            .createQuery(
                """
                with recursive tenants as (
                  (select tenant_id from lane
                   where tenant_id > :after and node is null and leased_until > :now
                   order by tenant_id limit 1)
                  union all
                  select (select l.tenant_id from lane l
                          where l.tenant_id > t.tenant_id and l.node is null
                            and l.leased_until > :now
                          order by l.tenant_id limit 1)
                  from tenants t where t.tenant_id is not null
                ), chosen as materialized (
                  select tenant_id from tenants where tenant_id is not null limit %1$d
                ), awake as materialized (
                  select f.* from chosen s cross join lateral (
                    select o.tenant_id, o.lane_id, o.id, l.leased_until from (
                      select w.tenant_id, w.lane_id, w.id from waiting_fact w
                      where w.tenant_id = s.tenant_id and w.wake_at is null
                      order by w.id limit %2$d
                    ) o join lane l on l.tenant_id = o.tenant_id and l.id = o.lane_id
                    where l.node is null and l.leased_until > :now
                  ) f
                ), free as materialized (
                  select f.*, a.leased_until from awake a cross join lateral (
                    select w.tenant_id, w.lane_id, w.id from waiting_fact w
                    where w.tenant_id = a.tenant_id and w.lane_id = a.lane_id and w.id = a.id
                      and w.wake_at is null
                    for update skip locked
                  ) f
                ), hushed as (
                  update waiting_fact w set wake_at = free.leased_until from free
                  where w.tenant_id = free.tenant_id and w.lane_id = free.lane_id
                    and w.id = free.id
                )
                select tenant_id from chosen order by tenant_id
                """
                    .formatted(HUSHED_TENANTS_MAX, HUSHED_FACTS_MAX))
            .bind("after", after)
            .bind("now", now)
            .mapTo(UUID.class)
            .list();
    return tenants.size() < HUSHED_TENANTS_MAX ? Optional.empty() : Optional.of(tenants.getLast());
  }
}
