package dev.tenon.email;

import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/// Senders in the database. Addresses come and go as [Senders#normal] has them.
final class SenderStore {
  private static final String COLUMNS =
      "select address, name, product, is_default, owns_domain, created_at from sender ";

  private SenderStore() {}

  /// The tenant's default sender, else the platform's.
  static Optional<Sender> defaultSender(TenantTx tx) {
    return tx.handle()
        .createQuery(
            COLUMNS
                + """
                  where tenant_id in (:tenant, :platform) and is_default
                  order by (tenant_id = :tenant) desc limit 1
                  """)
        .bind("tenant", tx.tenant().uuid())
        .bind("platform", TenantId.PLATFORM.uuid())
        .map((row, _) -> sender(row))
        .findOne();
  }

  static Optional<Sender> find(TenantTx tx, String address) {
    return tx.handle()
        .createQuery(COLUMNS + "where tenant_id = :tenant and address = :address")
        .bind("tenant", tx.tenant().uuid())
        .bind("address", address)
        .map((row, _) -> sender(row))
        .findOne();
  }

  /// Whether one of the tenant's addresses was marked to stand for all of its domain.
  static boolean ownsDomain(TenantTx tx, String domain) {
    return tx.handle()
        .createQuery(
            """
            select exists (
              select from sender
              where tenant_id = :tenant and owns_domain and split_part(address, '@', 2) = :domain)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("domain", domain)
        .mapTo(Boolean.class)
        .one();
  }

  /// Whether the tenant has a default sender of its own.
  static boolean hasDefault(TenantTx tx) {
    return tx.handle()
        .createQuery("select exists (select from sender where tenant_id = :tenant and is_default)")
        .bind("tenant", tx.tenant().uuid())
        .mapTo(Boolean.class)
        .one();
  }

  static List<Sender> list(TenantTx tx, int limit) {
    return tx.handle()
        .createQuery(COLUMNS + "where tenant_id = :tenant order by address limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("limit", limit)
        .map((row, _) -> sender(row))
        .list();
  }

  /// Leaves the tenant without a default sender.
  static void clearDefault(TenantTx tx) {
    tx.handle()
        .createUpdate(
            "update sender set is_default = false where tenant_id = :tenant and is_default")
        .bind("tenant", tx.tenant().uuid())
        .execute();
  }

  /// Inserts a sender or replaces the one of this address; a domain that is the tenant's stays so.
  static void put(TenantTx tx, Sender sender, Instant now) {
    tx.handle()
        .createUpdate(
            """
            insert into sender (tenant_id, address, name, product, is_default, owns_domain, created_at)
            values (:tenant, :address, :name, :product, :default, :owns, :now)
            on conflict (tenant_id, address) do update
              set name = excluded.name, product = excluded.product,
                is_default = excluded.is_default,
                owns_domain = sender.owns_domain or excluded.owns_domain
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("address", sender.address())
        .bind("name", sender.name())
        .bind("product", sender.product())
        .bind("default", sender.isDefault())
        .bind("owns", sender.ownsDomain())
        .bind("now", now)
        .execute();
  }

  /// Answers whether it was there.
  static boolean delete(TenantTx tx, String address) {
    return tx.handle()
            .createUpdate("delete from sender where tenant_id = :tenant and address = :address")
            .bind("tenant", tx.tenant().uuid())
            .bind("address", address)
            .execute()
        == 1;
  }

  private static Sender sender(ResultSet row) throws SQLException {
    return new Sender(
        row.getString("address"),
        row.getString("name"),
        row.getString("product"),
        row.getBoolean("is_default"),
        row.getBoolean("owns_domain"),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }
}
