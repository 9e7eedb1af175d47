package dev.tenon.replay;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The rows of a table of replays: how each is found, goes on and ends. A feature's store adds what
/// is its own: the filter, and how what fits it is put back.
///
/// The table has the columns `tenant_id`, `id`, `state` (`running`, `done`, `cancelled`),
/// `cursor_id`, `replayed` and `finished_at`, and what else [#row] reads.
public abstract class ReplayRows<R> {
  private final String table;

  /// @param table its name, which becomes part of statements
  protected ReplayRows(String table) {
    this.table = table;
  }

  protected abstract R row(ResultSet row) throws SQLException;

  /// A replay and where it stands.
  public record Position<R>(R replay, UUID cursor) {}

  public int running(TenantTx tx) {
    return tx.handle()
        .createQuery(
            "select count(*) from %s where tenant_id = :tenant and state = 'running'"
                .formatted(table))
        .bind("tenant", tx.tenant().uuid())
        .mapTo(Integer.class)
        .one();
  }

  /// Forgets replays that ended before `before`.
  public void forget(TenantTx tx, Instant before) {
    tx.handle()
        .createUpdate(
            "delete from %s where tenant_id = :tenant and finished_at < :before".formatted(table))
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .execute();
  }

  /// Locks a replay that still runs: two workers never take one step together.
  public Optional<Position<R>> lockRunning(EngineTx tx, TenantId tenant, UUID id) {
    return tx.handle()
        .createQuery(
            """
            select * from %s
            where tenant_id = :tenant and id = :id and state = 'running' for update
            """
                .formatted(table))
        .bind("tenant", tenant.uuid())
        .bind("id", id)
        .map((row, _) -> new Position<>(row(row), row.getObject("cursor_id", UUID.class)))
        .findOne();
  }

  /// Notes how far a replay came, and its end where it has ended.
  ///
  /// @param finishedAt null while it goes on
  public void advance(
      EngineTx tx, TenantId tenant, UUID id, ReplayStep step, @Nullable Instant finishedAt) {
    tx.handle()
        .createUpdate(
            """
            update %s set replayed = replayed + :count, cursor_id = :cursor,
              state = case when :finished_at::timestamptz is null then state else 'done' end,
              finished_at = :finished_at
            where tenant_id = :tenant and id = :id
            """
                .formatted(table))
        .bind("count", step.count())
        .bind("cursor", step.cursor())
        .bind("finished_at", finishedAt)
        .bind("tenant", tenant.uuid())
        .bind("id", id)
        .execute();
  }

  /// Answers whether it was running.
  public boolean cancel(EngineTx tx, TenantId tenant, UUID id, Instant now) {
    return tx.handle()
            .createUpdate(
                """
                update %s set state = 'cancelled', finished_at = :now
                where tenant_id = :tenant and id = :id and state = 'running'
                """
                    .formatted(table))
            .bind("tenant", tenant.uuid())
            .bind("id", id)
            .bind("now", now)
            .execute()
        == 1;
  }

  public Optional<R> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery("select * from %s where tenant_id = :tenant and id = :id".formatted(table))
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row(row))
        .findOne();
  }

  /// The newest first.
  public List<R> list(TenantTx tx, @Nullable UUID before, int rows) {
    return tx.handle()
        .createQuery(
            """
            select * from %s
            where tenant_id = :tenant and (:before::uuid is null or id < :before::uuid)
            order by id desc limit :rows
            """
                .formatted(table))
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .bind("rows", rows)
        .map((row, _) -> row(row))
        .list();
  }

  protected static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  protected static @Nullable Instant instantOrNull(ResultSet row, String column)
      throws SQLException {
    @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
