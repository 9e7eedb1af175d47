package dev.tenon.delivery;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL by which deliveries are taken from the queue. The engine's: it serves all tenants.
final class QueueStore {

  // Fair: hop from endpoint to endpoint, whatever each has waiting.
  private static final String TURNS =
      """
      with recursive hops as (
        (select tenant_id, endpoint_id, 1 as hop from waiting_delivery
         where wake_at is null and not held and (tenant_id, endpoint_id) > (:tenant, :endpoint)
         order by tenant_id, endpoint_id limit 1)
        union all
        select n.tenant_id, n.endpoint_id, h.hop + 1 from hops h cross join lateral (
          select w.tenant_id, w.endpoint_id from waiting_delivery w
          where w.wake_at is null and not w.held
            and (w.tenant_id, w.endpoint_id) > (h.tenant_id, h.endpoint_id)
          order by w.tenant_id, w.endpoint_id limit 1
        ) n
        where h.hop < :hops
      )
      select h.tenant_id, h.endpoint_id, e.state, e.version, e.ordered, e.rate,
        greatest(p.probe_at, p.throttled_until) as rests_until
      from hops h
      left join endpoint e on e.tenant_id = h.tenant_id and e.id = h.endpoint_id
      left join endpoint_health p on p.tenant_id = h.tenant_id and p.endpoint_id = h.endpoint_id
      order by h.hop
      """;

  /// The next `hops` endpoints with something ready, after one.
  List<Turn> turns(EngineTx tx, UUID tenant, UUID endpoint, int hops) {
    return tx.handle()
        .createQuery(TURNS)
        .bind("tenant", tenant)
        .bind("endpoint", endpoint)
        .bind("hops", hops)
        .map((row, _) -> turn(row))
        .list();
  }

  private static Turn turn(ResultSet row) throws SQLException {
    @Nullable String state = row.getString("state");
    int rate = row.getInt("rate");
    @Nullable Integer limit = row.wasNull() ? null : rate;
    return new Turn(
        new TenantId(row.getObject("tenant_id", UUID.class)),
        row.getObject("endpoint_id", UUID.class),
        state == null
            ? Turn.State.GONE
            : state.equals("enabled") ? Turn.State.ENABLED : Turn.State.DISABLED,
        row.getInt("version"),
        row.getBoolean("ordered"),
        limit,
        time(row, "rests_until"));
  }

  /// The paces of endpoints, locked; one that another node has locked is not among them.
  Map<UUID, Pace> lockPaces(EngineTx tx, List<Turn> turns) {
    Map<UUID, Pace> paces = new HashMap<>();
    tx.handle()
        .createQuery(
            """
            select p.endpoint_id, e.rate, p.next_at,
              greatest(p.probe_at, p.throttled_until) as rests_until
            from unnest(:tenants::uuid[], :endpoints::uuid[]) as t (tenant_id, endpoint_id)
            join endpoint_health p on p.tenant_id = t.tenant_id and p.endpoint_id = t.endpoint_id
            join endpoint e on e.tenant_id = p.tenant_id and e.id = p.endpoint_id
            for update of p skip locked
            """)
        .bindArray("tenants", UUID.class, turns.stream().map(t -> t.tenant().uuid()).toList())
        .bindArray("endpoints", UUID.class, turns.stream().map(Turn::endpoint).toList())
        .map(
            (row, _) -> {
              int rate = row.getInt("rate");
              @Nullable Integer limit = row.wasNull() ? null : rate;
              return Map.entry(
                  row.getObject("endpoint_id", UUID.class),
                  new Pace(limit, time(row, "next_at"), time(row, "rests_until")));
            })
        .forEach(entry -> paces.put(entry.getKey(), entry.getValue()));
    return paces;
  }

  /// Writes paces that [#lockPaces] locked.
  void savePaces(EngineTx tx, List<Turn> turns, Map<UUID, Pace> paces) {
    List<Turn> moved = turns.stream().filter(turn -> paces.containsKey(turn.endpoint())).toList();
    if (moved.isEmpty()) {
      return;
    }
    tx.handle()
        .createUpdate(
            """
            update endpoint_health h set next_at = n.next_at, probe_at = n.probe_at
            from unnest(:tenants::uuid[], :endpoints::uuid[], :next::timestamptz[],
              :probe::timestamptz[]) as n (tenant_id, endpoint_id, next_at, probe_at)
            where h.tenant_id = n.tenant_id and h.endpoint_id = n.endpoint_id
            """)
        .bindArray("tenants", UUID.class, moved.stream().map(t -> t.tenant().uuid()).toList())
        .bindArray("endpoints", UUID.class, moved.stream().map(Turn::endpoint).toList())
        .bindArray("next", OffsetDateTime.class, times(moved, paces, true))
        .bindArray("probe", OffsetDateTime.class, times(moved, paces, false))
        .execute();
  }

