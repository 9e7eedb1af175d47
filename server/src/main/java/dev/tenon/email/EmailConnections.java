package dev.tenon.email;

import dev.tenon.connector.email.EmailProvider;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The connections that a tenant's mail may go through, ready for use.
public interface EmailConnections {

  /// The default first, then the fallbacks; the platform's where the tenant has none of its own.
  ///
  /// @param stream the message's stream; one without a route of its own takes the general one
  /// @param named the connection that the message is to go through alone, or null
  List<Ready> of(TenantId tenant, String stream, @Nullable UUID named);

  /// One connection with its provider.
  ///
  /// @param owner whose it is: the tenant, or the platform
  /// @param broken whether it is marked as refused by its provider
  /// @param changedAt when somebody last changed it or its credentials
  /// @param ratePerSecond how many mails it may be given in a second, by all nodes; 0 for any
  ///   number
  record Ready(
      TenantId owner,
      UUID connection,
      EmailProvider provider,
      boolean broken,
      Instant changedAt,
      int ratePerSecond) {

    /// At any pace.
    Ready(
        TenantId owner,
        UUID connection,
        EmailProvider provider,
        boolean broken,
        Instant changedAt) {
      this(owner, connection, provider, broken, changedAt, 0);
    }

    /// As reasons for people name it.
    String name() {
      return nameOf(provider.name(), connection);
    }

    Ready with(EmailProvider other) {
      return new Ready(owner, connection, other, broken, changedAt, ratePerSecond);
    }
  }

  /// As reasons for people name a connection.
  static String nameOf(String provider, UUID connection) {
    return provider + " " + Ids.write(Prefix.CONNECTION, connection);
  }
}
