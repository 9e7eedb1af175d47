package dev.tenon.number;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.ToLongFunction;

/// The SQL of the figures of mail.
final class EmailNumberStore {

  record Added(EmailNumbers.Key key, Figures figures) {}

  /// Figures of a stream and provider.
  record Row(String stream, String provider, Figures figures) {}

  /// Adds in the order of the key, so that two nodes wait for each other instead of deadlocking.
  void add(EngineTx tx, List<Added> added) {
    if (added.isEmpty()) {
      return;
    }
    tx.handle()
        .createUpdate(
            """
            insert into email_number as n (tenant_id, hour, stream, provider, sent, delivered,
              bounced, complained, failed, suppressed, uncertain, by_fallback, accept_ms,
              accept_ms_max, deliver_ms, deliver_ms_max, possible_duplicates)
            select a.* from unnest(:tenants::uuid[], :hours::timestamptz[], :streams::text[],
              :providers::text[], :sent::bigint[], :delivered::bigint[], :bounced::bigint[],
              :complained::bigint[], :failed::bigint[], :suppressed::bigint[],
              :uncertain::bigint[], :by_fallback::bigint[], :accept_ms::bigint[],
              :accept_ms_max::bigint[], :deliver_ms::bigint[], :deliver_ms_max::bigint[],
              :possible_duplicates::bigint[])
              as a (tenant_id, hour, stream, provider, sent, delivered, bounced, complained, failed,
                suppressed, uncertain, by_fallback, accept_ms, accept_ms_max, deliver_ms,
                deliver_ms_max, possible_duplicates)
            order by a.tenant_id, a.hour, a.stream, a.provider
            on conflict (tenant_id, hour, stream, provider) do update
              set sent = n.sent + excluded.sent, delivered = n.delivered + excluded.delivered,
                bounced = n.bounced + excluded.bounced,
                complained = n.complained + excluded.complained,
                failed = n.failed + excluded.failed,
                suppressed = n.suppressed + excluded.suppressed,
                uncertain = n.uncertain + excluded.uncertain,
                by_fallback = n.by_fallback + excluded.by_fallback,
                accept_ms = n.accept_ms + excluded.accept_ms,
                accept_ms_max = greatest(n.accept_ms_max, excluded.accept_ms_max),
                deliver_ms = n.deliver_ms + excluded.deliver_ms,
                deliver_ms_max = greatest(n.deliver_ms_max, excluded.deliver_ms_max),
                possible_duplicates = n.possible_duplicates + excluded.possible_duplicates
            """)
        .bindArray("tenants", UUID.class, added.stream().map(a -> a.key().tenant().uuid()).toList())
        .bindArray(
            "hours",
            OffsetDateTime.class,
            added.stream().map(a -> a.key().hour().atOffset(ZoneOffset.UTC)).toList())
        .bindArray("streams", String.class, added.stream().map(a -> a.key().stream()).toList())
        .bindArray("providers", String.class, added.stream().map(a -> a.key().provider()).toList())
        .bindArray("sent", Long.class, all(added, Figures::sent))
        .bindArray("delivered", Long.class, all(added, Figures::delivered))
        .bindArray("bounced", Long.class, all(added, Figures::bounced))
        .bindArray("complained", Long.class, all(added, Figures::complained))
        .bindArray("failed", Long.class, all(added, Figures::failed))
        .bindArray("suppressed", Long.class, all(added, Figures::suppressed))
        .bindArray("uncertain", Long.class, all(added, Figures::uncertain))
        .bindArray("by_fallback", Long.class, all(added, Figures::byFallback))
        .bindArray("accept_ms", Long.class, all(added, Figures::acceptMillis))
        .bindArray("accept_ms_max", Long.class, all(added, Figures::acceptMillisMax))
        .bindArray("deliver_ms", Long.class, all(added, Figures::deliverMillis))
        .bindArray("deliver_ms_max", Long.class, all(added, Figures::deliverMillisMax))
        .bindArray("possible_duplicates", Long.class, all(added, Figures::possibleDuplicates))
        .execute();
  }

  private static List<Long> all(List<Added> added, ToLongFunction<Figures> which) {
    return added.stream().map(one -> which.applyAsLong(one.figures())).toList();
  }

