package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import java.net.URI;
import java.util.List;

/// Where a provider sends what becomes of mails, as set by its own API. No call is repeated in
/// silence: whoever repeats [#create] with the same reference gets what the first call made.
public interface MailEndpoints {
  /// The parameter or header by which an endpoint carries its reference, where the provider has no
  /// field of its own for it.
  String REFERENCE = "registration";

  /// All kinds of reports from which something follows; for a provider that has endpoints for each
  /// of its streams or domains, with that name and `/` before it.
  List<String> kinds();

  /// Whether a new endpoint has a secret of its own. Where all share the account's, it is replaced
  /// at the provider.
  boolean hasOwnSecret();

  Outcome<List<MailEndpoint>> list();

  /// Makes an endpoint that sends [#kinds], signed.
  ///
  /// @param reference letters, digits and `-`
  Outcome<Made> create(String reference, URI url);

  /// Has an endpoint send all kinds to this address, and enables it.
  Outcome<String> update(String id, URI url);

  /// Removes an endpoint, or leaves it removed.
  Outcome<String> delete(String id);

  /// An endpoint as the provider has it.
  ///
  /// @param reference that of [#create]; empty for one that was made otherwise
  record MailEndpoint(
      String id, String url, boolean enabled, List<String> kinds, String reference) {
    public MailEndpoint {
      kinds = List.copyOf(kinds);
    }
  }

  /// One that was just made.
  ///
  /// @param secret what its webhooks are verified by
  record Made(String id, Secret secret) {}
}
