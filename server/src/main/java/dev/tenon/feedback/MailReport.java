package dev.tenon.feedback;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.MailEvent;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;

/// One report of a provider about a message of ours, as it is stored.
///
/// @param fact the fact that it came as
/// @param name the provider's own word for it
/// @param recipient comparable; empty where it is not certain who
public record MailReport(
    UUID fact,
    UUID connection,
    String provider,
    MailEvent.Kind kind,
    MailEvent.Reason reason,
    boolean lasting,
    String name,
    String recipient,
    String detail,
    Instant occurredAt) {
  private static final int WORDS_MAX = 600;

  /// The earliest first, and always the same one among those of one moment.
  static final Comparator<MailReport> ORDER =
      Comparator.comparing(MailReport::occurredAt)
          .thenComparing(report -> !report.lasting())
          .thenComparing(MailReport::recipient)
          .thenComparing(MailReport::provider)
          .thenComparing(MailReport::name)
          .thenComparing(MailReport::detail)
          .thenComparing(MailReport::fact);

  /// In words, for people.
  String words() {
    return EmailAddress.cleanLine(
        "%s reports %s%s%s"
            .formatted(
                provider,
                name,
                recipient.isEmpty() ? "" : " for " + recipient,
                detail.isEmpty() ? "" : ": " + detail),
        WORDS_MAX);
  }
}
