package dev.tenon.console;

import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.UUID;

/// Opens what a provider sent. Deliveries lie sealed in the database; the vault has the key.
@FunctionalInterface
public interface DeliveryOpener {
  /// Opens one delivery. Throws when it can't be opened; the page then says so.
  ///
  /// @param sealed as it lies in `received_event.sealed`
  OpenedDelivery open(TenantId tenant, UUID receivedEvent, byte[] sealed);

  /// One header as it came.
  record Header(String name, String value) {}

  /// A delivery as it came. A class, since it holds bytes.
  final class OpenedDelivery {
    private final List<Header> headers;
    private final byte[] body;

    /// Takes over `body`, which must not change afterwards.
    public OpenedDelivery(List<Header> headers, byte[] body) {
      this.headers = List.copyOf(headers);
      this.body = body;
    }

    List<Header> headers() {
      return headers;
    }

    byte[] body() {
      return body;
    }
  }
}
