package dev.tenon.connection;

import dev.tenon.cache.RecentlyRead;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Which connections act for the accounts that are connected to the platform's own.
///
/// An account that connections of two tenants name is nobody's: what one of them must not see, the
/// other must not either, until the platform has removed one.
public final class ConnectedAccounts {
  private static final Duration REMEMBERED = Duration.ofSeconds(2);
  private static final Duration ABSENT = Duration.ofSeconds(1);
  private static final int REMEMBERED_MAX = 10_000;

  private final Database database;
  private final String provider;
  private final RecentlyRead<Key, ConnectedAccount> recent;

  public ConnectedAccounts(Database database, InstantSource clock, String provider) {
    this.database = database;
    this.provider = provider;
    this.recent = new RecentlyRead<>(clock, REMEMBERED, REMEMBERED_MAX, ABSENT);
  }

  /// An account in one of the provider's worlds.
  ///
  /// @param live whether that is the real one
  public record Key(String account, boolean live) {}

  /// The connection that acts for it; remembered for two seconds.
  public Optional<ConnectedAccount> find(String account, boolean live) {
    return recent.get(
        new Key(account, live),
        key ->
            Optional.ofNullable(
                database.asEngine(tx -> of(tx, provider, List.of(key.account()))).get(key)));
  }

  /// The same for several at once, not remembered.
  public static Map<Key, ConnectedAccount> of(
      EngineTx tx, String provider, Collection<String> accounts) {
    Map<Key, ConnectedAccount> found = new HashMap<>();
    Set<Key> disputed = new HashSet<>();
    for (ConnectionStore.Acting one : ConnectionStore.acting(tx, provider, accounts)) {
      var key = new Key(one.account(), one.live());
      if (found.put(key, one.connection()) != null) {
        disputed.add(key);
      }
    }
    disputed.forEach(found::remove);
    return found;
  }

  /// What a connection is for; empty when there is none of this id.
  public static Optional<ConnectionPurpose> purpose(EngineTx tx, UUID connection) {
    return ConnectionStore.purpose(tx, connection);
  }
}
