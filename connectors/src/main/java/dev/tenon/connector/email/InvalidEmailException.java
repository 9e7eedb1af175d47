package dev.tenon.connector.email;

/// The message can't be sent as written, through any provider. Raised while the message is built,
/// so nothing has left yet.
public final class InvalidEmailException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String field;

  public InvalidEmailException(String field, String problem) {
    super(field + " " + problem);
    this.field = field;
  }

  /// The part of the message that is wrong, such as `to[2]` or `headers.X-Order`.
  public String field() {
    return field;
  }
}
