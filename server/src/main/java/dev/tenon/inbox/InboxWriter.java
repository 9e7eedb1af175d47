package dev.tenon.inbox;

import dev.tenon.metric.Meters;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gathers the deliveries that are waiting and commits them at once: no delay when idle, one commit
/// for many when busy. A delivery's thread waits in [#store] until the commit that holds it is
/// done, so whoever returns from there may acknowledge.
///
/// One writer takes what comes, so that batches grow as large as the rush makes them: a statement
/// costs as much as thirty rows. Only when it leaves a crowd behind do others help. A batch that
/// fails is tried once more delivery by delivery, so that one bad delivery fails alone.
public final class InboxWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InboxWriter.class);
  private static final String DEADLOCK = "40P01";
  private static final long IDLE_MILLIS = 200;
  private static final int BUSY_BATCH = 16;
  private static final long BUSY_NANOS = 50_000_000;

  private final DataSource source;
  private final InboxStore store = new InboxStore();
  private final Signal stored;
  private final Limits limits;
  private final InboxMeters meters;
  private final BlockingQueue<Ticket> waiting;
  private final List<Thread> writers = new ArrayList<>();
  private final Semaphore crowded = new Semaphore(0);
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

  /// Measures nothing: for tests and tools.
  public InboxWriter(DataSource source, Signal stored, Limits limits) {
    this(source, stored, limits, new InboxMeters(Meters.unseen()));
  }

  public InboxWriter(DataSource source, Signal stored, Limits limits, InboxMeters meters) {
    this.source = source;
    this.stored = stored;
    this.limits = limits;
    this.meters = meters;
    this.waiting = new ArrayBlockingQueue<>(limits.waiting());
    meters.waiting(waiting::size);
  }

  public void start() {
    for (int i = 1; i <= limits.writers(); i++) {
      boolean first = i == 1;
      writers.add(
          Thread.ofPlatform().name("inbox-writer-" + i).start(() -> writeUntilClosed(first)));
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

  private void writeUntilClosed(boolean first) {
    List<Ticket> batch = new ArrayList<>(limits.batch());
    List<Ticket> later = new ArrayList<>();
    while (true) {
      try {
        if (later.isEmpty() ? !takeFirst(first, batch) : !batch.addAll(later)) {
          if (closing) {
            return;
          }
          continue;
        }
        later.clear();
        waiting.drainTo(batch, limits.batch() - Math.min(batch.size(), limits.batch()));
        if (waiting.size() >= limits.batch() / 2 && crowded.availablePermits() == 0) {
          crowded.release();
        }
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

  /// Waits for a delivery and puts it into `batch`; false when none came for a while. The first
  /// writer takes whatever comes; the others only when it has left a crowd behind.
  private boolean takeFirst(boolean first, List<Ticket> batch) throws InterruptedException {
    if (!first && !closing && !crowded.tryAcquire(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
      return false;
    }
    Ticket ticket = first ? waiting.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS) : waiting.poll();
    return ticket != null && batch.add(ticket);
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
    long start = System.nanoTime();
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
    meters.committed(batch.size(), System.nanoTime() - start);
    lastBatch = batch.size();
    lastCommit = System.nanoTime();
    stored.raise();
    for (Ticket ticket : batch) {
      boolean isNew = ticket.intake.facts.isEmpty() || fresh.contains(ticket.intake.receivedEvent);
      if (isNew) {
        meters.accepted(ticket.intake.provider);
      } else {
        meters.duplicate(ticket.intake.provider);
      }
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
