package dev.tenon.suppression;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An address that a tenant must not write to.
///
/// @param address comparable, as `EmailAddress.comparable` makes it
/// @param stream the stream that it is about; empty for all
/// @param detail for people
/// @param provider who reported it; null where a person added it
/// @param message the message that it was reported about, or null
/// @param occurredAt when it happened
public record Suppression(
    UUID id,
    String address,
    String stream,
    Reason reason,
    String detail,
    @Nullable String provider,
    @Nullable UUID message,
    Instant occurredAt,
    Instant createdAt) {

  /// Why nobody writes there. Where several apply, the first of them in this order stands.
  public enum Reason {
    /// The recipient called a mail spam.
    COMPLAINED,
    /// There is no such mailbox, or its server refuses for good.
    BOUNCED,
    /// The recipient asked for no more of a stream.
    UNSUBSCRIBED,
    /// A person said so.
    MANUAL;

    /// As it is stored and shown.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Reads what [#text] wrote; empty for anything else.
    public static Optional<Reason> parse(String text) {
      return Arrays.stream(values()).filter(reason -> reason.text().equals(text)).findFirst();
    }
  }

  /// Which of two entries for one address and stream stands: that of the stronger reason, then the
  /// earlier. So it doesn't depend on which came first.
  public Suppression or(Suppression other) {
    int order = reason.compareTo(other.reason);
    return order < 0 || (order == 0 && !occurredAt.isAfter(other.occurredAt)) ? this : other;
  }
}
