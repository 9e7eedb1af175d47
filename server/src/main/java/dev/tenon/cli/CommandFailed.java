package dev.tenon.cli;

/// A command can't go on, for a reason that is not a fault of Tenon. Its message is a sentence for
/// people that says what to do.
final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /// @param exitCode one of those in [Failure]
  CommandFailed(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
