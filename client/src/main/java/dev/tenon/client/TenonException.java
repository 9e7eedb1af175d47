package dev.tenon.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call that did not succeed: [TenonProblem] when Tenon said why, [TenonNoAnswer] when it said
/// nothing.
public abstract sealed class TenonException extends RuntimeException
    permits TenonProblem, TenonNoAnswer {
  private static final long serialVersionUID = 1;

  private final @Nullable String idempotencyKey;

  TenonException(String message, @Nullable String idempotencyKey) {
    super(message);
    this.idempotencyKey = idempotencyKey;
  }

  /// The key that the call carried, for its repetition by [TenantClient#withIdempotencyKey]; empty
  /// for calls that carry none.
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(idempotencyKey);
  }
}
