package dev.tenon.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.zip.Deflater;

/// The rows that a webhook leaves, by two other ways, on the same database, without HTTP,
/// signatures or sealing: what a server does that commits each webhook by itself, and what
/// PostgreSQL can take at most.
///
/// The rows go into copies of the server's own tables (`received_event`, `fact_key`,
/// `waiting_fact`), with their columns, keys, indexes and fill factors, but for the partitions; the
/// bodies are deflated, as the server's are.
final class Baselines {
  private static final int BATCH = 256;
  private static final UUID TENANT = new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0001L);
  private static final UUID CONNECTION = new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0002L);

  private final Supplier<Connection> sessions;
  private final byte[][] bodies = new byte[512][];

  /// @param sessions new sessions in the server's schema that may make tables
  Baselines(Supplier<Connection> sessions, StripeWebhooks webhooks) {
    this.sessions = sessions;
    for (int i = 0; i < bodies.length; i++) {
      bodies[i] = webhooks.make(StripeWebhooks.Kind.SUBSCRIPTION_UPDATED, i, 0).body();
    }
  }

  /// @param perSecond webhooks a second
  record Result(double perSecond, long rows) {}

  /// One statement and commit for each webhook, over ten connections at once.
  Result single(Duration duration) {
    return run("bench_single", duration, 10, 1);
  }

  /// The same statement for 256 webhooks at once, from two threads.
  Result batched(Duration duration) {
    return run("bench_batched", duration, 2, BATCH);
  }

  private Result run(String prefix, Duration duration, int connections, int batch) {
    makeTables(prefix);
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
                    try (Connection connection = sessions.get();
                        PreparedStatement insert = connection.prepareStatement(statement(prefix))) {
                      while (System.nanoTime() < end) {
                        inserted.addAndGet(insert(connection, insert, batch));
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

  private void makeTables(String prefix) {
    try (Connection owner = sessions.get();
        var statement = owner.createStatement()) {
      for (String table : List.of("received_event", "fact_key", "waiting_fact")) {
        boolean _ =
            statement.execute(
                "create table %s_%s (like %s including all)".formatted(prefix, table, table));
      }
      // These are not copied by `like`.
      boolean _ =
          statement.execute("alter table %s_fact_key set (fillfactor = 90)".formatted(prefix));
      boolean _ =
          statement.execute("alter table %s_waiting_fact set (fillfactor = 80)".formatted(prefix));
    } catch (SQLException e) {
      throw new BenchFailure("cannot make the tables of a baseline", e);
    }
  }

  /// The same statement for one webhook and for many.
  private static String statement(String prefix) {
    return """
      with f as (
        select * from unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::bytea[], ?::int[])
          as f (event_id, fact_id, key, lane_id, body, body_bytes)
      ), k as (
        insert into %1$s_fact_key (tenant_id, key, fact_id, seen, last_seen_at)
        select '%2$s', key, fact_id, 1, clock_timestamp() from f order by key
        on conflict do nothing
      ), e as (
        insert into %1$s_received_event (tenant_id, id, connection_id, provider, received_at,
          sealed, body_bytes, fact_ids, lane_ids)
        select '%2$s', event_id, '%3$s', 'stripe', clock_timestamp(), body, body_bytes,
          array[fact_id], array[lane_id]
        from f
      )
      insert into %1$s_waiting_fact (tenant_id, lane_id, id, received_event_id, connection_id,
        ordinal, kind, object, occurred_at)
      select '%2$s', lane_id, fact_id, event_id, '%3$s', 0, 'customer.subscription.updated',
        'sub_' || lane_id, clock_timestamp()
      from f
      """
        .formatted(prefix, TENANT, CONNECTION);
  }

  private int insert(Connection connection, PreparedStatement insert, int batch)
      throws SQLException {
    UUID[] events = new UUID[batch];
    UUID[] facts = new UUID[batch];
    UUID[] keys = new UUID[batch];
    UUID[] lanes = new UUID[batch];
    byte[][] deflated = new byte[batch][];
    Integer[] lengths = new Integer[batch];
    for (int i = 0; i < batch; i++) {
      byte[] body = bodies[ThreadLocalRandom.current().nextInt(bodies.length)];
      events[i] = newId();
      facts[i] = newId();
      keys[i] = UUID.randomUUID();
      lanes[i] = UUID.randomUUID();
      deflated[i] = deflated(body);
      lengths[i] = body.length;
    }
    insert.setArray(1, connection.createArrayOf("uuid", events));
    insert.setArray(2, connection.createArrayOf("uuid", facts));
    insert.setArray(3, connection.createArrayOf("uuid", keys));
    insert.setArray(4, connection.createArrayOf("uuid", lanes));
    insert.setArray(5, connection.createArrayOf("bytea", deflated));
    insert.setArray(6, connection.createArrayOf("int4", lengths));
    return insert.executeUpdate();
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
