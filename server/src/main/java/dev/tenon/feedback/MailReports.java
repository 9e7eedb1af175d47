package dev.tenon.feedback;

import dev.tenon.connector.email.MailEvent;
import dev.tenon.db.TenantTx;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What was reported about mails, for those who show it.
public final class MailReports {
  /// How many reports about one message are shown.
  public static final int SHOWN_MAX = 200;

  private final ReportStore store = new ReportStore();

  /// The reports about one message by the time they tell, the oldest first, at most [#SHOWN_MAX].
  public List<MailReport> inOrder(TenantTx tx, UUID message) {
    return store.inOrder(tx, message, SHOWN_MAX);
  }

  /// How often one thing was reported of one recipient.
  ///
  /// @param recipient empty where it is not certain who
  public record Count(String recipient, MailEvent.Kind kind, int times) {}

  /// All that was reported about one message, counted: however many reports there are, what became
  /// of it rests on all of them.
  public List<Count> counts(TenantTx tx, UUID message) {
    return store.counts(tx, message);
  }

  /// What the reports about one recipient come to; empty when there is none.
  public static Optional<MailOutcome> outcome(List<Count> counts, String recipient) {
    return MailOutcome.ofKinds(
        counts.stream().filter(one -> one.recipient().equals(recipient)).map(Count::kind).toList(),
        recipient);
  }

  /// How often something was reported of one recipient: opens and clicks are counted up to a bound.
  public static int times(List<Count> counts, String recipient, MailEvent.Kind kind) {
    return counts.stream()
        .filter(one -> one.kind() == kind && one.recipient().equals(recipient))
        .mapToInt(Count::times)
        .sum();
  }

  /// How often something was reported of one recipient among the reports that are shown.
  public static int count(List<MailReport> reports, String recipient, MailEvent.Kind kind) {
    return (int)
        reports.stream()
            .filter(one -> one.kind() == kind && one.recipient().equals(recipient))
            .count();
  }
}
