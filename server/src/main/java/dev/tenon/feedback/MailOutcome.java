package dev.tenon.feedback;

import dev.tenon.connector.email.MailEvent;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What the reports about a message come to. A pure function of their *set*: it knows neither order
/// nor repetition, so whatever comes late, twice or before something else ends in the same state.
///
/// For one recipient the report that weighs most counts: `sent < deferred < rejected < delivered <
/// bounced < complained`. A server may refuse a mail after it took it, but none takes one that it
/// has refused for good; so `bounced` weighs more than `delivered`. Among the recipients of a
/// message one that has it weighs more than one that has not: `sent < deferred < rejected < bounced
/// < delivered < complained`. What is said of nobody certain counts like a recipient of its own.
///
/// A message has failed only when nobody's mail is on its way any more: while a recipient has no
/// report that is final, that others were rejected does not count.
public enum MailOutcome {
  SENT(0, 0, "sent"),
  DEFERRED(1, 1, "sent"),
  REJECTED(2, 2, "failed"),
  DELIVERED(3, 4, "delivered"),
  BOUNCED(4, 3, "bounced"),
  COMPLAINED(5, 5, "complained");

  private final int ofOne;
  private final int ofAll;
  private final String state;

  MailOutcome(int ofOne, int ofAll, String state) {
    this.ofOne = ofOne;
    this.ofAll = ofAll;
    this.state = state;
  }

  /// As the API shows it.
  public String text() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /// What one report says. Whatever is reported about a message shows that its provider has it.
  static MailOutcome of(MailEvent.Kind kind) {
    return switch (kind) {
      case QUEUED, SENT, UNSUBSCRIBED, SUBSCRIBED, UNKNOWN -> SENT;
      case DEFERRED -> DEFERRED;
      case REJECTED, FAILED -> REJECTED;
      case DELIVERED, OPENED, CLICKED, AUTORESPONDED -> DELIVERED;
      case BOUNCED -> BOUNCED;
      case COMPLAINED -> COMPLAINED;
    };
  }

  /// What the reports about one recipient come to; `recipient` is empty for those about nobody
  /// certain.
  public static Optional<MailOutcome> of(Collection<MailReport> reports, String recipient) {
    return ofKinds(
        reports.stream()
            .filter(report -> report.recipient().equals(recipient))
            .map(MailReport::kind)
            .toList(),
        recipient);
  }

  /// The same, by the kinds of those reports.
  static Optional<MailOutcome> ofKinds(Collection<MailEvent.Kind> kinds, String recipient) {
    Comparator<MailOutcome> order =
        recipient.isEmpty()
            ? Comparator.comparingInt(one -> one.ofAll)
            : Comparator.comparingInt(one -> one.ofOne);
    return kinds.stream().map(MailOutcome::of).max(order);
  }

  /// What a message came to, and the report that says so.
  record Whole(MailOutcome outcome, MailReport by) {
    /// As `message.state` has it. A provider that will not send to an address that it suppresses is
    /// told apart from one that could not send.
    String state() {
      return outcome == REJECTED && by.lasting() ? "suppressed" : outcome.state;
    }
  }

  /// What all reports about a message come to; empty when there is none.
  ///
  /// @param addressed the recipients who were neither left out nor refused; empty where unknown
  static Optional<Whole> whole(Collection<MailReport> reports, Collection<String> addressed) {
    Map<String, MailOutcome> byRecipient = new HashMap<>();
    reports.forEach(
        report ->
            byRecipient.computeIfAbsent(report.recipient(), one -> of(reports, one).orElseThrow()));
    if (isOnItsWay(reports, byRecipient, addressed)) {
      byRecipient.replaceAll((_, outcome) -> outcome == REJECTED ? SENT : outcome);
    }
    return byRecipient.values().stream()
        .max(Comparator.comparingInt(one -> one.ofAll))
        .map(outcome -> new Whole(outcome, by(reports, byRecipient, outcome)));
  }

  /// The report that says so; where others' rejection doesn't count yet, the first of all.
  private static MailReport by(
      Collection<MailReport> reports, Map<String, MailOutcome> byRecipient, MailOutcome outcome) {
    return reports.stream()
        .filter(
            report ->
                of(report.kind()) == outcome && byRecipient.get(report.recipient()) == outcome)
        .min(MailReport.ORDER)
        .orElseGet(() -> reports.stream().min(MailReport.ORDER).orElseThrow());
  }

  /// Whether a recipient's mail may still arrive. A rejection of nobody certain is that of one of
  /// them; that a message could not be sent, which is no recipient's fault, is about them all.
  private static boolean isOnItsWay(
      Collection<MailReport> reports,
      Map<String, MailOutcome> byRecipient,
      Collection<String> addressed) {
    long open =
        addressed.stream()
            .distinct()
            .map(one -> byRecipient.getOrDefault(one, SENT))
            .filter(one -> one == SENT || one == DEFERRED)
            .count();
    boolean all =
        reports.stream()
            .anyMatch(one -> one.recipient().isEmpty() && one.kind() == MailEvent.Kind.FAILED);
    return !all && open > (byRecipient.get("") == REJECTED ? 1 : 0);
  }
}
