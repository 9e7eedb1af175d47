package dev.tenon.tenant;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.Optional;
import java.util.UUID;

/// Names a tenant. A type of its own, so that the compiler notices when another id stands in its
/// place.
public record TenantId(UUID uuid) implements Comparable<TenantId> {

  /// The platform itself: a tenant like any other, present from the first migration on. It owns
  /// what serves many tenants. Its id is written `ten_platform`.
  public static final TenantId PLATFORM = new TenantId(new UUID(0x7000L, 0x8000_0000_0000_0000L));

  private static final String PLATFORM_TEXT = "ten_platform";

  /// Reads an id as it stands in a URL or body; empty when it can't be one.
  public static Optional<TenantId> parse(String text) {
    return text.equals(PLATFORM_TEXT)
        ? Optional.of(PLATFORM)
        : Ids.read(Prefix.TENANT, text).map(TenantId::new);
  }

  @Override
  public int compareTo(TenantId other) {
    return uuid.compareTo(other.uuid);
  }

  @Override
  public String toString() {
    return equals(PLATFORM) ? PLATFORM_TEXT : Ids.write(Prefix.TENANT, uuid);
  }
}
