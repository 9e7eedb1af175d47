package dev.tenon.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.tenant.TenantId;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// A forgotten WHERE shows nothing of another tenant. Every table holds rows of A, of B and of the
/// platform; the statements name no tenant, and the database alone keeps them apart.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RowSecurityTest {
  private static final String DENIED = "42501";
  private static final Set<String> SHARED = Set.of("email_route", "sender");

  private final UUID a = FilledTables.idNow(1);
  private final UUID b = FilledTables.idNow(2);
  private final UUID platform = TenantId.PLATFORM.uuid();
  private final TestDatabase database = TestDatabase.fresh();
  private Connection administrator;
  private Connection login;
  private FilledTables filled;

  @BeforeAll
  void fill() throws SQLException {
    administrator = database.connectAsAdministrator();
    filled = new FilledTables(administrator);
    filled.fill(a, a);
    filled.fill(b, b);
    filled.fill(platform, FilledTables.idNow(3));
    DatabaseAddress address = database.address();
    login =
        DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password().reveal());
    login.setAutoCommit(false);
  }

  @AfterAll
  void stop() throws SQLException {
    login.close();
    administrator.close();
    database.close();
  }

  @Test
  void everyTableIsFilled() throws SQLException {
    for (UUID tenant : List.of(a, b, platform)) {
      for (var table : filled.digest(tenant).entrySet()) {
        assertThat(table.getValue().startsWith("0 "))
            .as("%s is without rows of %s", table.getKey(), tenant)
            .isEqualTo(!filled.open(table.getKey(), tenant));
      }
    }
    assertThat(filled.tables()).hasSizeGreaterThan(25);
  }

  @Test
  void aTenantSelectsItsOwnRowsOnly() throws SQLException {
    for (String table : filled.tables()) {
      Object seen = as("tenon_tenant", a.toString(), "select tenant_id from " + table);
      if (!DENIED.equals(seen)) {
        Set<UUID> expected = new TreeSet<>(own(table));
        if (SHARED.contains(table)) {
          expected.add(platform);
        }
        assertThat(seen).as(table).isEqualTo(expected);
      }
    }
  }

  /// A, where A may have rows.
  private Set<UUID> own(String table) throws SQLException {
    return filled.open(table, a) ? Set.of(a) : Set.of();
  }

  @Test
  void aTenantUpdatesItsOwnRowsOnly() throws SQLException {
    for (String table : filled.tables()) {
      for (String column : columns(table)) {
        Object changed =
            as(
                "tenon_tenant",
                a.toString(),
                "update %s set %s = %s returning tenant_id".formatted(table, column, column));
        assertThat(changed).as(table + "." + column).isIn(DENIED, own(table));
      }
    }
  }

  @Test
  void aTenantDeletesItsOwnRowsOnly() throws SQLException {
    Map<String, String> before = filled.digest(b);
    for (String table : filled.tables()) {
      Object gone =
          as("tenon_tenant", a.toString(), "delete from %s returning tenant_id".formatted(table));
      assertThat(gone).as(table).isIn(DENIED, own(table));
    }
    assertThat(filled.digest(b)).isEqualTo(before);
  }

  @Test
  void aTenantCannotWriteARowOfAnother() throws SQLException {
    for (String table : filled.tables()) {
      assertThat(
              as(
                  "tenon_tenant",
                  a.toString(),
                  "insert into %s select * from %s returning tenant_id"
                      .formatted(table, copyFor(table, filled.open(table, b) ? b : platform))))
          .as("insert into " + table)
          .isEqualTo(DENIED);
      assertThat(
              as(
                  "tenon_tenant",
                  a.toString(),
                  "update %s set tenant_id = '%s' returning tenant_id".formatted(table, b)))
          .as("give away a row of " + table)
          .isEqualTo(DENIED);
    }
  }

  /// A row as the administrator reads it, with every column as a literal.
  private String copyFor(String table, UUID tenant) throws SQLException {
    try (Statement statement = administrator.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select * from %s where tenant_id = '%s'".formatted(table, tenant))) {
      assertThat(row.next()).isTrue();
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
        String text = row.getString(i);
        String type = row.getMetaData().getColumnTypeName(i);
        values.add(
            text == null ? "null::" + type : "'%s'::%s".formatted(text.replace("'", "''"), type));
      }
      return "(values (%s)) as copy".formatted(String.join(", ", values));
    }
  }

  @Test
  void withoutATenantNothingIsThere() throws SQLException {
    for (String table : filled.tables()) {
      Set<UUID> open = SHARED.contains(table) ? Set.of(platform) : Set.of();
      assertThat(as("tenon_tenant", "", "select tenant_id from " + table))
          .as(table)
          .isIn(DENIED, open);
      assertThat(as("tenon_tenant", "", "delete from %s returning tenant_id".formatted(table)))
          .as(table)
          .isIn(DENIED, Set.of());
      assertThat(
              as(
                  "tenon_tenant",
                  "",
                  "insert into %s select * from %s returning tenant_id"
                      .formatted(table, copyFor(table, filled.open(table, b) ? b : platform))))
          .as(table)
          .isEqualTo(DENIED);
    }
  }

  @Test
  void aTenantThatIsNoIdIsRefused() {
    assertThatThrownBy(() -> as("tenon_tenant", "' or true --", "select tenant_id from customer"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("invalid input syntax for type uuid");
  }

  @Test
  void theEngineIsShutOutOfWhatIsNotItsOwn() throws SQLException {
    List<String> closed = new ArrayList<>();
    for (String table : filled.tables()) {
      Object seen = as("tenon_engine", "", "select tenant_id from " + table);
      // With a tenant set it sees no more: becoming a tenant takes the role.
      assertThat(as("tenon_engine", a.toString(), "select tenant_id from " + table))
          .as(table)
          .isEqualTo(seen);
      if (DENIED.equals(seen)) {
        closed.add(table);
      } else {
        Set<UUID> all = new TreeSet<>(own(table));
        all.addAll(own(table).isEmpty() ? Set.of() : Set.of(b));
        all.add(platform);
        assertThat(seen).as(table).isEqualTo(all);
      }
    }
    assertThat(closed)
        .contains("connection_secret", "customer", "payment", "message_content", "event");
  }

  @Test
  void aPartitionCannotBeAskedDirectly() throws SQLException {
    List<String> partitions = new ArrayList<>();
    try (Statement statement = administrator.createStatement();
        ResultSet found =
            statement.executeQuery(
                """
                select c.relname from pg_class c
                where c.relispartition and c.relkind = 'r'
                  and c.relnamespace = 'tenon'::regnamespace
                """)) {
      while (found.next()) {
        partitions.add(found.getString(1));
      }
    }
    assertThat(partitions).isNotEmpty();
    for (String partition : partitions) {
      for (String role : List.of("tenon_tenant", "tenon_engine")) {
        assertThat(as(role, a.toString(), "select tenant_id from " + partition))
            .as(role + " on " + partition)
            .isEqualTo(DENIED);
      }
    }
  }

  @Test
  void theEngineBecomesATenantAndComesBack() {
    try (Database db = database.open()) {
      List<UUID> during =
          db.asEngine(
              tx ->
                  tx.asTenant(
                      new TenantId(a),
                      own ->
                          own.handle()
                              .createQuery("select tenant_id from customer")
                              .mapTo(UUID.class)
                              .list()));
      assertThat(during).containsExactly(a);
      assertThatThrownBy(
              () ->
                  db.useEngine(
                      tx -> {
                        int _ = tx.asTenant(new TenantId(a), _ -> 1);
                        tx.handle()
                            .createQuery("select tenant_id from customer")
                            .mapTo(UUID.class)
                            .list();
                      }))
          .hasMessageContaining("permission denied");
    }
  }

  /// Runs a statement as a role with a tenant set, takes it back, and answers the tenants of the
  /// rows it saw or changed, or [#DENIED].
  private Object as(String role, String tenant, String statement) throws SQLException {
    try (Statement running = login.createStatement()) {
      running.execute("set local search_path = tenon");
      running.execute("set local role " + role);
      running.execute(
          "select set_config('tenon.tenant', '%s', true)".formatted(tenant.replace("'", "''")));
      Set<UUID> tenants = new TreeSet<>();
      try (ResultSet rows = running.executeQuery(statement)) {
        while (rows.next()) {
          tenants.add(rows.getObject(1, UUID.class));
        }
      }
      return Set.copyOf(tenants);
    } catch (SQLException e) {
      if (DENIED.equals(e.getSQLState())) {
        return DENIED;
      }
      throw e;
    } finally {
      login.rollback();
    }
  }

  private List<String> columns(String table) throws SQLException {
    try (Statement statement = administrator.createStatement();
        ResultSet row = statement.executeQuery("select * from " + table + " limit 0")) {
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
        columns.add(row.getMetaData().getColumnName(i));
      }
      return columns;
    }
  }
}
