package dev.tenon.connector.email;

import java.util.List;

/// The provider has taken the message.
///
/// @param providerMessageId the provider's id for it, by which its webhooks name it
/// @param refusedRecipients addresses that the provider will not deliver to although it took the
///   message for the others: each is to be suppressed
public record Sent(String providerMessageId, List<String> refusedRecipients) {
  public Sent {
    refusedRecipients = List.copyOf(refusedRecipients);
  }

  public Sent(String providerMessageId) {
    this(providerMessageId, List.of());
  }
}
