package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.console.MessageOpener;
import dev.tenon.console.TestMailer;
import dev.tenon.email.ConfiguredEmail;
import dev.tenon.email.EmailSender;
import dev.tenon.email.MailContent;
import dev.tenon.email.MailMaker;
import dev.tenon.email.MailSeal;
import dev.tenon.email.Messages;
import dev.tenon.email.MeteredEmail;
import dev.tenon.email.SharedBreakers;
import dev.tenon.email.StoredMail;
import dev.tenon.email.TestMails;
import dev.tenon.email.UnmadeMail;
import dev.tenon.event.Events;
import dev.tenon.http.PublicUrl;
import dev.tenon.number.MailTally;
import dev.tenon.suppression.UnsubscribeLinks;
import dev.tenon.template.Previews;
import dev.tenon.template.Templates;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Mail: from what is asked for to the providers that take it. [EmailSender] is the job that sends.
record MailWiring(
    MailSeal seal,
    Templates templates,
    MailMaker maker,
    ConfiguredEmail providers,
    SharedBreakers breakers,
    EmailSender sender) {

  static MailWiring of(
      Config config,
      Foundation base,
      Predicate<InetAddress> mailServers,
      PublicUrl publicUrl,
      Events events,
      MailTally tally,
      Signal templatesChanged) {
    MailSeal seal = new SealedMail(base.vault());
    // Shorter than the lease, so that a mail's outcome is still its worker's to write.
    Duration callMax =
        Duration.ofSeconds(config.jobs().leaseSeconds()).multipliedBy(3).dividedBy(4);
    var providers =
        new ConfiguredEmail(
            base.database(), base.connections(), base.http(), mailServers, callMax, base.clock());
    var breakers = new SharedBreakers(base.database(), base.connections(), base.clock());
    var templates =
        new Templates(TemplatesFolder.load(config.email()), templatesChanged, base.clock());
    var links =
        UnsubscribeLinks.of(
            base.vault(),
            publicUrl,
            Set.copyOf(config.email().broadcastStreams()),
            config.email().unsubscribeMailto());
    var maker =
        new MailMaker(templates, FromSettings.mailDefaults(config.email()), links, base.clock());
    var sender =
        new EmailSender(
            base.database(),
            new MeteredEmail(providers, base.meters()),
            breakers,
            maker,
            seal,
            events,
            tally,
            base.clock());
    return new MailWiring(seal, templates, maker, providers, breakers, sender);
  }

  /// The service by which mail is asked for. It makes jobs for the sender.
  Messages messages(Foundation base, Jobs jobs, MailTally tally) {
    return new Messages(maker, seal, jobs, tally, base.ids(), base.clock());
  }

  /// Templates as mails of the tenant would look.
  Previews previews() {
    return new Previews(templates, maker::preview);
  }

  /// Templates on their way to people who look at them.
  TestMails tests(Messages messages) {
    return new TestMails(messages, previews());
  }

  /// The same for the console, which shows whatever is wrong as it is said.
  TestMailer testMailer(Messages messages, Jobs jobs) {
    TestMails tests = tests(messages);
    return (tx, name, wanted, to) -> {
      tx.handle().afterCommit(jobs::announce);
      try {
        return tests.send(tx, name, wanted, to);
      } catch (Messages.NoSenderException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    };
  }

  /// What was sent, as the console shows it.
  MessageOpener opener() {
    return (tenant, message, stored) -> {
      return switch (MailContent.read(seal.open(tenant, message, stored))) {
        case StoredMail mail ->
            new MessageOpener.OpenedMessage(mail.html(), mail.text(), mail.fileNames());
        case UnmadeMail _ -> new MessageOpener.OpenedMessage("", "", List.of());
      };
    };
  }
}
