package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Writes all rows of a batch that are in one table with one statement.
final class RowSaver {
  private static final JsonMapper JSON = StateJson.MAPPER;

  private final InstantSource clock;

  RowSaver(InstantSource clock) {
    this.clock = clock;
  }

  /// Inserts or updates `rows`, each a map from column to value, by a statement that takes them as
  /// JSON. A row that is new here and was made by another transaction meanwhile is a conflict: it
  /// throws, and the facts are applied again on what is there then.
  void save(TenantTx tx, Place place, String statement, List<Map<String, @Nullable Object>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    int saved =
        tx.handle()
            .createUpdate(statement)
            .bind("tenant", tx.tenant().uuid())
            .bind("connection", place.connection())
            .bind("environment", place.text())
            .bind("now", clock.instant())
            .bind("rows", JSON.writeValueAsString(rows))
            .execute();
    if (saved != rows.size()) {
      throw new IllegalStateException(
          "%d of %d rows were made by another transaction meanwhile"
              .formatted(rows.size() - saved, rows.size()));
    }
  }

  static @Nullable String time(@Nullable Instant moment) {
    return moment == null ? null : moment.toString();
  }
}
