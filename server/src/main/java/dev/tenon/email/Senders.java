package dev.tenon.email;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The addresses that tenants own. Who owns what is the platform's word: its keys add any address
/// and may mark the whole domain as the tenant's; a tenant's own keys add addresses of such domains
/// and no others. Addresses are kept in lower case.
public final class Senders {
  private static final String COLUMNS =
      "select address, name, product, is_default, owns_domain, created_at from sender ";

  private Senders() {}

  /// How an address is kept and compared.
  static String normal(String address) {
    return address.toLowerCase(Locale.ROOT);
  }

  /// The tenant's default sender, else the platform's.
  static Optional<Sender> defaultSender(TenantTx tx) {
    return tx.handle()
        .createQuery(COLUMNS + "where is_default order by (tenant_id = :tenant) desc limit 1")
        .bind("tenant", tx.tenant().uuid())
        .map((row, _) -> sender(row))
        .findOne();
  }

  static Optional<Sender> find(TenantTx tx, String address) {
    return tx.handle()
        .createQuery(COLUMNS + "where tenant_id = :tenant and address = :address")
        .bind("tenant", tx.tenant().uuid())
        .bind("address", normal(address))
        .map((row, _) -> sender(row))
        .findOne();
  }

  static List<Sender> list(TenantTx tx) {
    return tx.handle()
        .createQuery(COLUMNS + "where tenant_id = :tenant order by address limit 1000")
        .bind("tenant", tx.tenant().uuid())
        .map((row, _) -> sender(row))
        .list();
  }

  /// Whether the platform marked this address's domain as the tenant's.
  static boolean ownsDomainOf(TenantTx tx, String address) {
    String domain = normal(address).substring(address.lastIndexOf('@') + 1);
    return list(tx).stream()
        .anyMatch(sender -> sender.ownsDomain() && sender.domain().equals(domain));
  }

  /// Adds a sender or replaces the one of this address. The first one of a tenant, or one that says
  /// so, becomes the default.
  static Sender put(TenantTx tx, Sender wanted, Instant now) {
    boolean first = list(tx).stream().noneMatch(Sender::isDefault);
    boolean isDefault =
        wanted.isDefault()
            || first
            || find(tx, wanted.address()).map(Sender::isDefault).orElse(false);
    if (isDefault) {
      tx.handle()
          .createUpdate(
              "update sender set is_default = false where tenant_id = :tenant and is_default")
          .bind("tenant", tx.tenant().uuid())
          .execute();
    }
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
        .bind("address", normal(wanted.address()))
        .bind("name", wanted.name())
        .bind("product", wanted.product())
        .bind("default", isDefault)
        .bind("owns", wanted.ownsDomain())
        .bind("now", now)
        .execute();
    return find(tx, wanted.address()).orElseThrow();
  }

  static boolean delete(TenantTx tx, String address) {
    return tx.handle()
            .createUpdate("delete from sender where tenant_id = :tenant and address = :address")
            .bind("tenant", tx.tenant().uuid())
            .bind("address", normal(address))
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
