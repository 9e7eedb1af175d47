package dev.tenon.inbox;

import dev.tenon.work.Signal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gathers the deliveries that are waiting and commits them at once: no delay when idle, one commit
/// for many when busy. A delivery's thread waits in [#store] until the commit that holds it is
/// done, so whoever returns from there may acknowledge.
///
/// Two writers work side by side: while one waits for the disk, the other fills its batch. A batch
/// that fails is tried once more delivery by delivery, so that one bad delivery fails alone.
public final class InboxWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InboxWriter.class);
  private static final String DEADLOCK = "40P01";
  private static final int BUSY_BATCH = 16;
  private static final long BUSY_NANOS = 50_000_000;

  private final DataSource source;
  private final InboxStore store = new InboxStore();
  private final Signal stored;
  private final Limits limits;
  private final BlockingQueue<Ticket> waiting;
  private final List<Thread> writers = new ArrayList<>();
  private volatile boolean closing;
  private volatile int lastBatch;
  private volatile long lastCommit = System.nanoTime();

  /// The bounds of the writer.
  ///
  /// @param writers how many commits may be under way at once
  /// @param batch deliveries in one commit at most
  /// @param waiting deliveries that may wait; one more is refused with "busy"
  /// @param waitMillis how long a delivery waits before the sender is told to come back
  public record Limits(int writers, int batch, int waiting, long waitMillis) {
    public static final Limits DEFAULT = new Limits(2, 256, 4096, 10_000);
  }

  /// What became of a delivery.
  public enum Stored {
    /// Committed, and at least one of its facts is new.
    FRESH,
    /// Committed: every fact in it had been received before.
    REPEATED,
    /// Not stored: too much is waiting, or the database does not answer. The sender should retry.
    BUSY
  }

  public InboxWriter(DataSource source, Signal stored, Limits limits) {
    this.source = source;
    this.stored = stored;
    this.limits = limits;
    this.waiting = new ArrayBlockingQueue<>(limits.waiting());
  }

  public void start() {
    for (int i = 1; i <= limits.writers(); i++) {
      writers.add(Thread.ofPlatform().name("inbox-writer-" + i).start(this::writeUntilClosed));
    }
  }

  /// Stores one delivery and waits for its commit.
  Stored store(Intake intake) {
    var ticket = new Ticket(intake);
    if (closing || !waiting.offer(ticket)) {
      return Stored.BUSY;
    }
    return ticket.await(limits.waitMillis());
  }

  /// Whether deliveries are queueing up: the last commit held many, and was just now. Work that can
  /// wait should give way.
  public boolean isBusy() {
    return lastBatch >= BUSY_BATCH && System.nanoTime() - lastCommit < BUSY_NANOS;
  }

  private void writeUntilClosed() {
    List<Ticket> batch = new ArrayList<>(limits.batch());
    List<Ticket> later = new ArrayList<>();
    while (true) {
      try {
        if (later.isEmpty()) {
          Ticket first = waiting.poll(200, TimeUnit.MILLISECONDS);
          if (first == null) {
            if (closing) {
              return;
            }
            continue;
          }
          batch.add(first);
        } else {
          batch.addAll(later);
          later.clear();
        }
        waiting.drainTo(batch, limits.batch() - Math.min(batch.size(), limits.batch()));
        putOffTwins(batch, later);
        write(batch);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } finally {
        batch.clear();
      }
    }
  }

  /// Moves deliveries whose fact is already in the batch to the next one: a statement can't insert
  /// and repeat the same key at once.
  private static void putOffTwins(List<Ticket> batch, List<Ticket> later) {
    Set<UUID> keys = HashSet.newHashSet(batch.size());
    batch.removeIf(
        ticket -> {
          List<UUID> own = ticket.intake.facts.stream().map(Intake.QueuedFact::key).toList();
          for (UUID key : own) {
            if (keys.contains(key)) {
              later.add(ticket);
              return true;
            }
          }
          keys.addAll(own);
          return false;
        });
  }

  private void write(List<Ticket> batch) {
    try {
      commit(batch);
    } catch (SQLException e) {
      if (batch.size() == 1 && !DEADLOCK.equals(e.getSQLState())) {
        LOG.error("could not store a delivery: {}", e.getMessage());
        batch.getFirst().finish(Stored.BUSY);
        return;
      }
      LOG.warn("storing {} deliveries failed, now one by one: {}", batch.size(), e.getMessage());
      for (Ticket ticket : batch) {
        writeAlone(ticket);
      }
    } catch (RuntimeException e) {
      LOG.error("could not store {} deliveries", batch.size(), e);
      batch.forEach(ticket -> ticket.finish(Stored.BUSY));
    }
  }

  private void writeAlone(Ticket ticket) {
    try {
      commit(List.of(ticket));
    } catch (SQLException e) {
      LOG.error("could not store a delivery: {}", e.getMessage());
      ticket.finish(Stored.BUSY);
    }
  }

  private void commit(List<Ticket> batch) throws SQLException {
    Set<UUID> fresh;
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        fresh = store.takeIn(connection, batch.stream().map(ticket -> ticket.intake).toList());
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      }
    }
    lastBatch = batch.size();
    lastCommit = System.nanoTime();
    stored.raise();
    for (Ticket ticket : batch) {
      boolean isNew = ticket.intake.facts.isEmpty() || fresh.contains(ticket.intake.receivedEvent);
      ticket.finish(isNew ? Stored.FRESH : Stored.REPEATED);
    }
  }

  /// Takes no more, writes what is waiting, and returns when that is done.
  @Override
  public void close() {
    closing = true;
    for (Thread writer : writers) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
