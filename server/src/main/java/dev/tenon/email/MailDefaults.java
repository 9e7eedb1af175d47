package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import java.util.Optional;

/// What mails are made with where nothing else is said, and how large they may be; the section
/// `[email]` of the settings.
///
/// @param sender where neither the tenant nor the platform has one
/// @param product what built-in mails call the product of that sender
/// @param help where people get help, a link or an address; empty for none
/// @param recipientsMax to, cc and bcc together
/// @param messageBytesMax a message as it is stored
public record MailDefaults(
    Optional<EmailAddress> sender,
    String product,
    String help,
    int recipientsMax,
    int messageBytesMax) {
  /// No sender, and the connectors' own bounds.
  public static final MailDefaults NONE =
      new MailDefaults(Optional.empty(), "", "", 50, 10_000_000);
}
