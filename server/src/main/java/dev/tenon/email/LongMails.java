package dev.tenon.email;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// Keeps long mails, which are those with files, from taking all memory: they are read one by one
/// and not with their batch, and only so many bytes of them are under way on a node at once. A mail
/// in memory is about six times as long as stored: sealed, opened, as text, decoded, and as the
/// provider takes it.
final class LongMails {
  /// What is longer is a long mail. No more than 256 shorter ones are under way at once.
  static final int BYTES_MIN = 128 * 1024;

  private static final int UNIT_BYTES = 256 * 1024;

  /// 24 MB as stored: two of the longest, or a hundred of those that are just long.
  private static final int UNITS = 96;

  private final Semaphore units = new Semaphore(UNITS, true);

  /// Waits for room in the order of asking, and works then.
  void use(int bytes, Runnable work) throws InterruptedException {
    boolean _ =
        get(
            bytes,
            () -> {
              work.run();
              return true;
            });
  }

  /// The same for work that has a result.
  <T> T get(int bytes, Supplier<T> work) throws InterruptedException {
    int own = Math.clamp((bytes + UNIT_BYTES - 1) / UNIT_BYTES, 1, UNITS);
    units.acquire(own);
    try {
      return work.get();
    } finally {
      units.release(own);
    }
  }
}
