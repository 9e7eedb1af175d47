package dev.tenon.connector;

import java.time.Duration;
import java.util.List;

/// How one call to a provider ended. The connector says what it knows; the caller decides what
/// follows (retry, fall back, suppress, alert, hold).
///
/// The line that matters runs between "it did not happen" ([RefusedRecipient], [RefusedRequest],
/// [ConnectionBroken], [Passing]) and "nobody knows" ([Unknown]): only the former may be repeated
/// or given to another provider without asking first.
///
/// @param <T> what the provider answers when it accepts
public sealed interface Outcome<T> {

  /// What the provider said, for logs, attempts and support. Holds no credentials.
  Detail detail();

  /// The provider took it.
  record Accepted<T>(T value, Detail detail) implements Outcome<T> {}

  /// The recipient is refused for good (invalid, suppressed, hard bounce). No fallback: another
  /// provider would be refused as well, and the sender's reputation pays.
  ///
  /// @param recipients who is refused, where that is known: of several, others may still be written
  ///   to. Empty where the provider doesn't say
  /// @param lasting whether such an address takes no mail from anybody (it isn't there, or bounced
  ///   before), so that it belongs on the suppression list. Not so where it is only malformed
  record RefusedRecipient<T>(Detail detail, List<String> recipients, boolean lasting)
      implements Outcome<T> {

    public RefusedRecipient {
      recipients = List.copyOf(recipients);
    }

    /// Nobody says who, nor that it lasts.
    public RefusedRecipient(Detail detail) {
      this(detail, List.of(), false);
    }
  }

  /// The request is wrong and stays wrong. Do not repeat it.
  record RefusedRequest<T>(Detail detail) implements Outcome<T> {}

  /// The connection can't be used: bad key, suspended account, unverified sender, spent quota. Time
  /// alone doesn't mend it, so do fall back, do alert, and repeat it here rarely until it was
  /// changed.
  ///
  /// @param reach who else would be refused
  record ConnectionBroken<T>(Detail detail, Reach reach) implements Outcome<T> {

    /// Refused whoever calls.
    public ConnectionBroken(Detail detail) {
      this(detail, Reach.CONNECTION);
    }

    /// How far such a refusal reaches.
    public enum Reach {
      /// All that goes through the connection.
      CONNECTION,
      /// What this sender sends; a connection that many share works for the others.
      SENDER
    }
  }

  /// A passing fault; certainly not accepted. `retryAfter` is the provider's wish, or zero.
  ///
  /// @param of whose fault it is, which decides whether others are spared the same
  record Passing<T>(Duration retryAfter, Detail detail, Of of) implements Outcome<T> {

    /// The provider's fault; by HTTP's 429 it is a limit everywhere.
    public Passing(Duration retryAfter, Detail detail) {
      this(retryAfter, detail, detail.status() == 429 ? Of.LIMIT : Of.PROVIDER);
    }

    /// What a passing fault is one of.
    public enum Of {
      /// The provider is down, or can't be reached.
      PROVIDER,
      /// The provider works and asks for fewer calls.
      LIMIT,
      /// The provider works and puts off what was asked for: a mailbox that is full, greylisting.
      REQUEST
    }
  }

  /// It may have happened: the answer was lost or says nothing (read time-out, reset after the
  /// request was written, a bare 500/502/504). Repeat only where the provider makes that safe.
  record Unknown<T>(Detail detail) implements Outcome<T> {}

  /// The provider's own words about one call. All of them are bounded, whatever it sends.
  ///
  /// @param status HTTP status or SMTP reply code, 0 when there was no answer
  /// @param code the provider's typed error code or name, empty when there is none
  /// @param message the provider's message, cut at 500 characters, empty when there is none
  /// @param requestId the provider's request id, empty when there is none
  /// @param reason what lies behind `code`, such as the word of a bank; empty when nobody says
  /// @param param the provider's name of the parameter that it refused; empty for none
  record Detail(
      int status, String code, String message, String requestId, String reason, String param) {
    private static final int MESSAGE_CHARS_MAX = 500;

    /// Of every other text: names and ids, which are shorter.
    private static final int WORD_CHARS_MAX = 200;

    public Detail(int status, String code, String message, String requestId) {
      this(status, code, message, requestId, "", "");
    }

    public Detail {
      message = cut(message, MESSAGE_CHARS_MAX);
      code = cut(code, WORD_CHARS_MAX);
      requestId = cut(requestId, WORD_CHARS_MAX);
      reason = cut(reason, WORD_CHARS_MAX);
      param = cut(param, WORD_CHARS_MAX);
    }

    private static String cut(String text, int charsMax) {
      return text.length() > charsMax ? text.substring(0, charsMax) : text;
    }

    /// No answer at all; `message` says what broke.
    public static Detail none(String message) {
      return new Detail(0, "", message, "");
    }
  }
}
