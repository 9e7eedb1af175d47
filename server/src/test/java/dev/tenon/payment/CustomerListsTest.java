package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.db.TestDatabase;
import dev.tenon.http.Page;
import dev.tenon.tenant.TenantId;
import java.sql.Connection;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What a list of one customer's things reads does not grow with how many others there are.
class CustomerListsTest {
  private static final int MANY = 20_000;

  @Test
  void aCustomersPaymentsAndRefundsAreFoundByAnIndex() throws Exception {
    var tenant = new TenantId(UUID.randomUUID());
    try (TestDatabase fresh = TestDatabase.fresh();
        Database database = fresh.open();
        Connection admin = fresh.connectAsAdministrator();
        var sql = admin.createStatement()) {
      sql.execute("set search_path = tenon");
      sql.execute(
          """
          insert into tenant (tenant_id, name, slug, state, created_at)
          values ('%s', 'Many', 'many', 'active', now())
          """
              .formatted(tenant.uuid()));
      // One old row of the customer, so that reading from the newest on passes all others.
      sql.execute(
          """
          insert into payment (tenant_id, connection_id, provider_id, id, customer_provider_id,
            state, amount, currency, failed_tries, created_at, updated_at)
          select '%1$s', '%1$s', 'in_' || i, lpad(to_hex(i), 32, '0')::uuid, 'cus_' || i,
            'succeeded', 1, 'eur', 0, now(), now()
          from generate_series(1, %2$d) i
          """
              .formatted(tenant.uuid(), MANY));
      sql.execute(
          """
          insert into charge_refund (tenant_id, connection_id, provider_id, id,
            customer_provider_id, amount_refunded, currency, created_at, updated_at)
          select '%1$s', '%1$s', 'ch_' || i, lpad(to_hex(i), 32, '0')::uuid, 'cus_' || i, 1, 'eur',
            now(), now()
          from generate_series(1, %2$d) i
          """
              .formatted(tenant.uuid(), MANY));
      sql.execute("analyze payment");
      sql.execute("analyze charge_refund");
      var ask = new Page.Ask(Optional.empty(), 25);
      database.useTenant(
          tenant,
          tx -> {
            assertThat(new RefundQueries().refunds(tx, ask, ListFilter.ofCustomer("cus_7")))
                .hasSize(1);
            assertThat(read(tx, "charge_refund")).isLessThan(20);
            assertThat(new PaymentViews().payments(tx, ask, ListFilter.ofCustomer("cus_7")).data())
                .hasSize(1);
            assertThat(read(tx, "payment")).isLessThan(20);
            assertThat(new RefundQueries().refunds(tx, ask, ListFilter.ALL)).hasSize(ask.rows());
          });
    }
  }

  /// How many rows of a table this transaction has read so far.
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
}
