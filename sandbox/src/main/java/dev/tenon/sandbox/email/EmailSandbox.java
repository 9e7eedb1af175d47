package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mailbox;
import dev.tenon.sandbox.mailbox.MailboxSimulator;
import dev.tenon.sandbox.mailbox.ProviderSwitch;
import dev.tenon.sandbox.smtp.SmtpSimulator;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// The email providers of the sandbox with the one mailbox that they share.
///
/// Give [#simulators] to [dev.tenon.sandbox.Sandbox#start]; the ports are named `postmark`,
/// `resend`, `sendgrid`, `ses`, `mailgun`, `smtp` (faults only; mails go to [#smtpPort]) and
/// `mailbox`.
public final class EmailSandbox {
  private final Mailbox mailbox;
  private final PostmarkSimulator postmark;
  private final ResendSimulator resend;
  private final SendGridSimulator sendgrid;
  private final SesSimulator ses;
  private final MailgunSimulator mailgun;
  private final SmtpSimulator smtp;
  private final MailboxSimulator pages;

  /// @param smtpPort where mails come in; 0 for a free port
  public EmailSandbox(InstantSource clock, int smtpPort) {
    this(clock, smtpPort, ResendSettings.DEFAULTS);
  }

  public EmailSandbox(InstantSource clock, int smtpPort, ResendSettings resendSettings) {
    mailbox = new Mailbox(clock);
    postmark = new PostmarkSimulator(mailbox, clock);
    resend = new ResendSimulator(mailbox, clock, resendSettings);
    sendgrid = new SendGridSimulator(mailbox, clock);
    ses = new SesSimulator(mailbox, clock);
    mailgun = new MailgunSimulator(mailbox, clock);
    smtp = new SmtpSimulator(mailbox, smtpPort);
    pages =
        new MailboxSimulator(
            mailbox,
            List.of(
                new ProviderSwitch(Carrier.POSTMARK, postmark::faults),
                new ProviderSwitch(Carrier.RESEND, resend::faults),
                new ProviderSwitch(Carrier.SENDGRID, sendgrid::faults),
                new ProviderSwitch(Carrier.SES, ses::faults),
                new ProviderSwitch(Carrier.MAILGUN, mailgun::faults),
                new ProviderSwitch(Carrier.SMTP, smtp::faults)),
            telling());
  }

  private List<MailSimulator> telling() {
    return List.of(postmark, resend, sendgrid, ses, mailgun);
  }

  /// Has one webhook of a provider for everything that happens to its mails from now on, in place
  /// of the one that an earlier such call made; `PUT /_sandbox/webhook` does the same. SMTP has
  /// none.
  ///
  /// @param url a name and a password in it are sent as basic authentication
  /// @param secret for Postmark the password of its basic authentication, for Resend a `whsec_…`,
  ///   for Mailgun the signing key, for SES `1` or `2` as the version of its signature; empty for
  ///   what there is, or a new one. SendGrid always makes its key itself
  /// @return `url`, and for Postmark with a secret `username` and `password`, for Resend
  ///   `signing_secret`, for SendGrid `public_key`, for Mailgun `signing_key`, for SES `topic_arn`,
  ///   `subscription_arn` and `signing_cert_url`
  /// @throws IllegalArgumentException when the URL or the secret is none
  /// @throws IllegalStateException before the sandbox has started
  public Map<String, String> registerWebhook(Carrier carrier, String url, String secret) {
    return telling().stream()
        .filter(each -> each.carrier() == carrier)
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException(carrier.title() + " has no webhooks."))
        .registerWebhook(url, secret);
  }

  /// The providers over HTTP, SMTP and the mailbox, not yet started.
  public List<Simulator> simulators() {
    return List.of(postmark, resend, sendgrid, ses, mailgun, smtp, pages);
  }

  /// What the providers accepted.
  public Mailbox mailbox() {
    return mailbox;
  }

  /// The port of the mail server, known once the sandbox has started.
  public int smtpPort() {
    return smtp.smtpPort();
  }
}
