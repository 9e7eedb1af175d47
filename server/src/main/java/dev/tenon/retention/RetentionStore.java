package dev.tenon.retention;

import dev.tenon.db.Database;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/// The SQL of retention. Each call is a transaction of its own, and short.
final class RetentionStore {
  private static final DateTimeFormatter WEEK = DateTimeFormatter.BASIC_ISO_DATE;

  private final Database database;

  RetentionStore(Database database) {
    this.database = database;
  }

  /// The weeks for which `table` has partitions, by their first moment, the oldest first.
  List<Instant> weeks(String table) {
    return database.asEngine(
        tx ->
            tx.handle()
                .createQuery(
                    """
                    select right(part.relname, 8)
                    from pg_inherits i
                    join pg_class parent on parent.oid = i.inhparent
                    join pg_class part on part.oid = i.inhrelid
                    where parent.relname = :table and parent.relnamespace = 'tenon'::regnamespace
                      and part.relname ~ '_[0-9]{8}$'
                    order by 1
                    """)
                .bind("table", table)
                .map(
                    (row, _) ->
                        LocalDate.parse(row.getString(1), WEEK)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant())
                .list());
  }

  /// Takes a week away as far as nothing in it must stay. Answers what `retire_partition` says.
  String retire(String table, Instant week, Instant stoppedBefore, int keptMax) {
    return database.asEngine(
        tx ->
            tx.handle()
                .createQuery("select retire_partition(:table, :week, :stopped, :keptMax)")
                .bind("table", table)
                .bind("week", OffsetDateTime.ofInstant(week, ZoneOffset.UTC))
                .bind("stopped", OffsetDateTime.ofInstant(stoppedBefore, ZoneOffset.UTC))
                .bind("keptMax", keptMax)
                .mapTo(String.class)
                .one());
  }

  int deleteMessages(Instant before, Instant stoppedBefore, int atMost) {
    return database.asEngine(
        tx ->
            tx.handle()
                .createQuery("select delete_messages(:before, :stopped, :atMost)")
                .bind("before", OffsetDateTime.ofInstant(before, ZoneOffset.UTC))
                .bind("stopped", OffsetDateTime.ofInstant(stoppedBefore, ZoneOffset.UTC))
                .bind("atMost", atMost)
                .mapTo(Integer.class)
                .one());
  }

  int deleteRemovals(Instant before, int atMost) {
    return database.asEngine(
        tx ->
            tx.handle()
                .createQuery("select delete_suppression_removals(:before, :atMost)")
                .bind("before", OffsetDateTime.ofInstant(before, ZoneOffset.UTC))
                .bind("atMost", atMost)
                .mapTo(Integer.class)
                .one());
  }

  // A key that a delivery is raising just now is skipped: it goes with a later batch, and intake
  // never waits for more than one batch here.
  int deleteFactKeys(Instant before, int atMost) {
    return database.asEngine(
        tx ->
            tx.handle()
                .createUpdate(
                    """
                    delete from fact_key k using (
                      select tenant_id, key from fact_key
                      where fact_id < id_at(:before) order by fact_id limit :atMost
                      for update skip locked
                    ) old
                    where k.tenant_id = old.tenant_id and k.key = old.key
                    """)
                .bind("before", OffsetDateTime.ofInstant(before, ZoneOffset.UTC))
                .bind("atMost", atMost)
                .execute());
  }
}
