package dev.tenon.inbox;

import dev.tenon.connector.signature.Verdict;
import java.time.Instant;

/// How one provider's webhooks are verified and read: the seam by which a provider joins the inbox.
/// Both calls run on the request's thread before anything is stored, outside of any transaction.
/// They are pure, but that one may fetch what it verifies by, in few seconds and bounded in number.
public interface InboundProvider {

  /// The provider's name as connections carry it.
  String provider();

  /// Checks the raw bytes against each secret of the connection, and what its settings say beside
  /// (a user's name, a topic). Nothing to check with is never a pass.
  Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant now);

  /// Finds the facts of a verified body.
  Reading read(byte[] body, InboundHeaders headers);
}
