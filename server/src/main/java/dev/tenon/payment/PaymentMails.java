package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import dev.tenon.email.TemplateMail;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Which mails about payments a tenant wants: all that it has not switched off.
public final class PaymentMails {
  static final String CONFIRMATION = "subscription-confirmation";

  /// What can be switched off.
  public static final List<String> TEMPLATES =
      List.of(
          CONFIRMATION,
          "subscription-cancellation",
          "payment-failed",
          "payment-action-required",
          "trial-ending",
          "receipt");

  /// What [TenantTx#hold] names for a change of them.
  static final String HELD = "payment_mail_off";

  private PaymentMails() {}

  static List<TemplateMail> wanted(List<TemplateMail> mails, Set<String> off) {
    return mails.stream().filter(mail -> !off.contains(mail.template())).toList();
  }

  /// Switches these off and all others on.
  public static void switchOff(TenantTx tx, List<String> templates, Instant now) {
    // Of two who save at once, the later one's choice holds whole.
    tx.hold(HELD);
    tx.handle()
        .createUpdate("delete from payment_mail_off where tenant_id = :tenant")
        .bind("tenant", tx.tenant().uuid())
        .execute();
    tx.handle()
        .createUpdate(
            """
            insert into payment_mail_off (tenant_id, template, created_at)
            select :tenant, template, :now from unnest(:templates::text[]) as template
            on conflict do nothing
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", now)
        .bindArray("templates", String.class, templates)
        .execute();
  }

  /// Those that are switched off.
  public static Set<String> off(TenantTx tx) {
    return tx.handle()
        .createQuery("select template from payment_mail_off where tenant_id = :tenant")
        .bind("tenant", tx.tenant().uuid())
        .mapTo(String.class)
        .set();
  }
}
