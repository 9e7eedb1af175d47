package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import java.time.InstantSource;
import java.util.List;

/// Which prices a tenant may sell.
final class AllowedPrices {
  private final InstantSource clock;

  AllowedPrices(InstantSource clock) {
    this.clock = clock;
  }

  /// Whether the tenant may sell `price`. Without a list it may sell whatever its own account has,
  /// and nothing of an account that it shares.
  boolean allows(TenantTx tx, String price, boolean shared) {
    List<String> listed = list(tx);
    return listed.isEmpty() ? !shared : listed.contains(price);
  }

  List<String> list(TenantTx tx) {
    return tx.handle()
        .createQuery("select price from allowed_price where tenant_id = :tenant order by price")
        .bind("tenant", tx.tenant().uuid())
        .mapTo(String.class)
        .list();
  }

  void replace(TenantTx tx, List<String> prices) {
    tx.handle()
        .createUpdate(
            "delete from allowed_price where tenant_id = :tenant and price <> all(:prices)")
        .bind("tenant", tx.tenant().uuid())
        .bindArray("prices", String.class, prices)
        .execute();
    tx.handle()
        .createUpdate(
            """
            insert into allowed_price (tenant_id, price, created_at)
            select :tenant, price, :now from unnest(:prices::text[]) as price
            on conflict do nothing
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", clock.instant())
        .bindArray("prices", String.class, prices)
        .execute();
  }
}
