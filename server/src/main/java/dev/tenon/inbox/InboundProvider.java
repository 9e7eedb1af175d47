package dev.tenon.inbox;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Verdict;
import java.time.Instant;
import java.util.List;

/// How one provider's webhooks are verified and read: the seam by which a provider joins the inbox.
/// Both calls are pure and run on the request's thread before anything is stored.
public interface InboundProvider {

  /// The provider's name as connections carry it.
  String provider();

  /// Checks the signature over the raw bytes against each secret. No secrets is never a pass.
  Verdict verify(byte[] body, InboundHeaders headers, List<Secret> secrets, Instant now);

  /// Finds the facts of a verified body without building a tree of it.
  Reading read(byte[] body);
}
