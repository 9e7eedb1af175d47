package dev.tenon.inbox;

import dev.tenon.connection.ConnectionId;
import dev.tenon.log.LogField;
import dev.tenon.metric.Meters;
import dev.tenon.work.Signal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
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
/// costs as much as thirty rows. Others help when it leaves a crowd behind, and look every 200 ms,
/// since it may be held up in its commit. A batch that fails is tried once more delivery by
/// delivery, so that one bad delivery fails alone; without a database all of it is "busy" at once.
///
/// A writer survives whatever a batch throws. Should one end all the same, [#isRunning] says so.
public final class InboxWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InboxWriter.class);
  private static final String DEADLOCK = "40P01";
  private static final long IDLE_MILLIS = 200;

  /// So many left behind by one batch are worth a commit of their own at once: while one is written
  /// to the disk, the other is worked on.
  private static final int LEFT_BEHIND = 32;

  private final DataSource source;
  private final InboxStore store = new InboxStore();
  private final Signal stored;
  private final Limits limits;
  private final InboxMeters meters;
  private final InboxQueue waiting;
  private final List<Thread> writers = new ArrayList<>();
  private final Semaphore crowded = new Semaphore(0);
  private final Rush rush = new Rush(System::nanoTime);
  private volatile boolean closing;
  private volatile boolean cutOff;

  /// The bounds of the writer.
  ///
  /// @param writers how many commits may be under way at once
  /// @param batch deliveries in one commit at most
  /// @param batchBytes a commit takes no further delivery once it holds so much
  /// @param waiting deliveries that may wait; one more is refused with "busy"
  /// @param waitingBytes memory that they may hold together, about; beyond it the same
  /// @param waitMillis how long a delivery waits before the sender is told to come back
  public record Limits(
      int writers, int batch, long batchBytes, int waiting, long waitingBytes, long waitMillis) {
    public static final Limits DEFAULT = new Limits(2, 256, 8 << 20, 4096, 64 << 20, 10_000);
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

  /// No connection could be had, so the next delivery will not get one either.
  private static final class NoConnection extends SQLException {
    private static final long serialVersionUID = 1L;

    NoConnection(SQLException cause) {
      super(cause.getMessage(), cause.getSQLState(), cause);
    }
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
    this.waiting = new InboxQueue(limits.waiting(), limits.waitingBytes());
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

  /// Whether deliveries are queueing up, so that work that can wait should give way.
  public boolean isBusy() {
    return rush.isOn();
  }

  /// Whether all writers are at work. When one is not, the node should get no more webhooks.
  public boolean isRunning() {
    return !writers.isEmpty() && writers.stream().allMatch(Thread::isAlive);
  }

  /// Deliveries that wait for a writer.
  int waiting() {
    return waiting.size();
  }

  private void writeUntilClosed(boolean first) {
    List<Ticket> batch = new ArrayList<>(limits.batch());
    List<Ticket> later = new ArrayList<>();
    try {
      while (!cutOff) {
        if (take(first, batch, later)) {
          writeOrSay(batch);
        } else if (closing) {
          return;
        }
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      busy(batch);
      busy(later);
    }
  }

  /// Fills `batch` with what comes and moves to `later` what has to wait for the next one. False
  /// when nothing came for a while.
  private boolean take(boolean first, List<Ticket> batch, List<Ticket> later)
      throws InterruptedException {
    batch.addAll(later);
    later.clear();
    if (batch.isEmpty() && !takeFirst(first, batch)) {
      return false;
    }
    waiting.drainTo(batch, limits.batch(), limits.batchBytes());
    if (waiting.size() >= LEFT_BEHIND && crowded.availablePermits() == 0) {
      crowded.release();
    }
    putOffTwins(batch, later);
    return true;
  }

  /// Waits for a delivery and puts it into `batch`; false when none came for a while. The first
  /// writer takes whatever comes; the others when it has left a crowd behind, and now and then,
  /// since it may be held up in its commit.
  private boolean takeFirst(boolean first, List<Ticket> batch) throws InterruptedException {
    if (!first && !closing) {
      boolean _ = crowded.tryAcquire(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    }
    Ticket ticket = waiting.poll(first ? IDLE_MILLIS : 0);
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

  /// Nothing that a batch throws ends the writer: the next batch is somebody else's.
  private void writeOrSay(List<Ticket> batch) {
    try {
      write(batch);
    } catch (Throwable e) {
      LOG.error("storing {} deliveries failed; the writer goes on", batch.size(), e);
      busy(batch);
    }
  }

  private void write(List<Ticket> batch) {
    try {
      commit(batch);
      return;
    } catch (NoConnection e) {
      away(batch, e);
      return;
    } catch (SQLException | RuntimeException e) {
      if (batch.size() == 1 && !isDeadlock(e)) {
        refuse(batch.getFirst(), e);
        return;
      }
      LOG.warn("storing {} deliveries failed, now one by one: {}", batch.size(), e.toString());
    }
    for (Ticket ticket : batch) {
      if (!ticket.isOver()) {
        try {
          commit(List.of(ticket));
        } catch (NoConnection e) {
          away(batch, e);
          return;
        } catch (SQLException | RuntimeException e) {
          refuse(ticket, e);
        }
      }
    }
  }

  private void away(List<Ticket> batch, NoConnection e) {
    LOG.error("no database to store {} deliveries in: {}", batch.size(), e.getMessage());
    busy(batch);
    if (closing) {
      // It will not come back before we are gone.
      waiting.refuseAll();
    }
  }

  private static void refuse(Ticket ticket, Exception e) {
    try (LogField.Scope _ = LogField.TENANT.put(ticket.intake.tenant.toString());
        LogField.Scope _ =
            LogField.CONNECTION.put(new ConnectionId(ticket.intake.connection).toString())) {
      LOG.error("could not store a delivery: {}", e.toString());
    }
    ticket.finish(Stored.BUSY);
  }

  private static void busy(List<Ticket> batch) {
    batch.forEach(ticket -> ticket.finish(Stored.BUSY));
  }

  private static boolean isDeadlock(Exception e) {
    return e instanceof SQLException sql && DEADLOCK.equals(sql.getSQLState());
  }

  private void commit(List<Ticket> batch) throws SQLException {
    long start = System.nanoTime();
    Set<UUID> fresh;
    // One statement that commits itself: it is answered when it is durable, and two round trips
    // less
    // are a sixth of what a small batch costs.
    try (Connection connection = connect()) {
      fresh = store.takeIn(connection, batch.stream().map(ticket -> ticket.intake).toList());
    }
    meters.committed(batch.size(), System.nanoTime() - start);
    rush.committed(batch.size());
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

  private Connection connect() throws NoConnection {
    try {
      return source.getConnection();
    } catch (SQLException e) {
      throw new NoConnection(e);
    }
  }

  /// As [#close(Duration)], with a limit of ten minutes.
  @Override
  public void close() {
    close(Duration.ofMinutes(10));
  }

  /// Takes no more and writes what somebody still waits for, for `limit` at most; what is left then
  /// is "busy", and its sender comes again.
  public void close(Duration limit) {
    closing = true;
    long end = System.nanoTime() + limit.toNanos();
    try {
      for (Thread writer : writers) {
        boolean _ = writer.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cutOff = true;
    if (writers.stream().anyMatch(Thread::isAlive)) {
      LOG.warn("stopped with {} deliveries waiting after {} s", waiting.size(), limit.toSeconds());
      writers.forEach(Thread::interrupt);
    }
    waiting.refuseAll();
  }
}
