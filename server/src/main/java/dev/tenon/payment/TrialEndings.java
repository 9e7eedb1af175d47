package dev.tenon.payment;

import dev.tenon.email.TemplateMail;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// Tells customers that their trial ends.
///
/// Stripe announces it three days before, or at once where the trial is shorter. The announcement
/// stays in the row until the mail is made, so that it does not matter whether the customer's
/// address or the announcement is known first. The mail is made once for each end of a trial, and
/// only while the trial is known to go on and to end as announced.
final class TrialEndings {
  private TrialEndings() {}

  /// Decides with all that the batch knows, and marks what is told in the rows that the same commit
  /// writes.
  static void tell(PaymentBatch batch, Instant now) {
    batch.trials.forEach((row, cause) -> tell(batch, row, cause, now));
  }

  private static void tell(PaymentBatch batch, SubscriptionRow row, UUID cause, Instant now) {
    Instant end = row.trialNotice;
    if (end == null) {
      return;
    }
    if (!end.isAfter(now) || row.state() == SubscriptionState.ENDED) {
      row.endNotice();
      return;
    }
    SubscriptionContact contact = batch.contact(row);
    // What is shown may be older than the announcement's trial, so it waits.
    if (contact != null && row.trialEndsAsAnnounced()) {
      row.endNotice();
      TemplateMail mail = mail(row, contact, end, cause);
      batch.mails.add(() -> mail);
    }
  }

  /// What comes of an announcement, as far as its own fact knows.
  static String inWords(PaymentBatch batch, SubscriptionRow row) {
    if (!row.trialEndsAsAnnounced()) {
      return "no trial is known that ends as this announces";
    }
    return batch.contact(row) == null
        ? "its trial ends; it is told once somebody is known to be told"
        : "the end of its trial is to be told";
  }

  private static TemplateMail mail(
      SubscriptionRow row, SubscriptionContact contact, Instant end, UUID cause) {
    SubscriptionFact shown = Objects.requireNonNull(row.shown());
    Map<String, Object> data = SubscriptionFollowUps.data(row);
    data.put("trial_end", Wording.day(end));
    data.put("amount", Wording.amount(shown.items(), shown.currency()));
    if (endsWithTrial(shown, end)) {
      data.put("ends_for_good", "yes");
    }
    TemplateMail mail = SubscriptionFollowUps.mail(row, contact, "trial-ending", data, cause);
    return new TemplateMail(
        mail.onceKey() + ":" + end.getEpochSecond(),
        mail.template(),
        mail.toName(),
        mail.toAddress(),
        mail.data(),
        mail.cause(),
        mail.about());
  }

  /// Whether nothing follows the trial. A trial is a period, so the end of that one is its own; a
  /// cancellation on a later day leaves something to pay.
  private static boolean endsWithTrial(SubscriptionFact shown, Instant end) {
    Instant cancelAt = shown.cancelAt();
    return shown.cancelAtPeriodEnd() || (cancelAt != null && !cancelAt.isAfter(end));
  }
}
