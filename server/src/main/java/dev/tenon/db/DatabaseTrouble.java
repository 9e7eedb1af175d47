package dev.tenon.db;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;

/// Tells why a statement failed: a database that is away or overrun, a value that it can't hold, or
/// a fault of ours.
public final class DatabaseTrouble {
  private static final Set<String> OVER_TIME = Set.of("55P03", "57014", "25P03", "25P04");

  private DatabaseTrouble() {}

  /// Whether `e` comes from a database that may answer the same request later: no connection was
  /// free in time, the connection broke, the server is stopping, starting or full, or it gave this
  /// transaction up for another.
  public static boolean isPassing(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientException) {
        return true;
      }
      if (cause instanceof SQLException sql && isPassing(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  /// Whether `e` comes from a value that a column can't hold (class 22) or that breaks a check
  /// (23514). What reads the value should have refused it, with the name of its field.
  public static boolean isUnfit(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        @org.jspecify.annotations.Nullable String state = sql.getSQLState();
        if (state != null && (state.startsWith("22") || state.equals("23514"))) {
          return true;
        }
      }
    }
    return false;
  }

  /// By class of SQLSTATE: 08 connection, 40 rolled back, 53 out of resources, 57P shutting down or
  /// starting up; and what bounds a session of ours ([SessionSettings]): 55P03 a lock was not given
  /// in time, 57014 a statement took too long, 25P03 and 25P04 a transaction did.
  private static boolean isPassing(@org.jspecify.annotations.Nullable String state) {
    return state != null
        && (state.startsWith("08")
            || state.startsWith("40")
            || state.startsWith("53")
            || state.startsWith("57P")
            || OVER_TIME.contains(state));
  }
}