  private static List<@Nullable OffsetDateTime> times(
      List<Turn> moved, Map<UUID, Pace> paces, boolean next) {
    List<@Nullable OffsetDateTime> times = new ArrayList<>();
    for (Turn turn : moved) {
      Pace pace = paces.get(turn.endpoint());
      @Nullable Instant time = pace == null ? null : next ? pace.nextAt() : pace.restsUntil();
      times.add(time == null ? null : time.atOffset(ZoneOffset.UTC));
    }
    return times;
  }

  // What stands behind another of its object sleeps as long as that one does; the ledger wakes the
  // next when one is over. The lock on the one before closes the gap between the two: who ends it
  // waits for us, or we leave this one ready. Only as many are looked at as may be claimed, four
  // times.
  private static final String PARK =
      """
      with ready as (
        select r.* from unnest(:tenants::uuid[], :endpoints::uuid[], :rooms::int[])
          as t (tenant_id, endpoint_id, room)
        cross join lateral (
          select w.tenant_id, w.id, w.endpoint_id, w.about, w.seq from waiting_delivery w
          where w.tenant_id = t.tenant_id and w.endpoint_id = t.endpoint_id
            and w.wake_at is null and not w.held and w.ordered
          order by w.seq limit 4 * t.room
          for update skip locked
        ) r
      ), behind as (
        select r.tenant_id, r.id, h.wake_at from ready r cross join lateral (
          select b.wake_at from waiting_delivery b
          where b.ordered and b.tenant_id = r.tenant_id and b.endpoint_id = r.endpoint_id
            and b.about = r.about and b.seq < r.seq
          order by b.seq limit 1
          for key share skip locked
        ) h
      )
      update waiting_delivery w set wake_at = coalesce(b.wake_at, :until)
      from behind b where w.tenant_id = b.tenant_id and w.id = b.id
      """;

  private static final String CLAIM =
      """
      with wanted as (
        select c.tenant_id, c.id, t.version
        from unnest(:tenants::uuid[], :endpoints::uuid[], :rooms::int[], :versions::int[])
          as t (tenant_id, endpoint_id, room, version)
        cross join lateral (
          select w.tenant_id, w.id from waiting_delivery w
          where w.tenant_id = t.tenant_id and w.endpoint_id = t.endpoint_id
            and w.wake_at is null and not w.held
            and (not w.ordered or not exists (
              select from waiting_delivery b
              where b.ordered and b.tenant_id = w.tenant_id and b.endpoint_id = w.endpoint_id
                and b.about = w.about and b.seq < w.seq))
          order by w.seq limit t.room
          for update skip locked
        ) c
      )
      update waiting_delivery w
      set token = nextval('delivery_token'), wake_at = :until, starts = w.starts + 1
      from wanted
      where w.tenant_id = wanted.tenant_id and w.id = wanted.id
      returning w.tenant_id, w.id, w.endpoint_id, wanted.version, w.event_tenant_id, w.event_id,
        w.type, w.about, w.ordered, w.attempts, w.failures, w.created_at, w.token
      """;

  /// How many deliveries of an endpoint may be taken.
  record Room(Turn turn, int places) {}

  /// Takes up to as many deliveries of each endpoint as it has room for, with their events.
  List<Claimed> claim(EngineTx tx, List<Room> rooms, Instant until) {
    List<Room> ordered = rooms.stream().filter(room -> room.turn().ordered()).toList();
    if (!ordered.isEmpty()) {
      tx.handle()
          .createUpdate(PARK)
          .bindArray("tenants", UUID.class, tenants(ordered))
          .bindArray("endpoints", UUID.class, endpoints(ordered))
          .bindArray("rooms", Integer.class, ordered.stream().map(Room::places).toList())
          .bind("until", until)
          .execute();
    }
    List<Claimed> claimed =
        tx.handle()
            .createQuery(CLAIM)
            .bindArray("tenants", UUID.class, tenants(rooms))
            .bindArray("endpoints", UUID.class, endpoints(rooms))
            .bindArray("rooms", Integer.class, rooms.stream().map(Room::places).toList())
            .bindArray(
                "versions", Integer.class, rooms.stream().map(r -> r.turn().version()).toList())
            .bind("until", until)
            .map((row, _) -> claimed(row))
            .list();
    return withPayloads(tx, claimed);
  }

  private static List<UUID> tenants(List<Room> rooms) {
    return rooms.stream().map(room -> room.turn().tenant().uuid()).toList();
  }

  private static List<UUID> endpoints(List<Room> rooms) {
    return rooms.stream().map(room -> room.turn().endpoint()).toList();
  }

