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

  /// The connection that a verified delivery belongs to, where accounts of several come to one
  /// address: that one's facts are then as if they had come to its own. By default the one that
  /// they came to.
  default Inbox.Source belongsTo(Inbox.Source source, Reading.Facts facts) {
    return source;
  }

  /// Finds the facts of a verified body.
  Reading read(byte[] body, InboundHeaders headers);

  /// The same where the connection's settings say what a body means.
  default Reading read(byte[] body, InboundHeaders headers, Inbox.Source source) {
    return read(body, headers);
  }
}
