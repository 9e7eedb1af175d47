package dev.tenon;

import dev.tenon.console.DeliveryOpener;
import dev.tenon.inbox.Delivery;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import java.util.UUID;

/// Received webhooks in the vault, each bound to its tenant and its received event.
record SealedDelivery(Vault vault) {
  private static final int BYTES_MAX = 32 << 20;

  byte[] seal(TenantId tenant, UUID event, byte[] packed) {
    return vault.sealPayload(tenant, event.toString(), "delivery", packed);
  }

  Delivery open(TenantId tenant, UUID event, byte[] stored) {
    return Delivery.unpack(
        vault.openPayload(tenant, event.toString(), "delivery", stored, BYTES_MAX));
  }

  /// As the console shows it.
  DeliveryOpener.OpenedDelivery show(TenantId tenant, UUID event, byte[] stored) {
    Delivery delivery = open(tenant, event, stored);
    return new DeliveryOpener.OpenedDelivery(
        delivery.headers().entrySet().stream()
            .map(header -> new DeliveryOpener.Header(header.getKey(), header.getValue()))
            .toList(),
        delivery.body());
  }
}
