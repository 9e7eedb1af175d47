package dev.tenon.inbox;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Webhooks that a connection was sent within one hour and that were not accepted, for one reason.
///
/// @param hour its first moment
/// @param status what the sender was answered
/// @param count how many; a flood is one row all the same
/// @param detail what was wrong with the last one, in words; nothing of its headers or body
public record Refusal(
    Instant hour,
    Reason reason,
    int status,
    long count,
    String detail,
    Instant firstAt,
    Instant lastAt) {

  /// Why a webhook is not accepted. Few and fixed: they are values of a column and of a label.
  public enum Reason {
    /// No connection has this address. Counted, but nobody's, so it stands in no record.
    UNKNOWN_CONNECTION(404),
    /// A person switched the connection off. The sender is answered as if it were not there.
    DISABLED(404),
    /// The connection's provider sends no webhooks that this version knows.
    UNSUPPORTED(404),
    /// There is nothing to check with, so nothing passes.
    NO_SECRET(401),
    /// The signature header is missing or has another form.
    SIGNATURE_MALFORMED(400),
    SIGNATURE_MISMATCH(401),
    TOO_OLD(401),
    TOO_NEW(401),
    /// Truly signed, and not a body that the provider sends.
    BODY_MALFORMED(400),
    TOO_LARGE(413),
    /// The body did not arrive in time. Who falls silent is cut off before he can be told.
    TOO_SLOW(408),
    /// Too much is waiting, or the database does not answer.
    BUSY(503);

    private final int status;

    Reason(int status) {
      this.status = status;
    }

    /// What the sender is answered.
    public int status() {
      return status;
    }

    /// As it stands in the API, in the metrics and in the database.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Reason> parse(String text) {
      return Arrays.stream(values()).filter(reason -> reason.text().equals(text)).findFirst();
    }
  }
}
