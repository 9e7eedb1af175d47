package dev.tenon.client.webhook;

/// A webhook that is not to be believed. The message is for the receiver's own log and holds
/// nothing of what came; the sender needs to know the [#status] alone.
public final class WebhookRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  /// Why.
  public enum Reason {
    /// A header is missing or has another form, or the body is no event.
    MALFORMED(400),
    /// No signature is by any of the keys: a wrong secret, or changed bytes.
    WRONG_SIGNATURE(401),
    /// Truly signed, but longer ago than the tolerance.
    TOO_OLD(401),
    /// Truly signed, but for a time further ahead than the tolerance: a clock is wrong.
    TOO_NEW(401);

    private final int status;

    Reason(int status) {
      this.status = status;
    }
  }

  WebhookRefused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /// What to answer: 400 or 401.
  public int status() {
    return reason.status;
  }
}