  private List<Claimed> withPayloads(EngineTx tx, List<Claimed> claimed) {
    if (claimed.isEmpty()) {
      return claimed;
    }
    Map<UUID, String> payloads = new HashMap<>();
    tx.handle()
        .createQuery("select id, payload from delivery_payloads(:tenants, :ids, :tokens)")
        .bindArray("tenants", UUID.class, claimed.stream().map(c -> c.tenant().uuid()).toList())
        .bindArray("ids", UUID.class, claimed.stream().map(Claimed::id).toList())
        .bindArray("tokens", Long.class, claimed.stream().map(Claimed::token).toList())
        .map((row, _) -> Map.entry(row.getObject("id", UUID.class), row.getString("payload")))
        .forEach(entry -> payloads.put(entry.getKey(), entry.getValue()));
    return claimed.stream().map(one -> one.with(payloads.get(one.id()))).toList();
  }

  private static Claimed claimed(ResultSet row) throws SQLException {
    return new Claimed(
        new TenantId(row.getObject("tenant_id", UUID.class)),
        row.getObject("id", UUID.class),
        row.getObject("endpoint_id", UUID.class),
        row.getInt("version"),
        new TenantId(row.getObject("event_tenant_id", UUID.class)),
        row.getObject("event_id", UUID.class),
        row.getString("type"),
        row.getString("about"),
        row.getBoolean("ordered"),
        row.getInt("attempts"),
        row.getInt("failures"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getLong("token"),
        null);
  }

  /// Wakes deliveries whose time has come, among them those whose worker died: their lease is over.
  int wake(EngineTx tx, Instant now, int limit) {
    return tx.handle()
        .createUpdate(
            """
            update waiting_delivery w set wake_at = null, token = null
            from (
              select tenant_id, id from waiting_delivery
              where wake_at <= :now order by wake_at limit :limit
              for update skip locked
            ) due
            where w.tenant_id = due.tenant_id and w.id = due.id
            """)
        .bind("now", now)
        .bind("limit", limit)
        .execute();
  }

  /// Sets aside up to `limit` deliveries that are ready for an endpoint which is disabled.
  int hold(EngineTx tx, TenantId tenant, UUID endpoint, int limit) {
    return tx.handle()
        .createUpdate(
            """
            update waiting_delivery w set held = true
            from (
              select tenant_id, id from waiting_delivery
              where tenant_id = :tenant and endpoint_id = :endpoint and wake_at is null and not held
              order by seq limit :limit
              for update skip locked
            ) r
            where w.tenant_id = r.tenant_id and w.id = r.id
            """)
        .bind("tenant", tenant.uuid())
        .bind("endpoint", endpoint)
        .bind("limit", limit)
        .execute();
  }

  /// Makes up to `limit` deliveries ready that were set aside for an endpoint that is enabled
  /// again, or gone.
  int release(EngineTx tx, int limit) {
    return tx.handle()
        .createUpdate(
            """
            with recursive hops as (
              (select tenant_id, endpoint_id from waiting_delivery where held
               order by tenant_id, endpoint_id limit 1)
              union all
              select n.tenant_id, n.endpoint_id from hops h cross join lateral (
                select w.tenant_id, w.endpoint_id from waiting_delivery w
                where w.held and (w.tenant_id, w.endpoint_id) > (h.tenant_id, h.endpoint_id)
                order by w.tenant_id, w.endpoint_id limit 1
              ) n
            )
            update waiting_delivery w set held = false
            from (
              select r.tenant_id, r.id from hops h
              left join endpoint e on e.tenant_id = h.tenant_id and e.id = h.endpoint_id
              cross join lateral (
                select o.tenant_id, o.id from waiting_delivery o
                where o.tenant_id = h.tenant_id and o.endpoint_id = h.endpoint_id and o.held
                limit :limit
                for update skip locked
              ) r
              where e.state is null or e.state = 'enabled'
              limit :limit
            ) r
            where w.tenant_id = r.tenant_id and w.id = r.id
            """)
        .bind("limit", limit)
        .execute();
  }

  /// Ends up to `limit` deliveries that are ready for an endpoint which was deleted.
  int cancel(EngineTx tx, TenantId tenant, UUID endpoint, int limit, Instant now) {
    return tx.handle()
        .createUpdate(
            """
            with gone as (
              delete from waiting_delivery w using (
                select tenant_id, id from waiting_delivery
                where tenant_id = :tenant and endpoint_id = :endpoint and wake_at is null
                  and not held
                limit :limit
                for update skip locked
              ) r
              where w.tenant_id = r.tenant_id and w.id = r.id
              returning w.*
            )
            insert into delivery (tenant_id, id, endpoint_id, event_tenant_id, event_id, type, about,
              ordered, created_at, state, attempts, starts, last_status, reason, finished_at)
            select tenant_id, id, endpoint_id, event_tenant_id, event_id, type, about, ordered,
              created_at, 'cancelled', attempts, starts, last_status, 'the endpoint was deleted', :now
            from gone
            """)
        .bind("tenant", tenant.uuid())
        .bind("endpoint", endpoint)
        .bind("limit", limit)
        .bind("now", now)
        .execute();
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
