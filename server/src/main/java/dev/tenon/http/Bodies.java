package dev.tenon.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/// Reads the bodies of requests within bounds that hold for all of them together: so many bytes at
/// once, each body at no less than a certain pace. A body counts from its first byte until its
/// request has been answered, since somebody holds it all that time.
final class Bodies {
  /// What is taken before anything has come: who only announces much takes no memory.
  private static final int FIRST_BYTES = 16 * 1024;

  private final Limits limits;
  private final AtomicLong held = new AtomicLong();

  /// The bounds of all bodies.
  ///
  /// @param bytesMax of all that are under way; beyond it a request is answered 503
  /// @param grace how long the first bytes may take
  /// @param bytesPerSecondMin how much must have come a second after that, on average: a total bound
  ///   on time that fits a small webhook and a large message alike
  /// @param pauseMax how long nothing may come at all
  record Limits(long bytesMax, Duration grace, int bytesPerSecondMin, Duration pauseMax) {
    static final Limits DEFAULT =
        new Limits(64 << 20, Duration.ofSeconds(15), 32 * 1024, Duration.ofSeconds(30));

    Limits withBytesMax(long bytes) {
      return new Limits(bytes, grace, bytesPerSecondMin, pauseMax);
    }
  }

  Bodies(Limits limits) {
    this.limits = limits;
  }

  /// What one request holds; for one thread.
  final class Hold {
    private long own;

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

    /// Reads a body to its end.
    ///
    /// @param announced its length; below 0 where the sender doesn't say
    /// @param max a longer one ends in a [ProblemException] (413)
    byte[] read(InputStream in, long announced, int max) throws IOException {
      long began = System.nanoTime();
      // One more than allowed, to see that it is too much.
      int end = announced >= 0 ? (int) announced : max + 1;
      byte[] body = new byte[Math.min(end, FIRST_BYTES)];
      take(body.length);
      int filled = 0;
      while (filled < end) {
        if (filled == body.length) {
          int larger = (int) Math.min(end, filled * 2L);
          take(larger - filled);
          body = Arrays.copyOf(body, larger);
        }
        int came = in.read(body, filled, body.length - filled);
        if (came < 0) {
          break;
        }
        filled += came;
        if (filled < end && isTooSlow(filled, System.nanoTime() - began)) {
          throw new ProblemException(ProblemCode.REQUEST_TIMEOUT);
        }
      }
      if (filled > max) {
        throw tooLarge(max);
      }
      return filled == body.length ? body : Arrays.copyOf(body, filled);
    }
  }

  private boolean isTooSlow(int filled, long nanos) {
    double seconds = (nanos - limits.grace().toNanos()) / 1e9;
    return seconds * limits.bytesPerSecondMin() > filled;
  }

  static ProblemException tooLarge(int max) {
    return new ProblemException(
        ProblemCode.REQUEST_TOO_LARGE, "The body may have %d bytes at most.".formatted(max));
  }
}
