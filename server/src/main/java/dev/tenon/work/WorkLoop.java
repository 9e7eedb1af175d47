package dev.tenon.work;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A thread that takes one turn after the other until it is told to stop, whatever goes wrong in a
/// turn. Also an [Error] ends its turn only: a stack that was too deep for one body, or memory that
/// was short for a moment, must not leave a node that looks well and works no more.
public final class WorkLoop {
  private static final Logger LOG = LoggerFactory.getLogger(WorkLoop.class);
  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(1);

  private final Turn turn;
  private final Thread thread;
  private final Signal stopped = new Signal();
  private volatile boolean stopping;

  /// What it does again and again. It waits by itself while there is nothing to do.
  public interface Turn {
    void take() throws InterruptedException;
  }

  public WorkLoop(String name, Turn turn) {
    this.turn = turn;
    this.thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /// Whether it was started and has not ended.
  public boolean isAlive() {
    return thread.isAlive();
  }

  private void run() {
    while (!stopping) {
      try {
        turn.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (Throwable trouble) {
        say(trouble);
        rest(AFTER_TROUBLE);
      }
    }
  }

  /// Nothing that goes wrong in saying it may end the loop.
  private void say(Throwable trouble) {
    try {
      if (trouble instanceof Error) {
        LOG.error("{}: a turn failed, next try in a second", thread.getName(), trouble);
      } else {
        LOG.error("{}: a turn failed, next try in a second: {}", thread.getName(), trouble + "");
      }
    } catch (Throwable again) {
      // Not even that: the next turn may find more memory.
    }
  }

  /// Rests for `time`, or until it is told to stop. For turns that look at intervals.
  public void rest(Duration time) {
    try {
      if (!stopping) {
        stopped.await(0, time);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public boolean isStopping() {
    return stopping;
  }

  /// Takes no further turn. The present one goes on; a rest ends at once.
  public void stop() {
    stopping = true;
    stopped.wakeHere();
  }

  /// Waits until it has ended, for `limit` at most; answers whether it has.
  public boolean await(Duration limit) throws InterruptedException {
    return !thread.isAlive() || thread.join(limit);
  }

  /// Interrupts the present turn.
  public void interrupt() {
    thread.interrupt();
  }
}
