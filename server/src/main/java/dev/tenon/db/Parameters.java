package dev.tenon.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The parameters of a statement on a hot path, set one after the other in plain JDBC. Whole
/// columns go as arrays for `unnest`, so that a batch is one statement and one plan.
public final class Parameters {
  private final Connection connection;
  private final PreparedStatement statement;
  private int next = 1;

  private Parameters(PreparedStatement statement) throws SQLException {
    this.statement = statement;
    this.connection = statement.getConnection();
  }

  /// Begins with the first parameter.
  public static Parameters of(PreparedStatement statement) throws SQLException {
    return new Parameters(statement);
  }

  public Parameters uuid(UUID value) throws SQLException {
    statement.setObject(next++, value);
    return this;
  }

  public Parameters text(String value) throws SQLException {
    statement.setString(next++, value);
    return this;
  }

  public Parameters number(int value) throws SQLException {
    statement.setInt(next++, value);
    return this;
  }

  public Parameters time(Instant value) throws SQLException {
    statement.setObject(next++, value.atOffset(ZoneOffset.UTC));
    return this;
  }

  /// A column of ids.
  public <R> Parameters uuids(Collection<R> rows, Function<R, @Nullable UUID> value)
      throws SQLException {
    return array("uuid", rows, value, new UUID[rows.size()]);
  }

  /// A column of texts.
  public <R> Parameters texts(Collection<R> rows, Function<R, @Nullable String> value)
      throws SQLException {
    return array("text", rows, value, new String[rows.size()]);
  }

  /// A column of `bigint`.
  public <R> Parameters longs(Collection<R> rows, Function<R, @Nullable Long> value)
      throws SQLException {
    return array("int8", rows, value, new Long[rows.size()]);
  }

  /// A column of `int`.
  public <R> Parameters ints(Collection<R> rows, Function<R, @Nullable Integer> value)
      throws SQLException {
    return array("int4", rows, value, new Integer[rows.size()]);
  }

  private <R, V> Parameters array(
      String type, Collection<R> rows, Function<R, @Nullable V> value, @Nullable V[] column)
      throws SQLException {
    int at = 0;
    for (R row : rows) {
      column[at++] = value.apply(row);
    }
    statement.setArray(next++, connection.createArrayOf(type, column));
    return this;
  }
}
