package dev.tenon.http;

import io.helidon.webserver.CloseConnectionException;

/// The sender of a body fell silent before its end, so its connection is closed without an answer:
/// there is nobody who listens for one.
public final class LateBodyException extends CloseConnectionException {
  private static final long serialVersionUID = 1L;

  LateBodyException(Throwable cause) {
    super("the body did not arrive in time", cause);
  }
}
