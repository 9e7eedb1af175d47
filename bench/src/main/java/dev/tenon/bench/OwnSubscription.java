package dev.tenon.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/// The plan that a tenant itself has, as a customer of the platform's.
final class OwnSubscription {
  private static final String CUSTOMER = "cus_Itself";

  private OwnSubscription() {}

  /// One that has ended, and one that is in use.
  static void plant(Connection session, UUID tenant, UUID platformConnection) throws SQLException {
    try (var insert =
        session.prepareStatement(
            """
            insert into subscription (tenant_id, connection_id, provider_id, id,
              customer_provider_id, provider_status, state, price, prices, was_active, as_of,
              ended_at, period_end, created_at, updated_at)
            select ?, ?, 'sub_Itself' || state, uuidv7(), ?, status, state, 'price_platform',
              '{price_platform}', true, now(), case when state = 'ended' then now() end,
              now() + interval '18 days', now(), now()
            from (values ('ended', 'canceled'), ('active', 'active')) as one (state, status)
            """)) {
      insert.setObject(1, tenant);
      insert.setObject(2, platformConnection);
      insert.setString(3, CUSTOMER);
      int _ = insert.executeUpdate();
    }
    // Versions that tell the tenant from its customers on that account say so at the customer.
    boolean marked;
    try (var statement = session.createStatement();
        var rows =
            statement.executeQuery(
                """
                select exists (select from information_schema.columns
                  where table_schema = 'tenon' and table_name = 'customer'
                    and column_name = 'subscriber')
                """)) {
      rows.next();
      marked = rows.getBoolean(1);
    }
    try (var insert =
        session.prepareStatement(
            """
            insert into customer (tenant_id, connection_id, provider_id, id, email, name, created_at,
              updated_at%s)
            values (?, ?, ?, uuidv7(), 'owner@shop.test', 'Owner', now(), now()%s)
            """
                .formatted(marked ? ", subscriber" : "", marked ? ", 'tenant'" : ""))) {
      insert.setObject(1, tenant);
      insert.setObject(2, platformConnection);
      insert.setString(3, CUSTOMER);
      int _ = insert.executeUpdate();
    }
  }
}
