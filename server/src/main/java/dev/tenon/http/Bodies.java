package dev.tenon.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Reads the bodies of requests within bounds that hold for all of them together: so many bytes at
/// once, each body at no less than a certain pace. A body counts from its first byte until its
/// request has been answered, since somebody holds it all that time.
///
/// A sender who drips is told so. One who falls silent is cut off by a watch that interrupts the
/// thread, which closes its connection: the web server has no time-out for a read.
final class Bodies implements AutoCloseable {
  /// What is taken before anything has come: who only announces much takes no memory.
  private static final int FIRST_BYTES = 16 * 1024;

  /// Of a body that was refused, read and dropped at most. Closing earlier resets the connection,
  /// which takes the answer from whoever is still sending.
  static final int LINGER_BYTES_MAX = 16 << 20;

  private final Limits limits;
  private final AtomicLong held = new AtomicLong();
  private final Set<Hold> reading = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("body-watch").factory());

  /// The bounds of all bodies.
  ///
  /// @param bytesMax of all that are under way; beyond it a request is answered 503
  /// @param grace how long the first bytes may take
  /// @param bytesPerSecondMin how much must have come a second after that, on average: a total
  ///   bound on time that fits a small webhook and a large message alike
  record Limits(long bytesMax, Duration grace, int bytesPerSecondMin) {
    static final Limits DEFAULT = new Limits(64 << 20, Duration.ofSeconds(15), 32 * 1024);

    Limits withBytesMax(long bytes) {
      return new Limits(bytes, grace, bytesPerSecondMin);
    }

    private boolean isTooSlow(long came, long nanos) {
      return (nanos - grace.toNanos()) / 1e9 * bytesPerSecondMin > came;
    }
  }

  Bodies(Limits limits) {
    this.limits = limits;
  }

  /// Watches until it is closed.
  void start() {
    long often = Math.clamp(limits.grace().toMillis() / 4, 10, 1000);
    var _ =
        watch.scheduleWithFixedDelay(
            () -> reading.forEach(Hold::cutOffIfTooSlow), often, often, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }

  /// What one request holds; but for the watch, of one thread.
  final class Hold {
    private long own;
    private boolean refused;
    private volatile long came;
    private volatile long began;
    private @Nullable Thread reader;
    private @Nullable InputStream body;
    private boolean cutOff;

    private void take(long bytes) {
      if (held.addAndGet(bytes) > limits.bytesMax()) {
        held.addAndGet(-bytes);
        throw new ProblemException(
            ProblemCode.SERVER_BUSY, "The server is reading too many bodies at once.");
      }
      own += bytes;
    }

    /// Gives back what this request held. May be called twice.
    void release() {
      if (own > 0) {
        held.addAndGet(-own);
        own = 0;
      }
    }

    /// Whether its body was asked for, and refused before its end.
    boolean refused() {
      return refused;
    }

    /// Reads a body to its end.
    ///
    /// @param announced its length; below 0 where the sender doesn't say
    /// @param max a longer one ends in a [ProblemException] (413)
    byte[] read(InputStream in, long announced, int max) throws IOException {
      refused = true;
      body = in;
      if (announced > max) {
        throw tooLarge(max);
      }
      begin();
      try {
        // One more than allowed, to see that it is too much.
        byte[] whole = fill(in, announced >= 0 ? (int) announced : max + 1);
        if (whole.length > max) {
          throw tooLarge(max);
        }
        in.close();
        refused = false;
        return whole;
      } finally {
        end();
      }
    }

    private byte[] fill(InputStream in, int end) throws IOException {
      byte[] bytes = new byte[Math.min(end, FIRST_BYTES)];
      take(bytes.length);
      int filled = 0;
      while (filled < end) {
        if (filled == bytes.length) {
          int larger = (int) Math.min(end, filled * 2L);
          take(larger - filled);
          bytes = Arrays.copyOf(bytes, larger);
        }
        int read = readSome(in, bytes, filled);
        if (read < 0) {
          break;
        }
        filled += read;
        came = filled;
        if (filled < end && isTooSlow()) {
          throw new ProblemException(ProblemCode.REQUEST_TIMEOUT);
        }
      }
      return filled == bytes.length ? bytes : Arrays.copyOf(bytes, filled);
    }

    private int readSome(InputStream in, byte[] into, int at) throws IOException {
      try {
        return in.read(into, at, into.length - at);
      } catch (DataReader.InsufficientDataAvailableException e) {
        throw new CloseConnectionException("the sender went away in the middle of its body", e);
      } catch (IOException | RuntimeException e) {
        if (isCutOff()) {
          throw new LateBodyException(e);
        }
        throw e;
      }
    }

    /// After the answer to a body that was refused: reads some of the rest and drops it. A
    /// connection that is closed with something unread takes the answer with it, and one that stays
    /// open would have the rest read as the next request.
    void linger() {
      if (body == null) {
        return;
      }
      InputStream in = body;
      begin();
      try {
        byte[] dropped = new byte[8 * 1024];
        int total = 0;
        int read = 0;
        while (read >= 0 && total < LINGER_BYTES_MAX && !isTooSlow()) {
          read = in.read(dropped);
          total += read;
          came = total;
        }
      } catch (IOException | RuntimeException e) {
        // Gone, or cut off: it is closed anyway.
      } finally {
        end();
      }
    }

    private void begin() {
      began = System.nanoTime();
      came = 0;
      synchronized (this) {
        reader = Thread.currentThread();
      }
      reading.add(this);
    }

    private void end() {
      reading.remove(this);
      synchronized (this) {
        reader = null;
        if (cutOff) {
          // The interrupt was for the reading, which is over.
          boolean _ = Thread.interrupted();
        }
      }
    }

    private synchronized boolean isCutOff() {
      return cutOff;
    }

    private boolean isTooSlow() {
      return limits.isTooSlow(came, System.nanoTime() - began);
    }

    private synchronized void cutOffIfTooSlow() {
      if (reader != null && !cutOff && isTooSlow()) {
        cutOff = true;
        reader.interrupt();
      }
    }
  }

  static ProblemException tooLarge(int max) {
    return new ProblemException(
        ProblemCode.REQUEST_TOO_LARGE, "The body may have %d bytes at most.".formatted(max));
  }
}
