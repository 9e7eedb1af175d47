package dev.tenon.db.embedded;

/// The embedded database could not be started or stopped. The message is one for the operator: it
/// names the folder, file or process, and says what to do.
public final class DatabaseStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatabaseStartException(String message) {
    super(message);
  }

  DatabaseStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
