package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// Tenon could not be reached, did not answer in time, or answered what is not Tenon's.
///
/// Where [#mayHaveHappened] is true the call may have been carried out. Repeat it with the same
/// [#idempotencyKey], by [TenantClient#withIdempotencyKey]: if it was, its answer comes again.
public final class TenonNoAnswer extends TenonException {
  private static final long serialVersionUID = 1;

  private final boolean mayHaveHappened;

  TenonNoAnswer(
      String message, @Nullable Throwable cause, boolean mayHaveHappened, @Nullable String key) {
    super(message, key);
    if (cause != null) {
      initCause(cause);
    }
    this.mayHaveHappened = mayHaveHappened;
  }

  /// Whether the call may have been carried out. False: certainly not.
  public boolean mayHaveHappened() {
    return mayHaveHappened;
  }
}