  /// By stream and provider, from `since` to before `until`.
  List<Row> list(TenantTx tx, Instant since, Instant until, int limit) {
    return tx.handle()
        .createQuery(
            """
            select stream, provider, sum(sent)::bigint, sum(delivered)::bigint,
              sum(bounced)::bigint, sum(complained)::bigint, sum(failed)::bigint,
              sum(suppressed)::bigint, sum(uncertain)::bigint, sum(by_fallback)::bigint,
              sum(accept_ms)::bigint, max(accept_ms_max), sum(deliver_ms)::bigint,
              max(deliver_ms_max), sum(possible_duplicates)::bigint
            from email_number
            where tenant_id = :tenant and hour >= :since and hour < :until
            group by stream, provider order by stream, provider limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("since", since)
        .bind("until", until)
        .bind("limit", limit)
        .map((row, _) -> row(row))
        .list();
  }

  /// By day in UTC, the newest first, from `since` to before `until`.
  List<EmailSums.Day> days(TenantTx tx, Instant since, Instant until, int limit) {
    return tx.handle()
        .createQuery(
            """
            select date_trunc('day', hour, 'UTC') as day, 1, sum(sent)::bigint,
              sum(delivered)::bigint, sum(bounced)::bigint, sum(complained)::bigint,
              sum(failed)::bigint, sum(suppressed)::bigint, sum(uncertain)::bigint,
              sum(by_fallback)::bigint, sum(accept_ms)::bigint, max(accept_ms_max),
              sum(deliver_ms)::bigint, max(deliver_ms_max), sum(possible_duplicates)::bigint
            from email_number
            where tenant_id = :tenant and hour >= :since and hour < :until
            group by day order by day desc limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("since", since)
        .bind("until", until)
        .bind("limit", limit)
        .map(
            (row, _) ->
                new EmailSums.Day(
                    row.getObject("day", OffsetDateTime.class).toInstant(), figures(row)))
        .list();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(row.getString(1), row.getString(2), figures(row));
  }

  /// From the third column on.
  private static Figures figures(ResultSet row) throws SQLException {
    return new Figures(
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        row.getLong(9),
        row.getLong(10),
        row.getLong(11),
        row.getLong(12),
        row.getLong(13),
        row.getLong(14),
        row.getLong(15));
  }

  /// Those of which nobody was told since `before`; from now on somebody was. A connection that is
  /// gone is left out.
  List<EmailNumbers.Skipped> untold(
      EngineTx tx, List<EmailNumbers.Skipped> skipped, Instant now, Instant before) {
    return tx.handle()
        .createQuery(
            """
            insert into email_fallback as f (tenant_id, connection_id, stream, told_at)
            select s.tenant_id, s.connection_id, s.stream, :now
            from unnest(:tenants::uuid[], :connections::uuid[], :streams::text[])
              as s (tenant_id, connection_id, stream)
            join connection c on c.tenant_id = s.tenant_id and c.id = s.connection_id
            order by s.tenant_id, s.connection_id, s.stream
            on conflict (tenant_id, connection_id, stream) do update set told_at = excluded.told_at
              where f.told_at < :before
            returning tenant_id, connection_id, stream
            """)
        .bindArray("tenants", UUID.class, skipped.stream().map(s -> s.owner().uuid()).toList())
        .bindArray(
            "connections",
            UUID.class,
            skipped.stream().map(EmailNumbers.Skipped::connection).toList())
        .bindArray(
            "streams", String.class, skipped.stream().map(EmailNumbers.Skipped::stream).toList())
        .bind("now", now)
        .bind("before", before)
        .map(
            (row, _) ->
                new EmailNumbers.Skipped(
                    new TenantId(row.getObject(1, UUID.class)),
                    row.getObject(2, UUID.class),
                    row.getString(3)))
        .list();
  }

  /// Removes what is older, at most `limit` rows; answers how many went.
  int forget(EngineTx tx, Instant before, int limit) {
    return tx.handle()
        .createUpdate(
            """
            delete from email_number n using (
              select tenant_id, hour, stream, provider from email_number
              where hour < :before order by hour limit :limit for update skip locked
            ) old
            where n.tenant_id = old.tenant_id and n.hour = old.hour and n.stream = old.stream
              and n.provider = old.provider
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }
}
