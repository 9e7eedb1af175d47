package dev.tenon.work;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// What the API reads of jobs, in the queue and after it.
final class JobQueries {

  /// Where a job can be.
  enum State {
    WAITING,
    DONE,
    DEAD,
    CANCELLED;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Which jobs a list shows.
  ///
  /// @param state null for any
  /// @param kind only those of this kind; where it ends in `*`, of a kind that begins so
  /// @param since only those made from then on
  /// @param until only those made before then
  record Filter(@Nullable State state, @Nullable String kind, Instant since, Instant until) {}

  /// A job, in the queue or after it.
  ///
  /// @param state `waiting` until it has an end
  /// @param result what became of it, or the last error while it waits
  /// @param wakeAt when it is tried next, or until when a worker has it; null when it is ready
  record Row(
      UUID id,
      String kind,
      String payload,
      @Nullable UUID cause,
      int priority,
      String state,
      @Nullable String result,
      int failures,
      int starts,
      Instant createdAt,
      @Nullable Instant wakeAt,
      @Nullable Instant finishedAt) {}

  private static final String WAITING =
      """
      select id, kind, payload, cause_id, priority, 'waiting' as state, last_error as result,
        failures, starts, created_at, wake_at, null::timestamptz as finished_at
      from waiting_job j where j.tenant_id = :tenant
      """;

  private static final String ENDED =
      """
      select id, kind, payload, cause_id, priority, state, result, failures, starts, created_at,
        null::timestamptz as wake_at, finished_at
      from job j where j.tenant_id = :tenant
      """;

  /// The newest first.
  List<Row> list(TenantTx tx, Filter filter, @Nullable UUID before, int rows) {
    String narrow =
        """
        and (:before::uuid is null or j.id < :before::uuid)
          and j.id >= id_at(:since) and j.id < id_at(:until) %s
        order by j.id desc limit :limit
        """
            .formatted(filter.kind() == null ? "" : "and j.kind like :kind");
    String waiting = "(" + WAITING + narrow + ")";
    // The state is a constant in the text, so that the index of dead jobs serves.
    String ended =
        "(" + ENDED + (filter.state() == null ? "" : "and j.state = '<state>' ") + narrow + ")";
    String from =
        switch (filter.state()) {
          case WAITING -> waiting;
          case DONE, DEAD, CANCELLED -> ended.replace("<state>", filter.state().text());
          case null -> waiting + " union all " + ended;
        };
    Query query =
        tx.handle()
            .createQuery("select * from (%s) j order by id desc limit :limit".formatted(from))
            .bind("tenant", tx.tenant().uuid())
            .bind("before", before)
            .bind("since", filter.since())
            .bind("until", filter.until())
            .bind("limit", rows);
    if (filter.kind() != null) {
      query.bind("kind", pattern(filter.kind()));
    }
    return query.map((row, _) -> row(row)).list();
  }

  private static String pattern(String kind) {
    boolean open = kind.endsWith("*");
    String exact = open ? kind.substring(0, kind.length() - 1) : kind;
    return exact.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + (open ? "%" : "");
  }

  Optional<Row> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(WAITING + " and j.id = :id union all " + ENDED + " and j.id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row(row))
        .findFirst();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getObject("id", UUID.class),
        row.getString("kind"),
        row.getString("payload"),
        row.getObject("cause_id", UUID.class),
        row.getInt("priority"),
        row.getString("state"),
        row.getString("result"),
        row.getInt("failures"),
        row.getInt("starts"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row, "wake_at"),
        instant(row, "finished_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
