package dev.tenon.console;

/// How a state looks: one shape and one word, the same on every page. The colour only repeats what
/// they say.
///
/// @param word what stands beside the shape
public record Mark(Shape shape, Tone tone, String word) {

  /// The seven shapes.
  public enum Shape {
    /// A ring: waiting.
    RING,
    /// An arc: being worked on.
    ARC,
    /// A dot: done.
    DOT,
    /// A cross: failed.
    CROSS,
    /// A bar: stopped.
    BAR,
    /// A dash: skipped.
    DASH,
    /// A half disc: it may have happened, nobody knows yet.
    HALF
  }

  /// The colour of a shape.
  public enum Tone {
    GOOD,
    WARN,
    BAD,
    INFO,
    QUIET
  }

  /// The class names in the style sheet.
  public String css() {
    return "mark mark-"
        + tone.name().toLowerCase(java.util.Locale.ROOT)
        + (shape == Shape.ARC ? " mark-turning" : "");
  }

  /// Whether this state gives way to another by itself, in seconds or minutes.
  public boolean passing() {
    return shape == Shape.RING || shape == Shape.ARC;
  }

  /// Whether a person should look at this.
  public boolean needsCare() {
    return tone == Tone.BAD || tone == Tone.WARN;
  }

  static Mark fact(String state) {
    return switch (state) {
      case "waiting" -> new Mark(Shape.RING, Tone.INFO, "waiting");
      case "retrying" -> new Mark(Shape.RING, Tone.WARN, "retrying");
      case "applied" -> new Mark(Shape.DOT, Tone.GOOD, "applied");
      case "ignored" -> new Mark(Shape.DASH, Tone.QUIET, "ignored");
      case "unassigned" -> new Mark(Shape.BAR, Tone.WARN, "unassigned");
      case "dead" -> new Mark(Shape.CROSS, Tone.BAD, "dead");
      case "empty" -> new Mark(Shape.DASH, Tone.QUIET, "no facts");
      default -> unknown(state);
    };
  }

  static Mark message(String state) {
    return switch (state) {
      case "queued" -> new Mark(Shape.RING, Tone.INFO, "queued");
      case "sending" -> new Mark(Shape.ARC, Tone.INFO, "sending");
      case "sent" -> new Mark(Shape.DOT, Tone.GOOD, "sent");
      case "delivered" -> new Mark(Shape.DOT, Tone.GOOD, "delivered");
      case "uncertain" -> new Mark(Shape.HALF, Tone.WARN, "uncertain");
      case "bounced" -> new Mark(Shape.CROSS, Tone.BAD, "bounced");
      case "complained" -> new Mark(Shape.CROSS, Tone.BAD, "complained");
      case "failed" -> new Mark(Shape.CROSS, Tone.BAD, "failed");
      case "suppressed" -> new Mark(Shape.DASH, Tone.QUIET, "suppressed");
      case "cancelled" -> new Mark(Shape.BAR, Tone.QUIET, "cancelled");
      default -> unknown(state);
    };
  }

  static Mark attempt(String outcome) {
    return switch (outcome) {
      case "started" -> new Mark(Shape.ARC, Tone.INFO, "started");
      case "accepted" -> new Mark(Shape.DOT, Tone.GOOD, "accepted");
      case "refused_recipient" -> new Mark(Shape.CROSS, Tone.BAD, "recipient refused");
      case "refused_request" -> new Mark(Shape.CROSS, Tone.BAD, "refused");
      case "connection_broken" -> new Mark(Shape.CROSS, Tone.BAD, "connection broken");
      case "passing" -> new Mark(Shape.CROSS, Tone.WARN, "passing fault");
      case "unknown" -> new Mark(Shape.HALF, Tone.WARN, "uncertain");
      case "found" -> new Mark(Shape.DOT, Tone.GOOD, "found");
      case "missing" -> new Mark(Shape.DASH, Tone.QUIET, "not found");
      case "unanswered" -> new Mark(Shape.HALF, Tone.WARN, "no answer");
      default -> unknown(outcome);
    };
  }

  static Mark subscription(String state) {
    return switch (state) {
      case "pending" -> new Mark(Shape.RING, Tone.INFO, "pending");
      case "trialing" -> new Mark(Shape.DOT, Tone.INFO, "trialing");
      case "active" -> new Mark(Shape.DOT, Tone.GOOD, "active");
      case "past_due" -> new Mark(Shape.CROSS, Tone.WARN, "past due");
      case "paused" -> new Mark(Shape.BAR, Tone.QUIET, "paused");
      case "ended" -> new Mark(Shape.BAR, Tone.QUIET, "ended");
      default -> unknown(state);
    };
  }

