package dev.tenon;

import dev.tenon.email.MailSeal;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import java.util.UUID;

/// Mails in the vault.
record SealedMail(Vault vault) implements MailSeal {
  private static final int MAIL_BYTES_MAX = 64 << 20;

  @Override
  public byte[] seal(TenantId tenant, UUID message, byte[] plain) {
    return vault.sealPayload(tenant, message.toString(), "content", plain);
  }

  @Override
  public byte[] sealRequest(TenantId tenant, UUID message, byte[] plain) {
    return vault.sealPayload(tenant, message.toString(), "request", plain);
  }

  @Override
  public byte[] openRequest(TenantId tenant, UUID message, byte[] sealed) {
    return vault.openPayload(tenant, message.toString(), "request", sealed, MAIL_BYTES_MAX);
  }

  @Override
  public byte[] open(TenantId tenant, UUID message, byte[] sealed) {
    return vault.openPayload(tenant, message.toString(), "content", sealed, MAIL_BYTES_MAX);
  }
}
