package dev.tenon.lane;

import dev.tenon.db.EngineTx;
import dev.tenon.db.Parameters;
import dev.tenon.lane.LaneStore.Claim;
import dev.tenon.tenant.TenantId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The SQL of claiming lanes: whose facts are ready and held by nobody, and taking them. Each way
/// is one statement that waits for no lock.
final class ClaimStore {
  private static final UUID BEFORE_ALL = new UUID(0, 0);
  private static final int LOOK_BEYOND = 8;

  /// Fewer lanes than this among a tenant's oldest facts, while more wait behind them, means that
  /// few lanes hide the others.
  private static final int NARROW_LANES = 8;

  /// What a claim found.
  ///
  /// @param claims the lanes taken
  /// @param narrow tenants of whose facts only few lanes were seen, since these have many
  /// @param last the last tenant that was looked at; empty when there is none after it
  record Claimed(List<Claim> claims, List<TenantId> narrow, Optional<UUID> last) {}

  // Tenants are found by hopping through the index (one probe a tenant, however much each has
  // waiting), starting after the last one served: so a tenant with a million facts delays nobody.
  // The oldest facts may be in lanes that other workers hold, so it looks beyond them, but not far:
  // a single lane with a million facts that somebody holds must cost no more than this. What such
  // lanes hide is found by their names ([#byName]).
  private static final String BY_AGE =
      """
      with recursive tenants as (
        (select tenant_id from waiting_fact where wake_at is null and tenant_id > ?
         order by tenant_id limit 1)
        union all
        select (select w.tenant_id from waiting_fact w
                where w.wake_at is null and w.tenant_id > t.tenant_id
                order by w.tenant_id limit 1)
        from tenants t where t.tenant_id is not null
      ), served as materialized (
        select tenant_id from tenants where tenant_id is not null
        limit %1$d
      ), found as (
        select c.tenant_id, c.lane_id
        from served s cross join lateral (
          select n.tenant_id, n.lane_id from (
            select w.tenant_id, w.lane_id, w.id from waiting_fact w
            where w.tenant_id = s.tenant_id and w.wake_at is null
            order by w.id limit %2$d
          ) n
          where (
            select l.leased_until > ? from lane l
            where l.tenant_id = n.tenant_id and l.id = n.lane_id) is not true
          order by n.id limit %3$d
        ) c
      ), lanes as materialized (
        select tenant_id, lane_id, count(*) as facts from found group by tenant_id, lane_id
      ), wanted as materialized (
        select tenant_id, lane_id from lanes order by tenant_id, lane_id limit %4$d
      ), narrow as (
        select s.tenant_id
        from served s left join (
          select tenant_id, sum(facts) as facts, count(*) as lanes
          from lanes group by tenant_id
        ) f on f.tenant_id = s.tenant_id
        where coalesce(f.lanes, 0) < %5$d
          and (f.facts >= %3$d or exists (
            select from waiting_fact w
            where w.tenant_id = s.tenant_id and w.wake_at is null
            order by w.id offset %2$d - 1))
      ), last as (
        select tenant_id from (
          (select tenant_id from wanted order by tenant_id desc
           limit case when (select count(*) from wanted) < %4$d
             then 0 else 1 end)
          union all
          (select tenant_id from served order by tenant_id desc
           limit case when (select count(*) from served) < %1$d
             then 0 else 1 end)
        ) l order by tenant_id limit 1
      )
      """;

  // A tenant's lanes in the order of their names, from one on: a step costs one probe, however many
  // facts each has. Names are digests, so those from a random one on are a fair choice.
  private static String byName(int look, int lanes) {
    return """
      with recursive named as (
        (select w.lane_id, 1 as place from waiting_fact w
         where w.tenant_id = ? and w.lane_id >= ? order by w.lane_id limit 1)
        union all
        select n.lane_id, named.place + 1 from named cross join lateral (
          select w.lane_id from waiting_fact w
          where w.tenant_id = ? and w.lane_id > named.lane_id order by w.lane_id limit 1
        ) n
        where named.place < %1$d
      ), wanted as materialized (
        select ?::uuid as tenant_id, named.lane_id from named
        where (
            select l.leased_until > ? from lane l
            where l.tenant_id = ? and l.id = named.lane_id) is not true
          and (
            select f.wake_at is null from waiting_fact f
            where f.tenant_id = ? and f.lane_id = named.lane_id order by f.id limit 1)
        order by named.lane_id limit %2$d
      ), narrow as (
        select null::uuid as tenant_id limit 0
      ), last as (
        select null::uuid as tenant_id limit 0
      )
      """
        .formatted(look, lanes);
  }

