package dev.tenon.bench;

import dev.tenon.db.DatabaseAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.Deflater;

/// The same rows by two other ways, on the same database, without HTTP, signatures or sealing: what
/// a server does that commits each webhook by itself, and what PostgreSQL can take at most.
final class Baselines {
  private final DatabaseAddress database;
  private final byte[][] bodies = new byte[512][];

  Baselines(DatabaseAddress database, StripeWebhooks webhooks) {
    this.database = database;
    for (int i = 0; i < bodies.length; i++) {
      bodies[i] = webhooks.make(StripeWebhooks.Kind.SUBSCRIPTION_UPDATED, i, 0).body();
    }
  }

  /// @param perSecond rows a second
  record Result(double perSecond, long rows) {}

  /// One `INSERT` per commit, over ten connections at once, the body as it came.
  Result single(Duration duration) {
    return run(
        duration,
        10,
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "insert into bench_single (id, key, body) values (?, ?, ?) on conflict do nothing")) {
            insert.setObject(1, newId());
            insert.setObject(2, UUID.randomUUID());
            insert.setBytes(3, body());
            return insert.executeUpdate();
          }
        },
        "bench_single");
  }

  /// 256 rows a statement and commit, from two threads, bodies deflated.
  Result batched(Duration duration) {
    return run(
        duration,
        2,
        connection -> {
          UUID[] ids = new UUID[256];
          UUID[] keys = new UUID[256];
          byte[][] bodies = new byte[256][];
          for (int i = 0; i < 256; i++) {
            ids[i] = newId();
            keys[i] = UUID.randomUUID();
            bodies[i] = deflated(body());
          }
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "insert into bench_batched (id, key, body) select * from unnest(?::uuid[], ?::uuid[], ?::bytea[]) on conflict do nothing")) {
            insert.setArray(1, connection.createArrayOf("uuid", ids));
            insert.setArray(2, connection.createArrayOf("uuid", keys));
            insert.setArray(3, connection.createArrayOf("bytea", bodies));
            return insert.executeUpdate();
          }
        },
        "bench_batched");
  }

  private interface Step {
    int insert(Connection connection) throws SQLException;
  }

  private Result run(Duration duration, int connections, Step step, String table) {
    try (Connection owner = connect();
        var statement = owner.createStatement()) {
      boolean _ =
          statement.execute(
              "create table %s (id uuid primary key, key uuid not null unique, body bytea not null)"
                  .formatted(table));
    } catch (SQLException e) {
      throw new BenchFailure("cannot make the table of a baseline", e);
    }
    long end = System.nanoTime() + duration.toNanos();
    var inserted = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    List<SQLException> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    long start = System.nanoTime();
    for (int i = 0; i < connections; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (Connection connection = connect()) {
                      while (System.nanoTime() < end) {
                        inserted.addAndGet(step.insert(connection));
                      }
                    } catch (SQLException e) {
                      failures.add(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (!failures.isEmpty()) {
      throw new BenchFailure("a baseline failed", failures.getFirst());
    }
    return new Result(inserted.get() / ((System.nanoTime() - start) / 1e9), inserted.get());
  }

  private Connection connect() throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            database.jdbcUrl(), database.user(), database.password().reveal());
    connection.setAutoCommit(true);
    return connection;
  }

  private byte[] body() {
    return bodies[ThreadLocalRandom.current().nextInt(bodies.length)];
  }

  private static byte[] deflated(byte[] body) {
    var deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      deflater.setInput(body);
      deflater.finish();
      byte[] out = new byte[body.length];
      return java.util.Arrays.copyOf(out, deflater.deflate(out));
    } finally {
      deflater.end();
    }
  }

  /// A UUID whose first 48 bits are the time, as the server's own ids are.
  private static UUID newId() {
    var random = ThreadLocalRandom.current();
    long high = (System.currentTimeMillis() << 16) | 0x7000 | random.nextInt(0x1000);
    return new UUID(high, (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
  }
}
