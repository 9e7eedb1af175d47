package dev.tenon.registration;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Secret;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// A provider at which endpoints can be registered: the seam by which one joins. All calls are made
/// outside any transaction, and end in a [dev.tenon.http.ProblemException] in the provider's words
/// where they don't succeed.
public interface EndpointRegistrar {

  /// The provider's name as connections carry it.
  String provider();

  /// The field of a connection that holds the secret.
  String secretField();

  /// What this installation calls itself in what it makes.
  String source();

  /// The account behind a connection; empty when there is no key or it is switched off.
  Optional<Account> open(TenantId owner, ConnectionId connection);

  /// What is needed.
  ///
  /// @param version the version of the provider's API that events follow
  /// @param kinds all kinds of events
  record Needed(String version, List<String> kinds) {
    public Needed {
      kinds = List.copyOf(kinds);
    }
  }

  /// An endpoint as the provider has it.
  ///
  /// @param reference what [Account#create] was told; empty for one that wasn't made by it
  record Registered(
      String id,
      String url,
      boolean enabled,
      String version,
      List<String> kinds,
      String reference) {
    public Registered {
      kinds = List.copyOf(kinds);
    }
  }

  /// One that was just made.
  record Made(String id, Secret secret) {}

  /// The calls to one account.
  interface Account {
    /// What an endpoint of ours has to be like; the address is beside it.
    Needed needed();

    /// Whether it moves real money, as the key says; empty where keys don't say it.
    Optional<Boolean> live();

    /// Whether an endpoint that takes another's place has a secret of its own.
    default boolean rotates() {
      return true;
    }

    List<Registered> list();

    /// Makes one. The same `reference` with the same address within 23 hours makes the same one.
    Made create(String reference, URI url, String description);

    /// Has it send what is needed to this address, and enables it.
    void update(String id, URI url);

    /// Removes it, or leaves it removed.
    void delete(String id);
  }
}
