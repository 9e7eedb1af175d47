package dev.tenon.client;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// When a call is made again by itself, and after how long: only where that can't do a thing twice.
///
/// @param triesMax how often a call is made at most, the first time included
/// @param waitMax the longest wait; whoever asks for a longer one gets the answer that said so
record RetryRules(int triesMax, Duration waitMax) {
  private static final Duration FIRST_WAIT = Duration.ofMillis(250);

  /// How one try ended.
  sealed interface End {
    /// Nothing was sent.
    record NotSent() implements End {}

    /// It was sent, and no whole answer came.
    record Unknown() implements End {}

    /// An answer that is not a success.
    ///
    /// @param code of the problem; empty when it is not one of Tenon's
    record Refused(int status, String code, @Nullable Duration retryAfter) implements End {}
  }

  /// How long to wait before the next try; empty when there is none.
  ///
  /// @param tries how many were made
  Optional<Duration> next(Call.Repeat repeat, int tries, End end, RandomGenerator random) {
    if (tries >= triesMax || !safe(repeat, end)) {
      return Optional.empty();
    }
    if (end instanceof End.Refused refused && refused.retryAfter() != null) {
      Duration asked = refused.retryAfter();
      return asked.compareTo(waitMax) > 0 ? Optional.empty() : Optional.of(asked);
    }
    // Doubles, and differs, so that many clients don't come back at once.
    long millis = FIRST_WAIT.toMillis() << Math.min(tries - 1, 10);
    Duration wait = Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    return Optional.of(wait.compareTo(waitMax) > 0 ? waitMax : wait);
  }

  private static boolean safe(Call.Repeat repeat, End end) {
    return switch (end) {
      case End.NotSent ignored -> true;
      case End.Unknown ignored -> repeat != Call.Repeat.ONCE;
      // Refused before anything was done.
      case End.Refused refused when refused.status() == 429 -> true;
      // The first try is still at work; its answer is given to the repetition.
      case End.Refused refused when refused.code().equals("idempotency.running") -> true;
      // The server, or something in front of it, failed on the way: what was done is not known.
      case End.Refused refused -> refused.status() >= 500 && repeat != Call.Repeat.ONCE;
    };
  }
}
