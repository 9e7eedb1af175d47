package dev.tenon.feedback;

import dev.tenon.connector.email.MailEvent;
import dev.tenon.db.TenantTx;
import java.util.List;
import java.util.UUID;

/// What was reported about mails, for those who show it.
public final class MailReports {
  /// How many reports about one message are shown; no more is kept of an ordinary one.
  public static final int SHOWN_MAX = 200;

  private final ReportStore store = new ReportStore();

  /// The reports about one message by the time they tell, the oldest first, at most [#SHOWN_MAX].
  public List<MailReport> inOrder(TenantTx tx, UUID message) {
    return store.inOrder(tx, message, SHOWN_MAX);
  }

  /// How often something was reported of one recipient: opens and clicks are counted up to a bound.
  public static int count(List<MailReport> reports, String recipient, MailEvent.Kind kind) {
    return (int)
        reports.stream()
            .filter(one -> one.kind() == kind && one.recipient().equals(recipient))
            .count();
  }
}
