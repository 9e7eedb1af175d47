package dev.tenon.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// With plans that are made without looking at parameters, as the engine has them, what is read of
/// a message's weeks is the one week that it lies in.
class ReportPlansTest {
  private static final TestDatabase DATABASE = TestDatabase.fresh();

  @ParameterizedTest
  @ValueSource(strings = {ReportStore.ATTEMPTS, ReportStore.REPORTS, ReportStore.OPEN_ATTEMPTS})
  void aMessageIsLookedForInItsOwnWeekAlone(String sql) {
    UUID message = new Ids(InstantSource.system()).next();
    List<String> plan;
    try (Database database = DATABASE.open()) {
      plan = plan(database, sql.replace("%s", "skip locked"), message);
    }
    List<String> weeks =
        plan.stream()
            .filter(line -> line.contains(" on attempt_") || line.contains(" on message_report_"))
            .toList();
    assertThat(weeks).as(String.join("\n", plan)).hasSizeGreaterThan(3);
    assertThat(weeks)
        .as(String.join("\n", plan))
        .filteredOn(line -> !line.contains("never executed"))
        .hasSize(1);
  }

  private static List<String> plan(Database database, String sql, UUID message) {
    TenantId tenant = new TenantId(UUID.randomUUID());
    return database.asTenant(
        tenant,
        tx -> {
          tx.handle().execute("set local plan_cache_mode = force_generic_plan");
          tx.handle()
              .execute(
                  "prepare reported (uuid[], uuid) as "
                      + sql.replace(":ids", "$1").replace(":tenant", "$2"));
          List<String> lines =
              tx.handle()
                  .createQuery(
                      "explain (analyze, costs off, timing off) execute reported (array['%s']::uuid[], '%s')"
                          .formatted(message, tenant.uuid()))
                  .mapTo(String.class)
                  .list();
          tx.handle().execute("deallocate reported");
          return lines;
        });
  }
}
