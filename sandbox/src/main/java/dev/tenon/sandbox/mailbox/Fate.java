package dev.tenon.sandbox.mailbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What the simulated provider says became of a mail that it accepted. Ordinary addresses are
/// delivered; magic addresses and the buttons of the mailbox give the other answers.
public enum Fate {
  DELIVERED,
  DELAYED,
  SUPPRESSED,
  COMPLAINED,
  BOUNCED,
  FAILED,
  SCHEDULED,
  CANCELED;

  /// The word in JSON and on the pages.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What is left of everything that happened: the latest at each recipient, and of those the
  /// worst.
  public static Fate of(List<MailEvent> events) {
    Map<String, Fate> latest = new LinkedHashMap<>();
    for (MailEvent event : events) {
      event.happening().fate().ifPresent(fate -> latest.put(event.recipient(), fate));
    }
    Fate worst = DELIVERED;
    for (Fate fate : latest.values()) {
      worst = fate.compareTo(worst) > 0 ? fate : worst;
    }
    return worst;
  }
}
