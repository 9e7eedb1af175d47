package dev.tenon.sandbox.smtp;

import java.time.Duration;
import java.util.Optional;

/// How the mail server treats one mail.
///
/// @param latency how long it waits before it answers the end of the message
/// @param refusal the reply code that `MAIL` gets in place of 250; 0 for none. 421 also closes the
///   connection
/// @param reset closes the connection at `MAIL`, without an answer
/// @param dropAfterAccept takes the mail after the final dot, waits this long, then closes the
///   connection without an answer, so that the client can't know
public record SmtpBehaviour(
    Duration latency, int refusal, boolean reset, Optional<Duration> dropAfterAccept) {
  /// Everything works.
  public static final SmtpBehaviour HEALTHY =
      new SmtpBehaviour(Duration.ZERO, 0, false, Optional.empty());

  /// The reply code that means for SMTP what a status of HTTP means there, so that one switch
  /// breaks every provider alike: 401 and 403 become 535, 429 becomes 450, 500 to 504 become 421.
  /// Codes of SMTP stay as they are; the rest becomes 550 (refused for good).
  public static int replyFor(int status) {
    return switch (status) {
      case 401, 403 -> 535;
      case 429 -> 450;
      case 500, 501, 502, 503, 504 -> 421;
      case 421, 450, 451, 452, 454, 530, 535, 550, 551, 552, 553, 554, 555 -> status;
      default -> 550;
    };
  }
}
