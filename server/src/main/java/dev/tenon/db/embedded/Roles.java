package dev.tenon.db.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// The role that Tenon logs in as, and its database: made at the first start, repaired at a later
/// one.
final class Roles {
  /// The superuser that `initdb` makes. It only makes the login role.
  static final String ADMINISTRATOR = "tenon_admin";

  /// Owns the database and may create the roles that the migrations need; no superuser, and bound
  /// by row-level security.
  static final String LOGIN = "tenon";

  private final int port;
  private final Passwords passwords;

  Roles(int port, Passwords passwords) {
    this.port = port;
    this.passwords = passwords;
  }

  void ensure(String database) {
    try (Connection connection =
            ServerProcess.connect(port, "postgres", ADMINISTRATOR, passwords.administrator());
        Statement statement = connection.createStatement()) {
      if (!exists(connection, "select 1 from pg_roles where rolname = ?", LOGIN)) {
        statement.execute("create role " + LOGIN);
      }
      // The server keeps a salted hash of it, so this is not told apart from a change; it costs
      // nothing and repairs a password file that was lost.
      statement.execute(
          "alter role %s login createrole nosuperuser nobypassrls password '%s'"
              .formatted(LOGIN, passwords.login().reveal().replace("'", "''")));
      // From PostgreSQL 16 on, who makes a role may not become it unless this says so.
      statement.execute(
          "alter role %s set createrole_self_grant = 'set, inherit'".formatted(LOGIN));
      if (!exists(connection, "select 1 from pg_database where datname = ?", database)) {
        statement.execute("create database %s owner %s".formatted(database, LOGIN));
        statement.execute("revoke all on database %s from public".formatted(database));
      }
    } catch (SQLException e) {
      throw new DatabaseStartException(
          "the embedded database runs but its roles can't be made: " + e.getMessage(), e);
    }
  }

  private static boolean exists(Connection connection, String query, String name)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }
}
