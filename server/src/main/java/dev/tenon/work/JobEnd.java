package dev.tenon.work;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How one run of a job ended.
public sealed interface JobEnd {

  /// It is done; `result` is one line for people.
  record Done(String result) implements JobEnd {}

  /// It failed in passing and is tried again by its kind's schedule, but not before `notBefore`
  /// from now; when no try is left it is dead.
  record Failed(String error, @Nullable Duration notBefore) implements JobEnd {}

  /// It did not fail and isn't done: look again after `pause`. Not counted as a failure.
  ///
  /// @param moved whether it came on: the failures before say nothing of what is left then, and are
  ///   forgotten
  record Later(String reason, Duration pause, boolean moved) implements JobEnd {

    /// One that waits.
    public Later(String reason, Duration pause) {
      this(reason, pause, false);
    }
  }

  /// It can't succeed; it is set aside, visible and replayable.
  record Dead(String error) implements JobEnd {}
}