  static Mark customer(boolean deleted) {
    return deleted
        ? new Mark(Shape.BAR, Tone.QUIET, "deleted")
        : new Mark(Shape.DOT, Tone.GOOD, "there");
  }

  static Mark dispute(String state) {
    return switch (state) {
      case "open" -> new Mark(Shape.RING, Tone.WARN, "open");
      case "won" -> new Mark(Shape.DOT, Tone.GOOD, "won");
      case "lost" -> new Mark(Shape.CROSS, Tone.BAD, "lost");
      case "closed" -> new Mark(Shape.DASH, Tone.QUIET, "closed");
      default -> unknown(state);
    };
  }

  static Mark payment(String state) {
    return switch (state) {
      case "succeeded" -> new Mark(Shape.DOT, Tone.GOOD, "succeeded");
      case "failed" -> new Mark(Shape.CROSS, Tone.BAD, "failed");
      case "action_required" -> new Mark(Shape.BAR, Tone.WARN, "action required");
      case "uncollectible" -> new Mark(Shape.CROSS, Tone.BAD, "uncollectible");
      case "voided" -> new Mark(Shape.RING, Tone.INFO, "voided");
      default -> unknown(state);
    };
  }

  static Mark delivery(String state) {
    return switch (state) {
      case "waiting" -> new Mark(Shape.RING, Tone.INFO, "waiting");
      case "sending" -> new Mark(Shape.ARC, Tone.INFO, "sending");
      case "retrying" -> new Mark(Shape.RING, Tone.WARN, "retrying");
      case "held" -> new Mark(Shape.BAR, Tone.WARN, "held");
      case "delivered" -> new Mark(Shape.DOT, Tone.GOOD, "delivered");
      case "failed" -> new Mark(Shape.CROSS, Tone.BAD, "failed");
      case "cancelled" -> new Mark(Shape.BAR, Tone.QUIET, "cancelled");
      default -> unknown(state);
    };
  }

  static Mark suppression(String reason) {
    return switch (reason) {
      case "bounced" -> new Mark(Shape.CROSS, Tone.BAD, "bounced");
      case "complained" -> new Mark(Shape.CROSS, Tone.BAD, "complained");
      case "unsubscribed" -> new Mark(Shape.BAR, Tone.QUIET, "unsubscribed");
      case "manual" -> new Mark(Shape.BAR, Tone.QUIET, "manual");
      default -> unknown(reason);
    };
  }

  /// What a provider reported about a mail.
  static Mark report(String kind) {
    return switch (kind) {
      case "queued" -> new Mark(Shape.DOT, Tone.INFO, "queued");
      case "sent" -> new Mark(Shape.DOT, Tone.GOOD, "sent");
      case "deferred" -> new Mark(Shape.HALF, Tone.WARN, "deferred");
      case "delivered" -> new Mark(Shape.DOT, Tone.GOOD, "delivered");
      case "opened" -> new Mark(Shape.DOT, Tone.GOOD, "opened");
      case "clicked" -> new Mark(Shape.DOT, Tone.GOOD, "clicked");
      case "autoresponded" -> new Mark(Shape.DASH, Tone.QUIET, "answered by a machine");
      case "bounced" -> new Mark(Shape.CROSS, Tone.BAD, "bounced");
      case "complained" -> new Mark(Shape.CROSS, Tone.BAD, "complained");
      case "rejected" -> new Mark(Shape.CROSS, Tone.BAD, "rejected");
      case "failed" -> new Mark(Shape.CROSS, Tone.BAD, "failed");
      case "unsubscribed" -> new Mark(Shape.BAR, Tone.QUIET, "unsubscribed");
      case "subscribed" -> new Mark(Shape.DOT, Tone.GOOD, "subscribed");
      default -> new Mark(Shape.DASH, Tone.QUIET, "reported");
    };
  }

  static Mark tried(String outcome) {
    return switch (outcome) {
      case "delivered" -> new Mark(Shape.DOT, Tone.GOOD, "delivered");
      case "refused" -> new Mark(Shape.CROSS, Tone.BAD, "refused");
      case "unreachable" -> new Mark(Shape.CROSS, Tone.BAD, "unreachable");
      case "no_answer" -> new Mark(Shape.HALF, Tone.WARN, "no answer");
      default -> unknown(outcome);
    };
  }

  static Mark endpoint(String state) {
    return switch (state) {
      case "enabled" -> new Mark(Shape.DOT, Tone.GOOD, "enabled");
      case "failing" -> new Mark(Shape.CROSS, Tone.WARN, "failing");
      case "disabled" -> new Mark(Shape.BAR, Tone.BAD, "disabled");
      default -> unknown(state);
    };
  }

  /// A newer node may write a state that this one doesn't know: it shows the word.
  private static Mark unknown(String state) {
    return new Mark(Shape.HALF, Tone.QUIET, state);
  }
}
