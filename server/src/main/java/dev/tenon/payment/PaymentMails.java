package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import dev.tenon.email.TemplateMail;
import java.util.List;
import java.util.Set;

/// Which mails about payments a tenant wants: all that it has not switched off.
final class PaymentMails {
  /// What can be switched off.
  static final List<String> TEMPLATES =
      List.of(
          "subscription-confirmation", "subscription-cancellation", "payment-failed", "receipt");

  private PaymentMails() {}

  static List<TemplateMail> wanted(TenantTx tx, List<TemplateMail> mails) {
    if (mails.isEmpty()) {
      return mails;
    }
    Set<String> off = off(tx);
    return mails.stream().filter(mail -> !off.contains(mail.template())).toList();
  }

  static Set<String> off(TenantTx tx) {
    return tx.handle()
        .createQuery("select template from payment_mail_off where tenant_id = :tenant")
        .bind("tenant", tx.tenant().uuid())
        .mapTo(String.class)
        .set();
  }
}
