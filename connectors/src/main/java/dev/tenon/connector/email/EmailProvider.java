package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.util.Optional;

/// One provider that mail can be given to. Implementations are safe for use by many threads and
/// hold no state about messages.
public interface EmailProvider extends AutoCloseable {
  /// The name of the metadata entry or tag that carries [EmailMessage#id] to the provider and back
  /// in its webhooks. At most 20 characters, Postmark's limit.
  String MESSAGE_ID_FIELD = "tenon_message";

  /// The header that carries [EmailMessage#id] over SMTP, beside the Message-ID.
  String MESSAGE_ID_HEADER = "X-Tenon-Message";

  /// The code in the [Outcome.Detail] of a passing fault that is this side's own (no free
  /// connection, stopping, a request that could not be made): it says nothing of the provider.
  String BUSY_HERE = "busy_here";

  /// The provider's name in lower case, such as `postmark`.
  String name();

  /// Whether messages of this stream may go through this connection. One that it doesn't carry
  /// belongs on no route through it: another connection may carry it, so [#send] answers as it does
  /// for a sender that is refused here.
  default boolean carries(String stream) {
    return true;
  }

  /// Gives the message to the provider and waits for its answer. Never throws for what the network
  /// or the provider does.
  ///
  /// `idempotencyKey` is the same for every attempt at this message through this connection: 1 to
  /// 256 visible ASCII characters, else [InvalidEmailException]. Providers without such keys ignore
  /// it.
  Outcome<Sent> send(EmailMessage message, String idempotencyKey);

  /// For [Settling.RepeatWithSameKey]: the bytes that this message is sent as, which a repeat has
  /// to send again as they are. A caller that survives upgrades keeps them with the first attempt
  /// and sends every attempt by [#sendRequest]. Empty where the provider does not settle so, or
  /// refuses the message unsent.
  default Optional<byte[]> request(EmailMessage message) {
    return Optional.empty();
  }

  /// Sends what [#request] gave, perhaps in an older version; otherwise as [#send].
  default Outcome<Sent> sendRequest(byte[] request, String idempotencyKey) {
    throw new UnsupportedOperationException(name() + " doesn't settle by repeating");
  }

  /// What can be done after [Outcome.Unknown].
  Settling settling();

  /// Asks the provider whether it has the message. Only for [Settling.LookUp]; the others answer
  /// [LookedUp.Unanswered].
  default LookedUp lookUp(EmailMessage message) {
    return new LookedUp.Unanswered(Outcome.Detail.none(name() + " can't be asked about a message"));
  }

  /// What [#send] answers for a stream that this connection doesn't carry: nothing was sent, and
  /// time alone won't change it.
  static Outcome<Sent> notCarried(String stream, String provider) {
    return new Outcome.ConnectionBroken<>(
        Outcome.Detail.none(
            "the stream '%s' is not mapped for this %s connection".formatted(stream, provider)),
        Outcome.ConnectionBroken.Reach.SENDER);
  }

  /// Answers `key` when it can travel in a header: 1 to 256 visible ASCII characters (256 is
  /// Resend's limit). Else throws [InvalidEmailException].
  static String checkedIdempotencyKey(String key) {
    return EmailChecks.idempotencyKey(key);
  }

  /// Frees what the provider holds. Calls that are under way end first: what they need is freed
  /// when they have ended.
  @Override
  default void close() {}
}
