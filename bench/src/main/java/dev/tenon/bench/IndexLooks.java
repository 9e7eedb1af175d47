package dev.tenon.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How the server's sessions read a table, by what PostgreSQL counted while they did, and the plan
/// of the very statement that they sent.
final class IndexLooks {
  /// A session tells its figures ten seconds after its last statement at the latest.
  private static final Duration TOLD_MAX = Duration.ofSeconds(11);

  private static final String COUNTERS =
      """
      select 'seq', seq_scan, seq_tup_read from pg_stat_user_tables where relname = ?
      union all
      select indexrelname, idx_scan, idx_tup_read from pg_stat_user_indexes where relname = ?
      """;

  private final Connection session;
  private final String table;

  IndexLooks(Connection session, String table) {
    this.session = session;
    this.table = table;
  }

  /// Looks into the table and rows read, whether by an index or without.
  record Looks(long scans, long rows) {
    Looks minus(Looks before) {
      return new Looks(scans - before.scans, rows - before.rows);
    }
  }

  /// So far; `seq` is the table itself, all others are its indexes.
  Map<String, Looks> now() {
    Map<String, Looks> found = new TreeMap<>();
    try (var statement = session.prepareStatement(COUNTERS)) {
      statement.setString(1, table);
      statement.setString(2, table);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.put(rows.getString(1), new Looks(rows.getLong(2), rows.getLong(3)));
        }
      }
    } catch (SQLException e) {
      throw new BenchFailure("reading PostgreSQL's figures failed", e);
    }
    return found;
  }

  /// What there is once nothing more is told of what was asked before.
  Map<String, Looks> atRest() {
    Pause.millis(TOLD_MAX.toMillis());
    return now();
  }

  /// What came since `before`, once all sessions have told of `scans` looks; without what was not
  /// looked into.
  Map<String, Looks> since(Map<String, Looks> before, long scans) {
    long end = System.nanoTime() + TOLD_MAX.toNanos();
    while (true) {
      Map<String, Looks> grown = new TreeMap<>();
      now()
          .forEach(
              (name, looks) -> {
                Looks more = looks.minus(before.getOrDefault(name, new Looks(0, 0)));
                if (more.scans() > 0) {
                  grown.put(name, more);
                }
              });
      if (grown.values().stream().mapToLong(Looks::scans).sum() >= scans
          || System.nanoTime() > end) {
        return grown;
      }
      Pause.millis(200);
    }
  }

  /// Whether `questions` were answered by one look each into one index, with `rowsMax` rows each at
  /// most.
  static boolean isOneLook(Map<String, Looks> grown, long questions, int rowsMax) {
    return grown.size() == 1
        && !grown.containsKey("seq")
        && grown.values().stream()
            .allMatch(looks -> looks.scans() <= questions && looks.rows() <= questions * rowsMax);
  }

  /// For people.
  static String text(Map<String, Looks> grown, long questions) {
    List<String> parts = new ArrayList<>();
    grown.forEach(
        (name, looks) ->
            parts.add(
                "%s: %.2f looks, %.1f rows"
                    .formatted(
                        name.equals("seq") ? "the whole table" : name,
                        looks.scans() / (double) questions,
                        looks.rows() / (double) questions)));
    return String.join("; ", parts) + " a question";
  }

  /// The last statement on this table that one of the server's sessions sent; empty when none is
  /// seen now.
  static String statement(Connection administrator, String table) {
    try (var statement =
        administrator.prepareStatement(
            """
            select query from pg_stat_activity
            where application_name like 'tenon-%' and query ~ ? and query ~ '[$]1' limit 1
            """)) {
      statement.setString(1, "(from|join) " + table + " s");
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : "";
      }
    } catch (SQLException e) {
      throw new BenchFailure("reading the statements of sessions failed", e);
    }
  }

  /// The plan that PostgreSQL makes of it without knowing for whom, as the server's role has it.
  static List<String> plan(Connection owner, String statement) {
    List<String> lines = new ArrayList<>();
    try (var explain = owner.createStatement()) {
      boolean _ = explain.execute("set role tenon_tenant");
      try (var rows = explain.executeQuery("explain (generic_plan, costs off) " + statement)) {
        while (rows.next()) {
          lines.add(rows.getString(1));
        }
      }
      return lines;
    } catch (SQLException e) {
      throw new BenchFailure("the plan could not be read", e);
    }
  }

  /// The scans of a plan, as `Index Scan using subscription_held on subscription s`.
  static List<String> scans(List<String> plan) {
    return plan.stream()
        .map(line -> line.replaceFirst("^[ >-]*", ""))
        .filter(line -> line.matches(".*\\bScan\\b.*"))
        .toList();
  }
}
