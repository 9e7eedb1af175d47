package dev.tenon.client;

/// A call that did not succeed: [TenonProblem] when Tenon said why, [TenonNoAnswer] when it said
/// nothing.
public abstract sealed class TenonException extends RuntimeException
    permits TenonProblem, TenonNoAnswer {
  private static final long serialVersionUID = 1;

  TenonException(String message) {
    super(message);
  }
}
