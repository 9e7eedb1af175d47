package dev.tenon.sandbox.mailbox;

import java.util.Locale;

/// What the simulated provider says became of a mail that it accepted. Ordinary addresses are
/// delivered; the magic addresses of each provider give the other answers.
public enum Fate {
  DELIVERED,
  BOUNCED,
  COMPLAINED,
  SUPPRESSED,
  SCHEDULED,
  CANCELED;

  /// The word in JSON and on the pages.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
