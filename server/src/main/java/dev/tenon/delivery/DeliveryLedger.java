package dev.tenon.delivery;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.event.Events;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gathers the ends of all deliveries and commits them at once: no delay when idle, one commit for
/// many when busy. Nobody waits for the commit: an end that is lost with its process leaves a lease
/// that runs out, and the delivery is made again, which at least once allows.
///
/// Each delivery is fenced by its own token: one that another worker has taken since is left out,
/// without harm to the others. A group that fails is written one by one, so that a bad one fails
/// alone.
final class DeliveryLedger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLedger.class);
  private static final int WRITERS = 2;
  private static final int GROUP_MAX = 256;
  private static final int WAITING_MAX = 10_000;
  private static final int TRIES_MAX = 30;

  private final Database database;
  private final OutcomeStore store = new OutcomeStore();
  private final EndpointCare care;
  private final Signal work;
  private final InstantSource clock;
  private final Meters meters;
  private final Consumer<Ended> written;
  private final BlockingQueue<Ended> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final List<Thread> writers = new ArrayList<>();
  private final Signal closed = new Signal();
  private volatile boolean closing;

  /// @param work raised when a commit made another delivery ready
  /// @param written called for each end once it is written, or given up
  DeliveryLedger(
      Database database,
      Events events,
      Signal work,
      InstantSource clock,
      Meters meters,
      Consumer<Ended> written) {
    this.database = database;
    this.care = new EndpointCare(events);
    this.work = work;
    this.clock = clock;
    this.meters = meters;
    this.written = written;
  }

  void start() {
    for (int i = 1; i <= WRITERS; i++) {
      writers.add(
          Thread.ofPlatform().daemon().name("delivery-ledger-" + i).start(this::writeUntilClosed));
    }
  }

  /// Whether all its threads live.
  boolean isAlive() {
    return writers.stream().allMatch(Thread::isAlive);
  }

  /// Hands an end over; waits only while very many are waiting.
  void put(Ended end) throws InterruptedException {
    waiting.put(end);
  }

  private void writeUntilClosed() {
    List<Ended> group = new ArrayList<>(GROUP_MAX);
    while (true) {
      try {
        Ended first = waiting.poll(200, TimeUnit.MILLISECONDS);
        if (first != null) {
          group.add(first);
          waiting.drainTo(group, GROUP_MAX - 1);
          writeGroup(group);
        } else if (closing) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (Error e) {
        // Their leases run out and they are made again; the next group may find more memory.
        LOG.error("writing {} deliveries failed", group.size(), e);
        group.forEach(written);
      } finally {
        group.clear();
      }
    }
  }

  private void writeGroup(List<Ended> group) throws InterruptedException {
    try {
      commit(group);
    } catch (RuntimeException e) {
      if (group.size() > 1) {
        LOG.warn("writing {} deliveries failed, now one by one: {}", group.size(), e.toString());
        for (Ended end : group) {
          writeGroup(List.of(end));
        }
      } else {
        insist(group, e);
      }
    }
  }

  /// Tries again for a while when the database is away. An end that can't be written is given up:
  /// its lease runs out and it is delivered again.
  private void insist(List<Ended> one, RuntimeException first) throws InterruptedException {
    RuntimeException last = first;
    for (int i = 1; i < TRIES_MAX && !closing; i++) {
      closed.await(0, Duration.ofSeconds(1));
      try {
        commit(one);
        return;
      } catch (RuntimeException e) {
        last = e;
      }
    }
    one.forEach(written);
    LOG.error(
        "the end of delivery {} could not be written; it is delivered again when its lease ends: {}",
        one.getFirst().delivery().publicId(),
        last.toString());
  }

  private void commit(List<Ended> group) {
    int woken = database.asEngine(tx -> write(tx, group));
    group.forEach(written);
    if (woken > 0) {
      work.raise();
    }
  }

  private int write(EngineTx tx, List<Ended> group) {
    Instant now = clock.instant();
    List<Ended> over = group.stream().filter(end -> end.next() instanceof Ended.Next.Over).toList();
    List<Ended> again =
        group.stream().filter(end -> end.next() instanceof Ended.Next.Again).toList();
    Set<UUID> held = new HashSet<>(store.finish(tx, over, now));
    held.addAll(store.sleep(tx, again));
    List<Ended> ours = group.stream().filter(end -> held.contains(end.delivery().id())).toList();
    List<OutcomeStore.Attempt> attempts = new ArrayList<>();
    for (Ended end : ours) {
      @Nullable CallEnd call = end.call();
      if (call != null) {
        attempts.add(new OutcomeStore.Attempt(end, call));
      }
    }
    store.insertAttempts(tx, attempts);
    int woken =
        store.wakeNext(
            tx,
            ours.stream()
                .filter(end -> end.delivery().ordered() && end.next() instanceof Ended.Next.Over)
                .toList());
    care.note(tx, ours, now);
    var _ = tx.handle().afterCommit(() -> count(ours, group.size() - ours.size(), now));
    return woken;
  }

  private void count(List<Ended> ours, int lost, Instant now) {
    if (lost > 0) {
      meters.counter(Metric.DELIVERIES_LOST).increment(lost);
    }
    for (Ended end : ours) {
      @Nullable CallEnd call = end.call();
      if (call != null) {
        String outcome = call.outcome().name().toLowerCase(Locale.ROOT);
        meters.timer(Metric.DELIVERY_CALLS, outcome).record(call.took());
      }
      if (end.next() instanceof Ended.Next.Over over) {
        meters.counter(Metric.DELIVERIES_ENDED, over.state()).increment();
        if (over.state().equals("delivered")) {
          meters
              .timer(Metric.DELIVERIES_DELAY)
              .record(Duration.between(end.delivery().toldAt(), now));
        }
      }
    }
  }

  /// Writes what is waiting and returns when that is done.
  @Override
  public void close() {
    closing = true;
    closed.wakeHere();
    for (Thread writer : writers) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
