package dev.tenon.number;

import java.time.Duration;

/// What happened to mails, added up.
///
/// @param byFallback of `sent`, those that the first connection of their route did not take
/// @param possibleDuplicates sendings of a mail of which an earlier one may have been accepted
/// @param acceptMillis from the making of each sent mail until its provider accepted it, all
///   together
/// @param deliverMillis from the making of each delivered mail until it was delivered, all together
public record Figures(
    long sent,
    long delivered,
    long bounced,
    long complained,
    long failed,
    long suppressed,
    long uncertain,
    long byFallback,
    long acceptMillis,
    long acceptMillisMax,
    long deliverMillis,
    long deliverMillisMax,
    long possibleDuplicates) {
  /// Nothing.
  public static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /// Longer than a mail may be on its way; beyond it a clock is wrong.
  private static final Duration WAY_MAX = Duration.ofDays(30);

  /// A mail that a provider accepted.
  public static Figures ofSent(Duration way, boolean byFallback) {
    long millis = millis(way);
    return new Figures(1, 0, 0, 0, 0, 0, 0, byFallback ? 1 : 0, millis, millis, 0, 0, 0);
  }

  /// A mail that came to an end without being sent, or of which nobody knows; `state` is a
  /// message's.
  public static Figures ofUnsent(String state) {
    return switch (state) {
      case "failed" -> new Figures(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
      case "suppressed" -> new Figures(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
      case "uncertain" -> new Figures(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
      default -> NONE;
    };
  }

  public static Figures ofDelivered(Duration way) {
    long millis = millis(way);
    return new Figures(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, millis, millis, 0);
  }

  public static Figures ofBounced() {
    return new Figures(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  public static Figures ofComplained() {
    return new Figures(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /// A mail that was sent although an earlier sending may have been accepted.
  public static Figures ofPossibleDuplicate() {
    return new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  }

  private static long millis(Duration way) {
    return Math.clamp(way.toMillis(), 0, WAY_MAX.toMillis());
  }

  /// Both together.
  Figures plus(Figures other) {
    return new Figures(
        sent + other.sent,
        delivered + other.delivered,
        bounced + other.bounced,
        complained + other.complained,
        failed + other.failed,
        suppressed + other.suppressed,
        uncertain + other.uncertain,
        byFallback + other.byFallback,
        acceptMillis + other.acceptMillis,
        Math.max(acceptMillisMax, other.acceptMillisMax),
        deliverMillis + other.deliverMillis,
        Math.max(deliverMillisMax, other.deliverMillisMax),
        possibleDuplicates + other.possibleDuplicates);
  }
}
