package dev.tenon.console;

import static dev.tenon.console.InboxQueries.instant;
import static dev.tenon.console.InboxQueries.text;

import dev.tenon.db.TenantTx;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the list of received events reads. However big the inbox and whatever is asked for, a page
/// looks through a bounded part of it.
final class InboxSearchQueries {
  private static final int KINDS_SHOWN = 3;

  /// How far a narrowed list got.
  record Scanned(UUID last, Instant receivedAt) {}

  /// How many received events one page of a narrowed list looks through. What lies further back
  /// comes with the next page, so that no filter reads a big inbox whole.
  static final int SCANNED_MAX = 10_000;

  /// How many stopped or waiting facts are looked up by themselves, wherever they lie.
  private static final int RARE_MAX = 2_000;

  /// Ids of a received event and its facts are made in the same moment; this is more than enough.
  private static final Duration SAME_MOMENT = Duration.ofMinutes(1);

  private static final String COLUMNS =
      "e.tenant_id, e.id, e.provider, e.received_at, e.body_bytes, e.fact_ids, e.lane_ids";

  /// Where the rows are looked for. Facts that stopped have an index of their own, and the queue is
  /// short on most days: then these lead to their events, however far back. Otherwise the events
  /// are looked through from the newest on.
  private static String source(InboxFilter filter, boolean shortQueue) {
    String within = "e.tenant_id = :tenant and e.id < :before and e.id >= id_at(:since)";
    if (filter.state().equals("dead") || filter.state().equals("unassigned")) {
      return """
          select %s from received_event e where %s and e.id in (
            select f.received_event_id from fact f
            where f.tenant_id = :tenant and f.state = '%s' and f.id >= id_at(:since)
              and f.id < id_at(:until)
            order by f.id desc limit %d)
          """
          .formatted(COLUMNS, within, filter.state(), RARE_MAX);
    }
    if (filter.state().equals("waiting") && shortQueue) {
      return """
          select %s from received_event e where %s and e.id in (
            select w.received_event_id from waiting_fact w where w.tenant_id = :tenant limit %d)
          """
          .formatted(COLUMNS, within, RARE_MAX);
    }
    return "select %s from received_event e where %s order by e.id desc limit %d"
        .formatted(COLUMNS, within, filter.selective() ? SCANNED_MAX : RARE_MAX);
  }

  /// Which of them are wanted.
  private static String wanted(InboxFilter filter) {
    String state =
        switch (filter.state()) {
          case "waiting" ->
              """
               and exists (select from waiting_fact w where w.tenant_id = e.tenant_id
                and w.lane_id = any(e.lane_ids) and w.id = any(e.fact_ids))
              """;
          case "applied", "ignored" ->
              """
               and exists (select from fact f where f.tenant_id = e.tenant_id
                and f.id = any(e.fact_ids) and f.state = '%s')
              """
                  .formatted(filter.state());
          default -> "";
        };
    String text =
        filter.text().isEmpty()
            ? ""
            : """
               and (exists (select from fact f where f.tenant_id = e.tenant_id
                  and f.id = any(e.fact_ids) and (starts_with(f.kind, :text) or f.object = :text))
                or exists (select from waiting_fact w where w.tenant_id = e.tenant_id
                  and w.lane_id = any(e.lane_ids) and w.id = any(e.fact_ids)
                  and (starts_with(w.kind, :text) or w.object = :text)))
              """;
    return "true" + state + text;
  }

  private static boolean shortQueue(TenantTx tx) {
    return tx.handle()
            .createQuery(
                """
                select count(*) from (
                  select from waiting_fact where tenant_id = :tenant limit :limit) counted
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("limit", RARE_MAX + 1)
            .mapTo(Integer.class)
            .one()
        <= RARE_MAX;
  }

  List<InboxRow> list(TenantTx tx, InboxFilter filter, int limit, Instant now) {
    boolean shortQueue = !filter.state().equals("waiting") || shortQueue(tx);
    String sql =
        """
        select e.id, e.provider, e.received_at, e.body_bytes, cardinality(e.fact_ids) as facts,
          own.kinds, own.object, own.dead, own.unassigned, own.retrying, own.waiting, own.applied
        from (select * from (
        """
            + source(filter, shortQueue)
            + ") e where "
            + wanted(filter)
            + """
              order by e.id desc limit :limit
            ) e
            left join lateral (
              select array_agg(distinct kind) as kinds,
                (array_agg(object order by ordinal))[1] as object,
                count(*) filter (where state = 'dead') as dead,
                count(*) filter (where state = 'unassigned') as unassigned,
                count(*) filter (where state = 'retrying') as retrying,
                count(*) filter (where state = 'waiting') as waiting,
                count(*) filter (where state = 'applied') as applied
              from (
                select kind, object, ordinal, state from fact
                where tenant_id = e.tenant_id and id = any(e.fact_ids)
                union all
                select kind, object, ordinal, case when failures > 0 then 'retrying' else 'waiting' end
                from waiting_fact
                where tenant_id = e.tenant_id and lane_id = any(e.lane_ids) and id = any(e.fact_ids)
              ) both_kinds
            ) own on true
            order by e.id desc
            """;
    var query =
        tx.handle()
            .createQuery(sql)
            .bind("tenant", tx.tenant().uuid())
            .bind("before", filter.before())
            .bind("since", now.minus(filter.window().length()))
            .bind("limit", limit);
    if (sql.contains(":until")) {
      query.bind("until", filter.continued() ? until(filter.before()) : now.plus(SAME_MOMENT));
    }
    if (!filter.text().isEmpty()) {
      query.bind("text", filter.text());
    }
    return query.map((row, _) -> row(row, now)).list();
  }

  private static Instant until(UUID event) {
    return Instant.ofEpochMilli(event.getMostSignificantBits() >>> 16).plus(SAME_MOMENT);
  }

  /// The last received event that a narrowed list looked through, when there is more behind it.
  Optional<Scanned> scannedTo(TenantTx tx, InboxFilter filter, Instant now) {
    if (!filter.selective()
        || filter.state().equals("dead")
        || filter.state().equals("unassigned")) {
      return Optional.empty();
    }
    if (filter.state().equals("waiting") && shortQueue(tx)) {
      return Optional.empty();
    }
    return tx.handle()
        .createQuery(
            """
            select id, received_at from received_event
            where tenant_id = :tenant and id < :before and id >= id_at(:since)
            order by id desc offset :scanned limit 1
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("before", filter.before())
        .bind("since", now.minus(filter.window().length()))
        .bind("scanned", SCANNED_MAX - 1)
        .map((row, _) -> new Scanned(row.getObject("id", UUID.class), instant(row, "received_at")))
        .findOne();
  }

  private static InboxRow row(ResultSet row, Instant now) throws SQLException {
    @Nullable Array kinds = row.getArray("kinds");
    int facts = row.getInt("facts");
    return new InboxRow(
        row.getObject("id", UUID.class),
        row.getString("provider"),
        kinds == null
            ? List.of()
            : Arrays.stream((String[]) kinds.getArray()).limit(KINDS_SHOWN).toList(),
        facts,
        text(row, "object"),
        Mark.fact(worst(row, facts)),
        new Moment(instant(row, "received_at"), now),
        row.getInt("body_bytes"));
  }

  /// The state of the fact that a person should look at first.
  private static String worst(ResultSet row, int facts) throws SQLException {
    for (String state : List.of("dead", "unassigned", "retrying", "waiting", "applied")) {
      if (row.getInt(state) > 0) {
        return state;
      }
    }
    return facts == 0 ? "empty" : "ignored";
  }
}
