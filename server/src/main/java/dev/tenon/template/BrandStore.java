package dev.tenon.template;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/// Layouts in the database.
final class BrandStore {
  private BrandStore() {}

  static Optional<Brand> find(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select product, logo_url, brand_color, support_email, support_url, postal_address,
              language, revision
            from mail_layout where tenant_id = :tenant
            """)
        .bind("tenant", tx.tenant().uuid())
        .map((row, _) -> brand(row))
        .findOne();
  }

  /// Stores it with the next revision. Answers whether it did: not where the one that is there is
  /// not the one it is to replace.
  ///
  /// @param expected the revision to replace, 0 for none; -1 for any
  static boolean put(TenantTx tx, Brand brand, long expected, Instant now) {
    return tx.handle()
            .createUpdate(
                """
            insert into mail_layout (tenant_id, product, logo_url, brand_color, support_email,
              support_url, postal_address, language, revision, updated_at)
            values (:tenant, :product, :logo, :color, :email, :url, :address, :language, 1, :now)
            on conflict (tenant_id) do update set product = excluded.product,
              logo_url = excluded.logo_url, brand_color = excluded.brand_color,
              support_email = excluded.support_email, support_url = excluded.support_url,
              postal_address = excluded.postal_address, language = excluded.language,
              revision = mail_layout.revision + 1, updated_at = excluded.updated_at
            where :expected = -1 or mail_layout.revision = :expected
            """)
            .bind("tenant", tx.tenant().uuid())
            .bind("product", brand.product())
            .bind("logo", brand.logoUrl())
            .bind("color", brand.brandColor())
            .bind("email", brand.supportEmail())
            .bind("url", brand.supportUrl())
            .bind("address", brand.postalAddress())
            .bind("language", brand.language())
            .bind("expected", expected)
            .bind("now", now)
            .execute()
        == 1;
  }

  static Brand brand(ResultSet row) throws SQLException {
    return new Brand(
        row.getString("product"),
        row.getString("logo_url"),
        row.getString("brand_color"),
        row.getString("support_email"),
        row.getString("support_url"),
        row.getString("postal_address"),
        row.getString("language"),
        row.getLong("revision"));
  }
}
