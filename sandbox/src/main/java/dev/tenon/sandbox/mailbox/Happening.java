package dev.tenon.sandbox.mailbox;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What can happen to a mail after its provider took it, in one vocabulary for all providers. Each
/// stand-in tells it in its provider's own words.
public enum Happening {
  /// On its way: the provider took it and will try to deliver it.
  ACCEPTED("accepted", ""),
  DELIVERED("delivered", "Delivered"),
  /// Not delivered yet; the provider tries again.
  DELAYED("delayed", "Delay"),
  /// There is no such mailbox. The provider sends nothing more to it.
  HARD_BOUNCED("hard_bounced", "Hard bounce"),
  /// Given up, for a reason that may pass, such as a full mailbox.
  SOFT_BOUNCED("soft_bounced", "Soft bounce"),
  /// Refused for what the mail or its sender is.
  BLOCKED("blocked", "Block"),
  /// Marked as spam. The provider sends nothing more to that address.
  COMPLAINED("complained", "Complaint"),
  OPENED("opened", "Open"),
  CLICKED("clicked", "Click"),
  UNSUBSCRIBED("unsubscribed", "Unsubscribe"),
  /// Not sent, since the provider holds the address on its list.
  SUPPRESSED("suppressed", "Suppress"),
  /// The provider took it and could not send it.
  FAILED("failed", "Fail"),
  /// The same, since a template didn't fit its data.
  RENDERING_FAILED("rendering_failed", "Fail to render"),
  /// Kept by the provider until its time.
  SCHEDULED("scheduled", "");

  private final String word;
  private final String label;

  Happening(String word, String label) {
    this.word = word;
    this.label = label;
  }

  /// The word in JSON and in addresses, where `_` is written `-`.
  public String word() {
    return word;
  }

  /// What its button says; empty when it happens only by itself.
  public String label() {
    return label;
  }

  /// The happening of a word, or nothing when there is none.
  ///
  /// @param word as [#word] gives it, in any case, with `-` or `_`
  public static Optional<Happening> find(String word) {
    String wanted = word.toLowerCase(Locale.ROOT).replace('-', '_');
    return Stream.of(values()).filter(each -> each.word.equals(wanted)).findAny();
  }

  /// Whether the provider sends nothing more to an address after it.
  public boolean suppresses() {
    return this == HARD_BOUNCED || this == COMPLAINED || this == UNSUBSCRIBED;
  }

  /// What became of the mail by it; empty when it changes nothing about that.
  Optional<Fate> fate() {
    return switch (this) {
      case DELIVERED -> Optional.of(Fate.DELIVERED);
      case DELAYED -> Optional.of(Fate.DELAYED);
      case HARD_BOUNCED, SOFT_BOUNCED, BLOCKED -> Optional.of(Fate.BOUNCED);
      case COMPLAINED -> Optional.of(Fate.COMPLAINED);
      case SUPPRESSED -> Optional.of(Fate.SUPPRESSED);
      case FAILED, RENDERING_FAILED -> Optional.of(Fate.FAILED);
      case ACCEPTED, OPENED, CLICKED, UNSUBSCRIBED, SCHEDULED -> Optional.empty();
    };
  }
}
