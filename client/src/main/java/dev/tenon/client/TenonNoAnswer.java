package dev.tenon.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tenon could not be reached, did not answer in time, or answered what is not Tenon's.
///
/// Where [#mayHaveHappened] is true the call may have been carried out. Repeat it with the same
/// [#idempotencyKey], by [TenantClient#withIdempotencyKey]: if it was, its answer comes again.
public final class TenonNoAnswer extends TenonException {
  private static final long serialVersionUID = 1;

  private final boolean mayHaveHappened;
  private final @Nullable String idempotencyKey;

  TenonNoAnswer(
      String message, @Nullable Throwable cause, boolean mayHaveHappened, @Nullable String key) {
    super(message);
    if (cause != null) {
      initCause(cause);
    }
    this.mayHaveHappened = mayHaveHappened;
    this.idempotencyKey = key;
  }

  /// Whether the call may have been carried out. False: certainly not.
  public boolean mayHaveHappened() {
    return mayHaveHappened;
  }

  /// The key that the call carried, for its repetition; empty for calls that carry none.
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(idempotencyKey);
  }
}
