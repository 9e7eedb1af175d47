package dev.tenon;

import dev.tenon.email.MailSeal;
import dev.tenon.vault.Vault;

/// The vault's seal for mails, for tests outside the composition root.
public final class SealedMails {
  private SealedMails() {}

  /// Mails sealed in `vault`, as the server does it.
  public static MailSeal in(Vault vault) {
    return new SealedMail(vault);
  }
}
