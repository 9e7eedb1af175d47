package dev.tenon.connector.email;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a provider's webhook says happened to a mail, in one vocabulary for all providers (that of
/// Anymail's signals). Every part is bounded and on one line, whatever came.
///
/// @param reason why, for [Kind#BOUNCED], [Kind#REJECTED] and their like; else [Reason#NONE]
/// @param lasting whether the address takes no mail from now on, as far as the provider can tell: a
///   hard bounce, or an address on the provider's own suppression list
/// @param at when it happened, by the provider's clock; [Instant#EPOCH] when it doesn't say
/// @param key recognises the event among all of its connection; a repeat carries the same
/// @param name the provider's own name for it, such as `HardBounce` or `email.bounced`
/// @param messageId our message id, where it came back; else empty
/// @param providerMessageId the provider's, in the form in which it answered the sending; or empty
/// @param recipient whom it is about, comparable ([EmailAddress#comparable]); empty where unknown
/// @param certain whether it is surely about `recipient`. Some providers name all recipients of the
///   message, or all that it may have been
/// @param detail what the receiving server or the provider said, for people
public record MailEvent(
    Kind kind,
    Reason reason,
    boolean lasting,
    Instant at,
    String key,
    String name,
    String messageId,
    String providerMessageId,
    String recipient,
    boolean certain,
    String detail) {
  private static final int DETAIL_CHARS_MAX = 500;
  private static final int NAME_CHARS_MAX = 100;
  private static final int ID_CHARS_MAX = 255;
  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = Instant.parse("9999-01-01T00:00:00Z");

  /// As [EmailMessage#builder] takes ids.
  private static final Pattern OURS = Pattern.compile("[A-Za-z0-9_-]{1,80}");

  /// What happened.
  public enum Kind {
    /// The provider has it and has not tried to deliver it yet.
    QUEUED,
    /// It left the provider.
    SENT,
    /// The provider will not send it: to an address that it suppresses, say.
    REJECTED,
    /// The provider could not send it, by a fault that is not the recipient's.
    FAILED,
    /// The receiving side refused it for good.
    BOUNCED,
    /// The receiving side did not take it yet; the provider goes on trying.
    DEFERRED,
    /// The receiving server took it.
    DELIVERED,
    /// A machine answered: out of office, a change of address.
    AUTORESPONDED,
    OPENED,
    CLICKED,
    /// The recipient called it spam.
    COMPLAINED,
    UNSUBSCRIBED,
    SUBSCRIBED,
    /// Something that this version has no word for.
    UNKNOWN;

    /// As it is stored and shown.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Reads what [#text] wrote.
    public static Kind of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /// Why it was refused or went no further.
  public enum Reason {
    NONE,
    /// There is no such address.
    INVALID,
    /// The address bounced, now or before.
    BOUNCED,
    TIMED_OUT,
    /// Refused by a policy of the receiving side or of the provider.
    BLOCKED,
    /// Taken for spam, or the recipient complained before.
    SPAM,
    UNSUBSCRIBED,
    OTHER;

    /// As it is stored and shown.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Reads what [#text] wrote; empty for anything else.
    public static Optional<Reason> parse(String text) {
      return Arrays.stream(values()).filter(reason -> reason.text().equals(text)).findFirst();
    }
  }

  public MailEvent {
    at = at.isBefore(FIRST) || at.isAfter(LAST) ? FIRST : at;
    name = clean(name, NAME_CHARS_MAX);
    name = name.isEmpty() ? kind.text() : name;
    messageId = OURS.matcher(messageId).matches() ? messageId : "";
    providerMessageId = clean(providerMessageId, ID_CHARS_MAX);
    recipient = EmailAddress.comparable(recipient).orElse("");
    certain = certain && !recipient.isEmpty();
    detail = clean(detail, DETAIL_CHARS_MAX);
  }

  /// JSON can spell half of a character, which no database and no other encoding takes.
  private static String clean(String text, int charsMax) {
    String whole =
        text.codePoints()
            .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return Lines.clean(whole, charsMax);
  }

  /// What events of one message have in common, so that they are applied one at a time.
  public String lane() {
    return !messageId.isEmpty()
        ? messageId
        : !providerMessageId.isEmpty() ? providerMessageId : key;
  }
}
