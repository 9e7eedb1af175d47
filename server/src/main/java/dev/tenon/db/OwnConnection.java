package dev.tenon.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// A connection of the engine outside the pools, for what keeps one to itself.
public final class OwnConnection {
  private OwnConnection() {}

  /// Opens one in autocommit. It shows as `name` in `pg_stat_activity`.
  public static Connection open(DatabaseAddress address, String name) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password().reveal());
    properties.setProperty("currentSchema", "tenon");
    properties.setProperty("ApplicationName", name);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty(Database.Values.DETAIL, Database.Values.LEFT_OUT);
    Connection connection = DriverManager.getConnection(address.jdbcUrl(), properties);
    try (var statement = connection.createStatement()) {
      statement.execute(SessionSettings.sql("tenon_engine"));
      return connection;
    } catch (SQLException e) {
      close(connection);
      throw e;
    }
  }

  /// Closes it if there is one; that it can't be closed any more is no news.
  public static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException _) {
        return;
      }
    }
  }

  /// Closes the socket under whoever waits for an answer on it.
  public static void abort(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException _) {
        return;
      }
    }
  }
}
