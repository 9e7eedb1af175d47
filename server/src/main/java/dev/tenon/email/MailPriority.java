package dev.tenon.email;

import dev.tenon.work.NewJob;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which of a tenant's waiting mails goes first. It orders the mails of one tenant; between tenants
/// the workers are fair whatever each of them calls its own.
public enum MailPriority {
  /// Somebody waits for it, such as a password reset. May take places beyond the tenant's share.
  HIGH(NewJob.URGENT),

  /// What most mails are.
  NORMAL(NewJob.ORDINARY),

  /// Newsletters and the like: sent when nothing else of the tenant waits.
  BULK(8);

  /// The stream that is bulk where no priority is given.
  private static final String BROADCAST = "broadcast";

  private final int ofJob;

  MailPriority(int ofJob) {
    this.ofJob = ofJob;
  }

  /// The priority of the job that sends it.
  int ofJob() {
    return ofJob;
  }

  /// As the database has it.
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static MailPriority of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /// What is given, else what the stream is for.
  static MailPriority of(@Nullable MailPriority given, String stream) {
    return given != null ? given : stream.equals(BROADCAST) ? BULK : NORMAL;
  }
}
