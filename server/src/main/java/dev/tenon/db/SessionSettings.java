package dev.tenon.db;

import java.util.List;
import java.util.stream.Stream;

/// What bounds a session of ours, whichever PostgreSQL it is at: none may hold a lock for longer
/// than a healthy transaction takes, also when its node was stopped, lost its power or its network
/// in the middle. The embedded server's own settings are not relied upon.
final class SessionSettings {
  private static final String ENGINE_ROLE = "tenon_engine";

  private SessionSettings() {}

  private record Setting(String name, String value) {}

  /// Longest pause within a transaction. None of ours calls the outside, so that this takes a node
  /// that is gone.
  private static final Setting IDLE = new Setting("idle_in_transaction_session_timeout", "30s");

  private static final List<Setting> ALWAYS =
      List.of(
          IDLE,
          // Before the driver gives up (60 s), which would leave the statement running.
          new Setting("statement_timeout", "55s"),
          new Setting("lock_timeout", "15s"),
          // Statements of milliseconds, whose estimated cost may be anything: compiling them first
          // would take longer than all of them.
          new Setting("jit", "off"));

  /// The engine's statements are few and always alike: planning them anew costs more than many of
  /// them take. The API's have optional conditions, which only a plan of their own makes use of. A
  /// plan that was made while a queue was empty would read all of it for every row once it is full,
  /// so it must go by the index always.
  private static final List<Setting> ENGINE =
      List.of(
          new Setting("plan_cache_mode", "force_generic_plan"),
          new Setting("enable_seqscan", "off"));

  /// What some servers don't know or can't do: PostgreSQL 17 brought the first, and the others
  /// depend on the system it runs on.
  private static final List<Setting> WHERE_POSSIBLE =
      List.of(
          new Setting("transaction_timeout", "2min"),
          new Setting("client_connection_check_interval", "10s"),
          new Setting("tcp_keepalives_idle", "30"),
          new Setting("tcp_keepalives_interval", "10"),
          new Setting("tcp_keepalives_count", "3"),
          // An answer that the other side doesn't take.
          new Setting("tcp_user_timeout", "30s"));

  /// One statement that makes a new session ours: it drops to `role` and is bounded.
  static String sql(String role) {
    var sql = new StringBuilder("do $$ begin ");
    for (Setting setting : always(role)) {
      sql.append("perform set_config('%s', '%s', false); ".formatted(setting.name, setting.value));
    }
    for (Setting setting : WHERE_POSSIBLE) {
      sql.append(
          "begin perform set_config('%s', '%s', false); exception when others then null; end; "
              .formatted(setting.name, setting.value));
    }
    return sql.append("perform set_config('role', '%s', false); end $$".formatted(role)).toString();
  }

  private static List<Setting> always(String role) {
    return role.equals(ENGINE_ROLE)
        ? Stream.concat(ALWAYS.stream(), ENGINE.stream()).toList()
        : ALWAYS;
  }
}
