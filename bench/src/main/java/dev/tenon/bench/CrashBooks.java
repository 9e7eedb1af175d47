package dev.tenon.bench;

import java.util.Map;

/// Compares what was acknowledged with what the database and the sandbox hold.
final class CrashBooks {
  private final Bed bed;
  private final StripeSender sender;
  private final Map<String, Integer> mails;
  private boolean right = true;

  CrashBooks(Bed bed, StripeSender sender, Map<String, Integer> mails) {
    this.bed = bed;
    this.sender = sender;
    this.mails = mails;
  }

  /// Prints the books; answers whether they are right.
  boolean report(Report report, String killed) {
    long subscriptions = sender.subscriptions();
    report.line("killed", killed);
    report.line(
        "acknowledged webhooks",
        "%d, in %d tries; %d sent again all the same"
            .formatted(sender.acknowledged(), sender.tries(), sender.repeats()));
    same(report, "facts known", "select count(*) from fact_key", sender.acknowledged());
    same(
        report,
        "facts applied once",
        "select count(*) from fact where state = 'applied'",
        sender.acknowledged());
    same(
        report,
        "subscriptions, all ended",
        "select count(*) from subscription where state = 'ended'",
        subscriptions);
    same(
        report,
        "payments of the right amount",
        "select count(*) from payment where state = 'succeeded' and amount = 2900",
        subscriptions);
    for (String type :
        new String[] {"subscription.activated", "subscription.cancelled", "payment.succeeded"}) {
      same(
          report,
          "events " + type,
          "select count(*) from event where type = '%s'".formatted(type),
          subscriptions);
      same(
          report,
          "about different records",
          "select count(distinct about) from event where type = '%s'".formatted(type),
          subscriptions);
    }
    // Of each: the confirmation, the receipt of its invoice, the cancellation.
    same(report, "messages made", "select count(*) from message", 3 * subscriptions);
    mails(report);
    return right;
  }

  private void mails(Report report) {
    long sent = bed.count("select count(*) from message where state = 'sent'");
    long uncertain = bed.count("select count(*) from message where state = 'uncertain'");
    long asking = bed.count("select count(*) from message where state in ('queued', 'sending')");
    long other =
        bed.count(
            "select count(*) from message where state not in ('sent', 'uncertain', 'queued', 'sending')");
    long twice = mails.values().stream().filter(count -> count > 1).count();
    report.line(
        "messages sent / uncertain / being looked up / other",
        "%d / %d / %d / %d".formatted(sent, uncertain, asking, other));
    report.line(
        "mails that the sandbox accepted",
        "%d different ones, %d of them more than once".formatted(mails.size(), twice));
    boolean fair =
        twice == 0
            && other == 0
            && mails.size() >= sent
            && mails.size() <= sent + uncertain + asking;
    report.line("every mail once, or named uncertain", fair ? "yes" : "NO");
    right &= fair;
  }

  private void same(Report report, String what, String sql, long expected) {
    long found = bed.count(sql);
    boolean same = found == expected;
    right &= same;
    report.line(what, "%d of %d%s".formatted(found, expected, same ? "" : ": WRONG"));
  }
}
