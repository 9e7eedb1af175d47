package dev.tenon.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class TestDatabaseTest {

  @Test
  void givesEachClassADatabaseOfItsOwn() throws SQLException {
    try (TestDatabase one = TestDatabase.fresh();
        TestDatabase two = TestDatabase.fresh()) {
      assertThat(one.address().jdbcUrl()).isNotEqualTo(two.address().jdbcUrl());
      try (Connection connection = one.connectAsAdministrator();
          Statement statement = connection.createStatement()) {
        statement.execute("create table only_in_one (x int)");
      }
      try (Connection connection = two.connectAsAdministrator();
          Statement statement = connection.createStatement()) {
        assertThat(
                statement
                    .executeQuery("select 1 from pg_tables where tablename = 'only_in_one'")
                    .next())
            .isFalse();
      }
    }
  }
}
