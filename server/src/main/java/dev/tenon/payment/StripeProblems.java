package dev.tenon.payment;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.ProviderAnswer;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Stripe's refusals as problems: its words, its code and its request id, and who can mend it.
final class StripeProblems {
  /// "Having the 'rak_subscription_write' permission would allow this request to continue."
  private static final Pattern RIGHT = Pattern.compile("'(rak_[a-z0-9_]{1,100})'");

  /// Long enough for a limit that counts calls a second (docs.stripe.com/rate-limits).
  private static final long LIMIT_PAUSE_SECONDS = 2;

  static final String LOST_ACCOUNT =
      "The key may not act for the account that the connection names: it was never connected to"
          + " the platform, or took the access back. Connect it again. Stripe says: ";

  private StripeProblems() {}

  /// That a key has nothing to do with the connected account that a call is for
  /// (docs.stripe.com/error-codes, `account_invalid`).
  static boolean isLostAccount(Outcome.Detail said) {
    return said.status() == 403 && said.code().equals("account_invalid");
  }

  /// A refusal of what was asked: by the bank where it is about money, else by Stripe.
  static ProblemException refused(Outcome.Detail said) {
    if (said.status() == 402) {
      return problem(
          ProblemCode.PAYMENT_REFUSED,
          "%s Stripe says: %s".formatted(Declines.whatToDo(said), said.message()),
          "",
          said);
    }
    String param = ours(said.param());
    return problem(
        param.isEmpty() ? ProblemCode.PROVIDER_REFUSED : ProblemCode.REQUEST_INVALID_FIELD,
        "Stripe refused it: " + said.message(),
        param,
        said);
  }

  /// Our fields are called as Stripe's, without what they are inside of: `price` of
  /// `items[0][price]`. Read from the end, so that a long text costs no more than its length.
  private static String ours(String param) {
    int end = param.length();
    while (end > 0 && param.charAt(end - 1) == ']') {
      int open = param.lastIndexOf('[', end - 1);
      if (open < 0 || !isIndex(param, open + 1, end - 1)) {
        end--;
        break;
      }
      end = open;
    }
    int start = end;
    while (start > 0 && isNameChar(param.charAt(start - 1))) {
      start--;
    }
    return param.substring(start, end);
  }

  private static boolean isIndex(String text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return start < end;
  }

  private static boolean isNameChar(char c) {
    return c == '_' || (c >= 'a' && c <= 'z');
  }

  /// The key lacks a right, which Stripe names.
  static ProblemException lacksARight(String whose, Outcome.Detail said) {
    @Nullable String right = right(said);
    return problem(
        ProblemCode.CONNECTION_BROKEN,
        "%s has a key that may not do this. Give the key the right%s at Stripe. Stripe says: %s"
            .formatted(whose, right == null ? "" : " " + right, said.message()),
        "",
        said);
  }

  static ProblemException lostAccount(Outcome.Detail said) {
    return problem(ProblemCode.CONNECTION_BROKEN, LOST_ACCOUNT + said.message(), "", said);
  }

  static ProblemException badKey(String whose, Outcome.Detail said) {
    return problem(
        ProblemCode.CONNECTION_BROKEN,
        "%s has a key that Stripe refuses. Give it a working one. Stripe says: %s"
            .formatted(whose, said.message()),
        "",
        said);
  }

  /// No answer, or one that may change with time.
  ///
  /// @param wish how long Stripe asks to wait, or zero; it rarely says
  static ProblemException unclear(Outcome.Detail said, Duration wish) {
    if (said.code().equals(StripeConnector.KEY_OF_ANOTHER_CALL)
        || said.code().equals(StripeConnector.REPLAYED_FAULT)) {
      return problem(
          ProblemCode.IDEMPOTENCY_OUTCOME_UNKNOWN,
          ProblemCode.IDEMPOTENCY_OUTCOME_UNKNOWN.whatToDo(),
          "",
          said);
    }
    boolean limit = kind(said) == ProviderAnswer.Kind.LIMIT;
    long seconds = Math.max(limit ? LIMIT_PAUSE_SECONDS : 1, wish.toSeconds());
    return new ProblemException(
        ProblemCode.SERVER_BUSY,
        (limit
                ? "Stripe takes no more calls now, or another one holds the object; wait, then try"
                    + " again. "
                : "Stripe did not answer in order; try again. ")
            .concat(said.message())
            .strip(),
        "",
        answer(said, seconds));
  }

  /// A changing call ended without anybody knowing what it did, and a repetition would be another
  /// call: clients repeat a 503 by themselves, so this is none.
  static ProblemException unrepeatable(Outcome.Detail said) {
    return problem(
        ProblemCode.IDEMPOTENCY_OUTCOME_UNKNOWN,
        "Stripe did not answer in order, so nobody knows whether it was done. Look at Stripe before"
            + " you repeat it. With an `Idempotency-Key` a repetition does nothing twice. "
            + said.message(),
        "",
        said);
  }

  private static ProblemException problem(
      ProblemCode code, String detail, String param, Outcome.Detail said) {
    return new ProblemException(code, detail.strip(), param, answer(said, null));
  }

  static ProviderAnswer answer(Outcome.Detail said, @Nullable Long retryAfterSeconds) {
    return new ProviderAnswer(
        "stripe",
        kind(said),
        given(said.code()),
        given(said.reason()),
        given(said.param()),
        right(said),
        given(said.requestId()),
        retryAfterSeconds);
  }

  /// As Stripe's own libraries sort them (stripe-java 33.3.0, `LiveStripeResponseGetter`).
  private static ProviderAnswer.Kind kind(Outcome.Detail said) {
    return switch (said.status()) {
      case 401 -> ProviderAnswer.Kind.CREDENTIALS;
      case 402 -> ProviderAnswer.Kind.CARD;
      case 403 ->
          isLostAccount(said) ? ProviderAnswer.Kind.CREDENTIALS : ProviderAnswer.Kind.PERMISSION;
      case 409, 429 -> ProviderAnswer.Kind.LIMIT;
      default ->
          said.status() >= 300 && said.status() < 500
              ? ProviderAnswer.Kind.REQUEST
              : ProviderAnswer.Kind.FAULT;
    };
  }

  /// The right that a key lacks, by Stripe's name; null where it says none.
  static @Nullable String right(Outcome.Detail said) {
    Matcher named = RIGHT.matcher(said.message());
    return said.status() == 403 && named.find() ? named.group(1) : null;
  }

  private static @Nullable String given(String text) {
    return text.isEmpty() ? null : text;
  }
}
