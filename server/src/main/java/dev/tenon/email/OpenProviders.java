package dev.tenon.email;

import dev.tenon.connection.Connection;
import dev.tenon.connection.Credentials;
import dev.tenon.connector.email.EmailProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/// One provider for each connection, whichever tenants use it, kept until the connection's settings
/// or credentials change. A provider may hold open connections (SMTP), so two for one connection
/// would hold twice as many as the server allows.
///
/// One that is replaced is closed, which lets its calls under way end ([EmailProvider#close]).
final class OpenProviders implements AutoCloseable {
  /// Beyond this the one that was not used for longest is closed; it costs a new log-in.
  private static final int MAX = 2_000;

  private final Function<Credentials, Optional<EmailProvider>> make;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<UUID, Open> open = new LinkedHashMap<>(64, 0.75f, true);

  OpenProviders(Function<Credentials, Optional<EmailProvider>> make) {
    this.make = make;
  }

  /// What a provider is made from; equal when it would be made alike.
  private record Version(
      String provider, Map<String, String> settings, List<Connection.SecretField> secrets) {
    static Version of(Connection connection) {
      return new Version(connection.provider(), connection.settings(), connection.secrets());
    }
  }

  private record Open(Version version, EmailProvider provider) {}

  /// The provider of a connection as it is now. Its credentials are read, and opened, only when
  /// there is none of this version.
  Optional<EmailProvider> get(Connection connection, Supplier<Optional<Credentials>> credentials) {
    Optional<EmailProvider> known = find(connection);
    return known.isPresent()
        ? known
        : credentials
            .get()
            .flatMap(found -> make.apply(found).map(made -> keep(found.connection(), made)));
  }

  private Optional<EmailProvider> find(Connection connection) {
    lock.lock();
    try {
      return Optional.ofNullable(open.get(connection.id().uuid()))
          .filter(one -> one.version().equals(Version.of(connection)))
          .map(Open::provider);
    } finally {
      lock.unlock();
    }
  }

  private EmailProvider keep(Connection connection, EmailProvider made) {
    var mine = new Open(Version.of(connection), made);
    List<EmailProvider> old = new ArrayList<>();
    EmailProvider kept = made;
    lock.lock();
    try {
      Open there = open.get(connection.id().uuid());
      if (there != null && there.version().equals(mine.version())) {
        // Another thread was quicker.
        kept = there.provider();
        old.add(made);
      } else {
        Open replaced = open.put(connection.id().uuid(), mine);
        if (replaced != null) {
          old.add(replaced.provider());
        }
        if (open.size() > MAX) {
          var eldest = open.values().iterator();
          old.add(eldest.next().provider());
          eldest.remove();
        }
      }
    } finally {
      lock.unlock();
    }
    // Closing says good-bye to servers, which may be slow.
    old.forEach(one -> Thread.startVirtualThread(one::close));
    return kept;
  }

  @Override
  public void close() {
    List<Open> all;
    lock.lock();
    try {
      all = List.copyOf(open.values());
      open.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(one -> one.provider().close());
  }
}
