package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mailbox;
import dev.tenon.sandbox.mailbox.MailboxSimulator;
import dev.tenon.sandbox.mailbox.ProviderSwitch;
import dev.tenon.sandbox.smtp.SmtpSimulator;
import java.time.InstantSource;
import java.util.List;

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
                new ProviderSwitch(Carrier.SMTP, smtp::faults)));
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
