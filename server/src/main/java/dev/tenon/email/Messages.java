package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.RenderedEmail;
import dev.tenon.connector.template.Template;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes mails in: rendered, checked, stored with the job that sends them, all in the caller's
/// transaction. Accepted means stored.
public final class Messages {
  private static final Logger LOG = LoggerFactory.getLogger(Messages.class);
  private static final String STREAM = "outbound";

  private final MessageStore store = new MessageStore();
  private final EmailTemplates templates;
  private final MailDefaults defaults;
  private final MailSeal seal;
  private final Jobs jobs;
  private final Ids ids;
  private final InstantSource clock;

  public Messages(
      EmailTemplates templates, MailSeal seal, Jobs jobs, Ids ids, InstantSource clock) {
    this(templates, MailDefaults.NONE, seal, jobs, ids, clock);
  }

  public Messages(
      EmailTemplates templates,
      MailDefaults defaults,
      MailSeal seal,
      Jobs jobs,
      Ids ids,
      InstantSource clock) {
    this.templates = templates;
    this.defaults = defaults;
    this.seal = seal;
    this.jobs = jobs;
    this.ids = ids;
    this.clock = clock;
  }

  /// Queues mails that follow from facts. One that can't be made (no sender, a refused address) is
  /// logged and left out: the fact itself is applied all the same.
  public void queue(TenantTx tx, List<TemplateMail> mails) {
    if (mails.isEmpty()) {
      return;
    }
    Optional<MessageStore.Sender> sender = sender(tx);
    if (sender.isEmpty()) {
      LOG.warn("{} mails of {} are not sent: no default sender is set", mails.size(), tx.tenant());
      return;
    }
    List<MessageStore.NewMessage> made = new ArrayList<>(mails.size());
    for (TemplateMail mail : mails) {
      try {
        made.add(render(tx, sender.get(), mail));
      } catch (InvalidEmailException | dev.tenon.connector.template.TemplateException e) {
        LOG.error("mail {} of {} can't be made: {}", mail.template(), tx.tenant(), e.getMessage());
      }
    }
    insert(tx, made);
  }

  /// Queues one mail that somebody asked for, and answers its id.
  ///
  /// @throws InvalidEmailException when an address or the subject can't be sent by anybody
  /// @throws dev.tenon.connector.template.TemplateException when the template or a variable is
  ///   missing; the message names it
  /// @throws NoSenderException when neither the tenant nor the platform has a default sender
  public UUID send(TenantTx tx, TemplateMail mail) {
    MessageStore.NewMessage message =
        render(tx, sender(tx).orElseThrow(NoSenderException::new), mail);
    insert(tx, List.of(message));
    return message.id();
  }

  /// There is no address to send from.
  public static final class NoSenderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSenderException() {
      super("no default sender is set for this tenant or the platform");
    }
  }

  /// The tenant's own, else the platform's, else that of the settings.
  private Optional<MessageStore.Sender> sender(TenantTx tx) {
    return store
        .defaultSender(tx)
        .or(
            () ->
                defaults
                    .sender()
                    .map(
                        from ->
                            new MessageStore.Sender(
                                from.address(), from.name(), defaults.product())));
  }

  private MessageStore.NewMessage render(
      TenantTx tx, MessageStore.Sender sender, TemplateMail mail) {
    Map<String, Object> data = new HashMap<>(mail.data());
    for (Template.Variable variable : templates.variables(mail.template())) {
      switch (variable.name()) {
        case "product" -> data.putIfAbsent("product", sender.product());
        case "support_email" -> putHelp(data, "support_email", isAddress(defaults.help()));
        case "help_url" -> putHelp(data, "help_url", !isAddress(defaults.help()));
        default -> {
          // The caller's own.
        }
      }
    }
    RenderedEmail rendered = templates.render(mail.template(), data);
    UUID id = ids.next();
    var stored =
        new StoredMail(
            new EmailAddress(sender.name(), sender.address()),
            List.of(new EmailAddress(mail.toName(), mail.toAddress())),
            List.of(),
            rendered.subject(),
            rendered.html(),
            rendered.text(),
            STREAM,
            mail.template(),
            Map.of());
    requireBounds(stored);
    // Built once to be checked: what can't be sent by anybody is refused before it is stored.
    var checked = stored.toMessage(Ids.write(Prefix.MESSAGE, id));
    return new MessageStore.NewMessage(
        id,
        mail.toAddress(),
        sender.address(),
        checked.subject(),
        mail.template(),
        STREAM,
        "at_most_once",
        mail.cause(),
        mail.about(),
        mail.onceKey(),
        seal.seal(tx.tenant(), id, stored.write()));
  }

  private static boolean isAddress(String help) {
    return help.contains("@") && !help.startsWith("http");
  }

  private void putHelp(Map<String, Object> data, String variable, boolean fits) {
    if (fits && !defaults.help().isEmpty()) {
      data.putIfAbsent(variable, defaults.help());
    }
  }

  private void requireBounds(StoredMail mail) {
    int recipients = mail.to().size();
    if (recipients > defaults.recipientsMax()) {
      throw new InvalidEmailException(
          "to",
          "names %d recipients; at most %d are allowed"
              .formatted(recipients, defaults.recipientsMax()));
    }
    int bytes = mail.write().length;
    if (bytes > defaults.messageBytesMax()) {
      throw new InvalidEmailException(
          "message",
          "is %d bytes long; at most %d are allowed".formatted(bytes, defaults.messageBytesMax()));
    }
  }

  private void insert(TenantTx tx, List<MessageStore.NewMessage> made) {
    if (made.isEmpty()) {
      return;
    }
    List<UUID> inserted = store.insert(tx, made, clock.instant());
    List<NewJob> work = new ArrayList<>(inserted.size());
    for (MessageStore.NewMessage message : made) {
      if (inserted.contains(message.id())) {
        @Nullable UUID cause = message.cause();
        work.add(NewJob.of(EmailSender.KIND, message.id().toString(), cause));
      }
    }
    jobs.make(tx, work);
  }
}
