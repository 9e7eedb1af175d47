package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The question that an application asks on every request: what it answers, and that it reads a few
/// rows only, however many the tenant has, also by a plan that was made without knowing for whom.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EntitlementsTest {
  private static final int MANY = 20_000;
  private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

  private final TestDatabase fresh = TestDatabase.fresh();
  private final Database database = fresh.open();
  private Connection admin;
  private Statement sql;
  private int serial = MANY;

  @BeforeAll
  void start() throws SQLException {
    admin = fresh.connectAsAdministrator();
    sql = admin.createStatement();
    sql.execute("set search_path = tenon");
  }

  @AfterAll
  void stop() throws SQLException {
    admin.close();
    database.close();
    fresh.close();
  }

  @Test
  void readsAFewRowsHoweverManyThereAre() throws SQLException {
    TenantId tenant = tenant();
    UUID connection = connection(TenantId.PLATFORM, "development", "active");
    sql.execute(
        """
        insert into customer (tenant_id, connection_id, provider_id, id, subscriber, as_of,
          created_at, updated_at)
        select '%1$s', '%2$s', 'cus_' || i, lpad(to_hex(i), 32, '0')::uuid,
          case when i = 7 then 'tenant' else 'customer' end, now(), now(), now()
        from generate_series(1, %3$d) i
        """
            .formatted(tenant.uuid(), connection, MANY));
    sql.execute(
        """
        insert into subscription (tenant_id, connection_id, provider_id, id, customer_provider_id,
          provider_status, state, prices, as_of, created_at, updated_at)
        select '%1$s', '%2$s', 'sub_' || i, lpad(to_hex(i), 32, '0')::uuid, 'cus_' || i, 'active',
          'active', array['price_1'], now(), now(), now()
        from generate_series(1, %3$d) i
        """
            .formatted(tenant.uuid(), connection, MANY));
    sql.execute("analyze customer");
    sql.execute("analyze subscription");
    for (EntitlementQueries.Who who :
        List.of(
            new EntitlementQueries.Who.Providers("cus_7"),
            new EntitlementQueries.Who.Ours(new UUID(0, 7)),
            new EntitlementQueries.Who.Itself())) {
      for (String plan : List.of("force_generic_plan", "force_custom_plan")) {
        database.useTenant(
            tenant,
            tx -> {
              tx.handle().execute("set local plan_cache_mode = " + plan);
              long before = read(tx, "subscription") + read(tx, "customer");
              assertThat(new EntitlementQueries().held(tx, who, "price_1", null, NOW))
                  .as("%s", who)
                  .singleElement()
                  .matches(one -> one.providerId().equals("sub_7") && one.entitles());
              assertThat(read(tx, "subscription") + read(tx, "customer") - before)
                  .as("%s by %s", who, plan)
                  .isLessThan(8);
            });
      }
    }
  }

  /// How many rows of a table were read so far.
  private static long read(TenantTx tx, String table) {
    return tx.handle()
        .createQuery(
            """
            select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables
            where schemaname = 'tenon' and relname = :table
            """)
        .bind("table", table)
        .mapTo(Long.class)
        .one();
  }

  @Test
  void oneThatEntitlesIsFoundBehindManyThatDont() throws SQLException {
    TenantId tenant = tenant();
    UUID connection = connection(tenant, "development", "active");
    subscription(tenant, connection, "development", "past_due", "2026-12-01");
    for (int i = 0; i < 30; i++) {
      subscription(tenant, connection, "development", "incomplete", "2026-12-01");
    }
    assertThat(held(tenant, null)).hasSize(20).first().matches(one -> one.entitles());
    assertThat(entitled(tenant, null)).isTrue();
  }

  @Test
  void whatOnlyOthersHaveMentionedCountsForNothing() throws SQLException {
    TenantId tenant = tenant();
    UUID connection = connection(tenant, "development", "active");
    subscription(tenant, connection, "development", "incomplete", "2026-12-01");
    sql.execute("update subscription set as_of = null where tenant_id = '" + tenant.uuid() + "'");
    assertThat(held(tenant, null)).isEmpty();
  }

  @Test
  void aTestCardEntitlesNobodyWhereThereIsAProductionConnection() throws SQLException {
    TenantId tenant = tenant();
    UUID test = connection(tenant, "staging", "active");
    subscription(tenant, test, "staging", "active", "2026-12-01");
    assertThat(entitled(tenant, null)).as("nothing else there is").isTrue();
    assertThat(entitled(tenant, "production")).isFalse();
    assertThat(entitled(tenant, "development")).isFalse();

    UUID live = connection(tenant, "production", "disabled");
    assertThat(entitled(tenant, null)).as("it sold for real before").isFalse();
    assertThat(entitled(tenant, "staging")).as("asked for").isTrue();

    subscription(tenant, live, "production", "active", "2026-12-01");
    assertThat(entitled(tenant, null)).isTrue();
    assertThat(held(tenant, null)).hasSize(1);
  }

  @Test
  void thePlatformsProductionConnectionCountsForThoseWithoutAnyInUse() throws SQLException {
    TenantId without = tenant();
    TenantId own = tenant();
    UUID ofPlatform = connection(TenantId.PLATFORM, "staging", "active");
    subscription(without, ofPlatform, "staging", "active", "2026-12-01");
    subscription(
        own, connection(own, "development", "active"), "development", "active", "2026-12-01");
    assertThat(entitled(without, null)).isTrue();
    UUID live = connection(TenantId.PLATFORM, "production", "active");
    try {
      assertThat(entitled(without, null)).isFalse();
      assertThat(entitled(own, null)).isTrue();
    } finally {
      sql.execute("update connection set environment = 'staging' where id = '" + live + "'");
    }
  }

  @Test
  void aDisabledOrBrokenConnectionEntitlesUntilThePeriodIsWellOver() throws SQLException {
    TenantId tenant = tenant();
    UUID connection = connection(tenant, "production", "active");
    subscription(tenant, connection, "production", "active", "2026-11-20");
    assertThat(entitled(tenant, null)).as("late news are no end").isTrue();
    for (String state : List.of("disabled", "broken")) {
      sql.execute(
          "update connection set state = '%s' where id = '%s'".formatted(state, connection));
      assertThat(entitled(tenant, null)).as(state).isFalse();
    }
    sql.execute(
        "update subscription set period_end = '2026-11-23' where connection_id = '%s'"
            .formatted(connection));
    assertThat(entitled(tenant, null)).as("for three days more").isTrue();
  }

  private boolean entitled(TenantId tenant, @Nullable String environment) {
    return held(tenant, environment).stream()
        .anyMatch(EntitlementRoutes.EntitlingSubscription::entitles);
  }

  private List<EntitlementRoutes.EntitlingSubscription> held(
      TenantId tenant, @Nullable String environment) {
    return database.asTenant(
        tenant,
        tx ->
            new EntitlementQueries()
                .held(tx, new EntitlementQueries.Who.Providers("cus_1"), null, environment, NOW));
  }

  private TenantId tenant() throws SQLException {
    var tenant = new TenantId(UUID.randomUUID());
    sql.execute(
        "insert into tenant (tenant_id, name, state, created_at) values ('%s', 'T', 'active', now())"
            .formatted(tenant.uuid()));
    return tenant;
  }

  private UUID connection(TenantId owner, String environment, String state) throws SQLException {
    UUID id = UUID.randomUUID();
    sql.execute(
        """
        insert into connection (tenant_id, id, provider, name, environment, state, settings,
          created_at, updated_at)
        values ('%s', '%s', 'stripe', 'S', '%s', '%s', '{}', now(), now())
        """
            .formatted(owner.uuid(), id, environment, state));
    return id;
  }

  private void subscription(
      TenantId tenant, UUID connection, String environment, String status, String periodEnd)
      throws SQLException {
    serial++;
    sql.execute(
        """
        insert into subscription (tenant_id, connection_id, environment, provider_id, id,
          customer_provider_id, provider_status, state, period_end, as_of, created_at, updated_at)
        values ('%s', '%s', '%s', 'sub_%d', '%s', 'cus_1', '%s', '%s', '%s', now(), now(), now())
        """
            .formatted(
                tenant.uuid(),
                connection,
                environment,
                serial,
                new UUID(0, serial),
                status,
                SubscriptionState.of(status).text(),
                periodEnd));
  }
}
