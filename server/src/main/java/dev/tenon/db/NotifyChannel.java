package dev.tenon.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// One channel of `LISTEN` and `NOTIFY`, on a connection of the engine that it keeps to itself.
/// Nothing is remembered for whoever doesn't listen.
public final class NotifyChannel implements AutoCloseable {
  private static final int ANSWER_SECONDS_MAX = 5;

  private final Connection connection;
  private final String channel;

  private NotifyChannel(Connection connection, String channel) {
    this.connection = connection;
    this.channel = channel;
  }

  /// The database is away, or has closed the connection. Open another one.
  public static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Lost(String message) {
      super(message);
    }

    Lost(SQLException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /// Connects.
  ///
  /// @param channel lower-case letters and underscores
  /// @param name as `pg_stat_activity` shows the connection
  public static NotifyChannel open(DatabaseAddress address, String channel, String name) {
    if (!channel.matches("[a-z_]{1,60}")) {
      throw new IllegalArgumentException("no name of a channel: " + channel);
    }
    try {
      return new NotifyChannel(OwnConnection.open(address, name), channel);
    } catch (SQLException e) {
      throw new Lost(e);
    }
  }

  /// From now on [#hear] gets what anybody tells.
  public void listen() {
    try (var statement = connection.createStatement()) {
      statement.execute("listen " + channel);
    } catch (SQLException e) {
      throw new Lost(e);
    }
  }

  /// What was told since the last look: returns as soon as there is something, and with nothing
  /// after `longest`, when the connection was asked and is still there.
  public List<String> hear(Duration longest) {
    try {
      PGNotification[] all =
          connection.unwrap(PGConnection.class).getNotifications((int) longest.toMillis());
      if (all != null && all.length > 0) {
        return Arrays.stream(all).map(PGNotification::getParameter).toList();
      }
      if (!connection.isValid(ANSWER_SECONDS_MAX)) {
        throw new Lost("the connection is gone");
      }
      return List.of();
    } catch (SQLException e) {
      throw new Lost(e);
    }
  }

  /// Tells everybody who listens, on this connection or another.
  public void tell(String payload) {
    try (PreparedStatement statement = connection.prepareStatement("select pg_notify(?, ?)")) {
      statement.setString(1, channel);
      statement.setString(2, payload);
      statement.execute();
    } catch (SQLException e) {
      throw new Lost(e);
    }
  }

  /// Closes the socket under whoever waits in [#hear].
  public void abort() {
    OwnConnection.abort(connection);
  }

  @Override
  public void close() {
    OwnConnection.close(connection);
  }
}
