package dev.tenon.lane;

import dev.tenon.db.EngineTx;
import dev.tenon.db.Parameters;
import dev.tenon.tenant.TenantId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// The SQL of lanes: claim, lock, release, hold.
final class LaneStore {
  private static final UUID BEFORE_ALL = new UUID(0, 0);
  private static final int LOOK_BEYOND = 8;

  /// A lane that this node holds until its lease ends.
  record Claim(TenantId tenant, UUID lane, long token) {}

  // Tenants are found by hopping through the index (one probe a tenant, however much each has
  // waiting), starting after the last one served: so a tenant with a million facts delays nobody.
  // The oldest facts may be in lanes that other workers hold, so it looks beyond them, but not far:
  // a single lane with a million facts that somebody holds must cost no more than this.
  // A claim lost in a crash costs nothing (the table is unlogged), so its commit waits for no disk.
  private static final String CLAIM =
      """
      with recursive tenants as (
        (select tenant_id from waiting_fact where wake_at is null and tenant_id > ?
         order by tenant_id limit 1)
        union all
        select (select w.tenant_id from waiting_fact w
                where w.wake_at is null and w.tenant_id > t.tenant_id
                order by w.tenant_id limit 1)
        from tenants t where t.tenant_id is not null
      ), served as (
        select tenant_id from tenants where tenant_id is not null limit ?
      ), wanted as (
        select distinct c.tenant_id, c.lane_id
        from served s cross join lateral (
          select n.tenant_id, n.lane_id from (
            select w.tenant_id, w.lane_id, w.id from waiting_fact w
            where w.tenant_id = s.tenant_id and w.wake_at is null
            order by w.id limit ?
          ) n
          where not exists (
            select from lane l
            where l.tenant_id = n.tenant_id and l.id = n.lane_id and l.leased_until > ?)
          order by n.id limit ?
        ) c
      )
      insert into lane as l (tenant_id, id, token, node, leased_until)
      select tenant_id, lane_id, nextval('lane_token'), ?, ?
      from (select * from wanted order by tenant_id, lane_id limit ?) w
      on conflict (tenant_id, id) do update
        set token = excluded.token, node = excluded.node, leased_until = excluded.leased_until
        where l.leased_until <= ?
      returning l.tenant_id, l.id, l.token,
        (select set_config('synchronous_commit', 'off', true))
      """;

  /// Claims lanes with ready facts, round-robin by tenant from `after` on.
  List<Claim> claim(
      EngineTx tx, UUID node, ClaimSize size, UUID after, Instant now, Instant until) {
    return tx.plain(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            var _ =
                Parameters.of(statement)
                    .uuid(after)
                    .number(size.tenants())
                    .number(size.facts() * LOOK_BEYOND)
                    .time(now)
                    .number(size.facts())
                    .uuid(node)
                    .time(until)
                    .number(size.lanes())
                    .time(now);
            try (ResultSet rows = statement.executeQuery()) {
              List<Claim> claims = new ArrayList<>();
              while (rows.next()) {
                claims.add(
                    new Claim(
                        new TenantId(rows.getObject(1, UUID.class)),
                        rows.getObject(2, UUID.class),
                        rows.getLong(3)));
              }
              return claims;
            }
          }
        });
  }

  /// The start of the round.
  static UUID beforeAll() {
    return BEFORE_ALL;
  }

  /// How much one claim may take.
  record ClaimSize(int tenants, int facts, int lanes) {}

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
  /// waiting facts go to sleep for as long.
  void hold(EngineTx tx, Claim claim, Instant until) {
    tx.handle()
        .createUpdate(
            """
            with held as (
              update lane set node = null, leased_until = :until
              where tenant_id = :tenant and id = :lane and token = :token
              returning tenant_id, id
            )
            update waiting_fact w set wake_at = :until from held
            where w.tenant_id = held.tenant_id and w.lane_id = held.id
            """)
        .bind("tenant", claim.tenant().uuid())
        .bind("lane", claim.lane())
        .bind("token", claim.token())
        .bind("until", until)
        .execute();
  }

  /// Wakes facts whose time has come, and puts those to sleep that arrived in a lane held back.
  /// Answers how many woke. `limit` bounds one call.
  int wake(EngineTx tx, Instant now, int limit) {
    tx.handle()
        .createUpdate(
            """
            update waiting_fact w set wake_at = l.leased_until from lane l
            where l.node is null and l.leased_until > :now
              and w.tenant_id = l.tenant_id and w.lane_id = l.id and w.wake_at is null
            """)
        .bind("now", now)
        .execute();
    return tx.handle()
        .createUpdate(
            """
            update waiting_fact w set wake_at = null
            from (
              select tenant_id, lane_id, id from waiting_fact
              where wake_at <= :now order by wake_at limit :limit
              for update skip locked
            ) due
            where w.tenant_id = due.tenant_id and w.lane_id = due.lane_id and w.id = due.id
            """)
        .bind("now", now)
        .bind("limit", limit)
        .execute();
  }
}
