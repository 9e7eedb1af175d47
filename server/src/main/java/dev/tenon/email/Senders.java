package dev.tenon.email;

import dev.tenon.db.TenantTx;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The addresses that tenants own. Who owns what is the platform's word: its keys add any address
/// and may mark the whole domain as the tenant's; a tenant's own keys add addresses of such domains
/// and no others. Addresses are kept in lower case.
final class Senders {
  /// What [TenantTx#hold] names for a change of them.
  static final String HELD = "sender";

  private static final int LISTED_MAX = 1_000;

  private Senders() {}

  /// How an address is kept and compared.
  static String normal(String address) {
    return address.toLowerCase(Locale.ROOT);
  }

  /// The tenant's default sender, else the platform's.
  static Optional<Sender> defaultSender(TenantTx tx) {
    return SenderStore.defaultSender(tx);
  }

  static Optional<Sender> find(TenantTx tx, String address) {
    return SenderStore.find(tx, normal(address));
  }

  static List<Sender> list(TenantTx tx) {
    return SenderStore.list(tx, LISTED_MAX);
  }

  /// Whether the platform marked this address's domain as the tenant's.
  static boolean ownsDomainOf(TenantTx tx, String address) {
    String domain = normal(address).substring(address.lastIndexOf('@') + 1);
    return SenderStore.ownsDomain(tx, domain);
  }

  /// Adds a sender or replaces the one of this address. The first one of a tenant, or one that says
  /// so, becomes the default.
  static Sender put(TenantTx tx, Sender wanted, Instant now) {
    String address = normal(wanted.address());
    boolean first = !SenderStore.hasDefault(tx);
    boolean isDefault =
        wanted.isDefault()
            || first
            || SenderStore.find(tx, address).map(Sender::isDefault).orElse(false);
    if (isDefault) {
      SenderStore.clearDefault(tx);
    }
    SenderStore.put(
        tx,
        new Sender(address, wanted.name(), wanted.product(), isDefault, wanted.ownsDomain(), now),
        now);
    return SenderStore.find(tx, address).orElseThrow();
  }

  /// Answers whether it was there.
  static boolean delete(TenantTx tx, String address) {
    return SenderStore.delete(tx, normal(address));
  }
}
