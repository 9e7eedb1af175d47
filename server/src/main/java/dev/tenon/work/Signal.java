package dev.tenon.work;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Wakes those who wait for work in this process. It only saves waiting: whoever sleeps looks again
/// after a while anyway, so a lost signal costs time and nothing else. [NodeBell] carries it to the
/// other nodes.
public final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private long raised;

  /// Says that there may be work, here and on other nodes. Call it after the commit.
  public void raise() {
    wakeHere();
    listeners.forEach(Runnable::run);
  }

  /// Says that there may be work, in this process only.
  public void wakeHere() {
    lock.lock();
    try {
      raised++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Has `listener` called at each [#raise], on the thread that raises: it must be quick and must
  /// not throw.
  void onRaise(Runnable listener) {
    listeners.add(listener);
  }

  /// How often it was raised so far: read this before looking for work, and give it to [#await].
  public long seen() {
    lock.lock();
    try {
      return raised;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until it has been raised after `seen`, or for `limit`.
  public void await(long seen, Duration limit) throws InterruptedException {
    long nanos = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (raised == seen && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }
}