  // A lease that is over is taken only if nobody has its row: a node that was stopped in the middle
  // of a transaction holds it until its session is ended, and whoever waited for that would stop
  // claiming on every node. As a statement of its own it holds nothing once it has been answered,
  // so a node that is stopped here stops nobody either.
  // Leases are looked up one by one, as subqueries: the table is empty most of the time, and a join
  // planned then would read all of it for each fact when it is full.
  // A claim lost in a crash costs nothing (the table is unlogged), so its commit waits for no disk.
  private static final String TAKE =
      """
      , over as materialized (
        select o.place from wanted w cross join lateral (
          select l.ctid as place from lane l
          where l.tenant_id = w.tenant_id and l.id = w.lane_id and l.leased_until <= ?
          for update skip locked
        ) o
      ), taken as (
        update lane l set token = nextval('lane_token'), node = ?, leased_until = ?,
          deaths = case when l.node is null or l.node = ? then l.deaths
            when l.begun then least(l.deaths + 1, 1000) else greatest(l.deaths, 1) end,
          begun = false
        from over where l.ctid = over.place
        returning l.tenant_id, l.id, l.token, l.deaths
      ), made as (
        insert into lane as l (tenant_id, id, token, node, leased_until)
        select w.tenant_id, w.lane_id, nextval('lane_token'), ?, ? from wanted w
        where (
          select true from lane l where l.tenant_id = w.tenant_id and l.id = w.lane_id) is null
        on conflict (tenant_id, id) do nothing
        returning l.tenant_id, l.id, l.token, l.deaths
      )
      select 'claim', tenant_id, id, token, deaths,
        set_config('synchronous_commit', 'off', true) from taken
      union all select 'claim', tenant_id, id, token, deaths,
        set_config('synchronous_commit', 'off', true) from made
      union all select 'narrow', tenant_id, null, null, null, null from narrow
      union all select 'last', tenant_id, null, null, null, null from last
      """;

  /// Claims lanes with ready facts, the oldest of each tenant, round-robin by tenant from `after`
  /// on. Give it a statement of its own ([dev.tenon.db.Database#atOnce]).
  Claimed claim(EngineTx tx, UUID node, ClaimSize size, UUID after, Instant now, Instant until) {
    return tx.plain(
        connection -> {
          try (var statement = connection.prepareStatement(size.within(BY_AGE) + TAKE)) {
            Parameters parameters = Parameters.of(statement).uuid(after).time(now);
            taking(parameters, node, now, until);
            return read(statement);
          }
        });
  }

  /// Claims up to `lanes` lanes of one tenant by their names, from `from` on, looking at `look` at
  /// most.
  List<Claim> claimByName(
      EngineTx tx,
      TenantId tenant,
      UUID node,
      UUID from,
      int look,
      int lanes,
      Instant now,
      Instant until) {
    return tx.plain(
        connection -> {
          try (var statement = connection.prepareStatement(byName(look, lanes) + TAKE)) {
            Parameters parameters =
                Parameters.of(statement)
                    .uuid(tenant.uuid())
                    .uuid(from)
                    .uuid(tenant.uuid())
                    .uuid(tenant.uuid())
                    .time(now)
                    .uuid(tenant.uuid())
                    .uuid(tenant.uuid());
            taking(parameters, node, now, until);
            return read(statement).claims();
          }
        });
  }

  private static void taking(Parameters parameters, UUID node, Instant now, Instant until)
      throws SQLException {
    var _ = parameters.time(now).uuid(node).time(until).uuid(node).uuid(node).time(until);
  }

  private static Claimed read(PreparedStatement statement) throws SQLException {
    List<Claim> claims = new ArrayList<>();
    List<TenantId> narrow = new ArrayList<>();
    Optional<UUID> last = Optional.empty();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        UUID tenant = rows.getObject(2, UUID.class);
        switch (rows.getString(1)) {
          case "claim" ->
              claims.add(
                  new Claim(
                      new TenantId(tenant),
                      rows.getObject(3, UUID.class),
                      rows.getLong(4),
                      rows.getInt(5)));
          case "narrow" -> narrow.add(new TenantId(tenant));
          case String _ -> last = Optional.of(tenant);
        }
      }
    }
    return new Claimed(claims, narrow, last);
  }

  /// The start of the round.
  static UUID beforeAll() {
    return BEFORE_ALL;
  }

  /// How much one claim may take.
  record ClaimSize(int tenants, int facts, int lanes) {

    // As numbers in the text, like all limits here: the engine's plans are made without looking at
    // parameters, and a limit that isn't known is taken for a tenth of the table.
    String within(String sql) {
      return sql.formatted(
          tenants, facts * LOOK_BEYOND, facts, lanes, Math.min(NARROW_LANES, lanes));
    }
  }
}
