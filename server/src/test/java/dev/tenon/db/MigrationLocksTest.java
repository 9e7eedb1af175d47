package dev.tenon.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A migration holds up nobody for as long as it takes to read a table: a check of a table that was
/// there before is added without proof, and proven by a later migration. In the transaction that
/// adds it, the proof would read the table under the lock of the addition.
@SuppressWarnings("NullAway")
class MigrationLocksTest {
  /// Before, nobody had rows in these tables.
  private static final String FIRST = "V20261125";

  private static final Pattern CREATED = Pattern.compile("create table (\\w+)");
  private static final Pattern ALTERED = Pattern.compile("^\\s*alter table (\\w+)");

  @Test
  void checksOfTablesWithRowsAreProvenByALaterMigration() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Path file : files()) {
      String sql = Files.readString(file).replaceAll("--[^\n]*", "");
      Set<String> created = new HashSet<>();
      CREATED.matcher(sql).results().forEach(found -> created.add(found.group(1)));
      for (String statement : sql.split(";", -1)) {
        Matcher altered = ALTERED.matcher(statement);
        if (altered.find()
            && !created.contains(altered.group(1))
            && statement.split("check \\(", -1).length > statement.split("not valid", -1).length) {
          wrong.add(file.getFileName() + ": " + statement.strip());
        }
      }
      if (sql.contains("validate constraint") && sql.contains("not valid")) {
        wrong.add(file.getFileName() + ": proves what it adds");
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyConstraintIsProvenInTheEnd() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        var sql = database.connectAsAdministrator();
        var rows =
            sql.createStatement()
                .executeQuery(
                    """
                    select conrelid::regclass || ' ' || conname from pg_constraint
                    where not convalidated
                    """)) {
      List<String> open = new ArrayList<>();
      while (rows.next()) {
        open.add(rows.getString(1));
      }
      assertThat(open).isEmpty();
    }
  }

  private static List<Path> files() throws Exception {
    Path folder = Path.of(MigrationLocksTest.class.getResource("/db/migration/").toURI());
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .filter(file -> file.getFileName().toString().compareTo(FIRST) > 0)
          .sorted()
          .toList();
    }
  }
}
