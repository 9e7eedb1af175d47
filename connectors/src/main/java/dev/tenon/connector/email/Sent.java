package dev.tenon.connector.email;

import java.util.List;

/// The provider has taken the message.
///
/// @param providerMessageId the provider's id for it, by which its webhooks name it
/// @param refusedRecipients addresses that the provider will not deliver to although it took the
///   message for the others
/// @param gone those of them that take no mail from anybody: each is to be suppressed
public record Sent(String providerMessageId, List<String> refusedRecipients, List<String> gone) {
  public Sent {
    refusedRecipients = List.copyOf(refusedRecipients);
    gone = List.copyOf(gone);
  }

  public Sent(String providerMessageId, List<String> refusedRecipients) {
    this(providerMessageId, refusedRecipients, List.of());
  }

  public Sent(String providerMessageId) {
    this(providerMessageId, List.of());
  }
}
