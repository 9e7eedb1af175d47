package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;

/// One provider that mail can be given to. Implementations are safe for use by many threads and
/// hold no state about messages.
public interface EmailProvider extends AutoCloseable {
  /// The name of the metadata entry or tag that carries [EmailMessage#id] to the provider and back
  /// in its webhooks. At most 20 characters, Postmark's limit.
  String MESSAGE_ID_FIELD = "tenon_message";

  /// The header that carries [EmailMessage#id] over SMTP, beside the Message-ID.
  String MESSAGE_ID_HEADER = "X-Tenon-Message";

  /// The provider's name in lower case, such as `postmark`.
  String name();

  /// Gives the message to the provider and waits for its answer. Never throws for what the network
  /// or the provider does.
  ///
  /// `idempotencyKey` is the same for every attempt at this message through this connection: 1 to
  /// 256 visible ASCII characters, else [InvalidEmailException]. Providers without such keys ignore
  /// it.
  Outcome<Sent> send(EmailMessage message, String idempotencyKey);

  /// What can be done after [Outcome.Unknown].
  Settling settling();

  /// Asks the provider whether it has the message. Only for [Settling.LookUp]; the others answer
  /// [LookedUp.Unanswered].
  default LookedUp lookUp(EmailMessage message) {
    return new LookedUp.Unanswered(Outcome.Detail.none(name() + " can't be asked about a message"));
  }

  /// Answers `key` when it can travel in a header: 1 to 256 visible ASCII characters (256 is
  /// Resend's limit). Else throws [InvalidEmailException].
  static String checkedIdempotencyKey(String key) {
    return EmailChecks.idempotencyKey(key);
  }

  @Override
  default void close() {}
}
