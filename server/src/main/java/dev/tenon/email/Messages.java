package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.RenderedEmail;
import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes mails in: rendered, checked, stored with the job that sends them, all in the caller's
/// transaction. Accepted means stored.
public final class Messages {
  private static final Logger LOG = LoggerFactory.getLogger(Messages.class);
  static final String STREAM = "outbound";
  static final String POLICY = "at_most_once";

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
    queue(tx, mails, null);
  }

  /// The same for mails that are sent from a time on, unless they are withdrawn before.
  public void queueFor(TenantTx tx, List<TemplateMail> mails, Instant notBefore) {
    queue(tx, mails, notBefore);
  }

  /// Takes back mails that wait, by their `onceKey`; those that are under way or sent stay.
  public void withdraw(TenantTx tx, List<String> onceKeys, String reason) {
    if (!onceKeys.isEmpty()) {
      store.withdraw(tx, onceKeys, reason, clock.instant());
    }
  }

  private void queue(TenantTx tx, List<TemplateMail> mails, @Nullable Instant notBefore) {
    if (mails.isEmpty()) {
      return;
    }
    Optional<Sender> sender = sender(tx);
    if (sender.isEmpty()) {
      LOG.warn("{} mails of {} are not sent: no default sender is set", mails.size(), tx.tenant());
      return;
    }
    List<MessageStore.NewMessage> made = new ArrayList<>(mails.size());
    for (TemplateMail mail : mails) {
      try {
        made.add(render(tx, sender.get(), mail));
      } catch (InvalidEmailException | TemplateException e) {
        LOG.error("mail {} of {} can't be made: {}", mail.template(), tx.tenant(), e.getMessage());
      }
    }
    insert(tx, made, notBefore);
  }

  /// Queues one mail that somebody asked for, and answers its id.
  ///
  /// @throws InvalidEmailException when an address or the subject can't be sent by anybody
  /// @throws TemplateException when the template or a variable is missing; the message names it
  /// @throws NoSenderException when neither the tenant nor the platform has a default sender
  /// @throws NotOwnedException when `from` is not the tenant's
  UUID send(TenantTx tx, MailRequest mail) {
    Sender fallback = sender(tx).orElse(null);
    EmailAddress from = from(tx, mail, fallback);
    UUID id = mail.id() == null ? ids.next() : mail.id();
    String product =
        Senders.find(tx, from.address())
            .or(() -> Optional.ofNullable(fallback))
            .map(Sender::product)
            .orElse("");
    var stored =
        switch (mail.content()) {
          case MailRequest.Content.Template(String name, Map<String, Object> data) -> {
            RenderedEmail rendered = rendered(name, data, product);
            yield stored(mail, from, rendered.subject(), rendered.html(), rendered.text(), name);
          }
          case MailRequest.Content.Parts(String subject, String html, String text) ->
              stored(mail, from, subject, html, text, "");
        };
    insert(tx, List.of(message(tx, id, stored, mail.policy(), mail.named(), null, null, null)));
    return id;
  }

  private static EmailAddress from(TenantTx tx, MailRequest mail, @Nullable Sender fallback) {
    EmailAddress wanted = mail.from();
    if (wanted == null) {
      if (fallback == null) {
        throw new NoSenderException();
      }
      return new EmailAddress(fallback.name(), fallback.address());
    }
    Optional<Sender> own = Senders.find(tx, wanted.address());
    if (own.isEmpty() && !Senders.ownsDomainOf(tx, wanted.address())) {
      throw new NotOwnedException(wanted.address());
    }
    return wanted.name().isEmpty() && own.isPresent()
        ? new EmailAddress(own.get().name(), wanted.address())
        : wanted;
  }

  private static StoredMail stored(
      MailRequest mail, EmailAddress from, String subject, String html, String text, String tag) {
    return new StoredMail(
        from,
        mail.to(),
        mail.cc(),
        mail.bcc(),
        mail.replyTo(),
        subject,
        html,
        text,
        mail.stream(),
        tag,
        mail.metadata());
  }

  /// Cancels a message that waits; false when it is under way or over.
  boolean cancel(TenantTx tx, UUID id) {
    return store.cancel(tx, id, "it was cancelled through the API", clock.instant());
  }

  /// Queues the same mail once more as a message of its own, and answers its id; empty when there
  /// is no such message.
  ///
  /// @param copy the id to make it under, or null for a new one
  Optional<UUID> resend(TenantTx tx, UUID id, @Nullable UUID copy, String policy) {
    return store
        .content(tx, id)
        .map(stored -> StoredMail.read(seal.open(tx.tenant(), id, stored)))
        .map(
            mail -> {
              UUID made = copy == null ? ids.next() : copy;
              insert(
                  tx,
                  List.of(
                      message(
                          tx,
                          made,
                          mail,
                          policy,
                          null,
                          null,
                          Ids.write(Prefix.MESSAGE, id),
                          null)));
              return made;
            });
  }

  /// There is no address to send from.
  public static final class NoSenderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSenderException() {
      super("no default sender is set for this tenant or the platform");
    }
  }

  /// The tenant doesn't own the address that it wants to send from.
  public static final class NotOwnedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotOwnedException(String address) {
      super("'%s' is not a sender of this tenant".formatted(address));
    }
  }

  private MessageStore.NewMessage render(TenantTx tx, Sender sender, TemplateMail mail) {
    RenderedEmail rendered = rendered(mail.template(), mail.data(), sender.product());
    var stored =
        new StoredMail(
            new EmailAddress(sender.name(), sender.address()),
            List.of(new EmailAddress(mail.toName(), mail.toAddress())),
            List.of(),
            List.of(),
            List.of(),
            rendered.subject(),
            rendered.html(),
            rendered.text(),
            STREAM,
            mail.template(),
            Map.of());
    return message(
        tx, ids.next(), stored, POLICY, null, mail.cause(), mail.about(), mail.onceKey());
  }

  private RenderedEmail rendered(String template, Map<String, Object> given, String product) {
    Map<String, Object> data = new HashMap<>(given);
    for (Template.Variable variable : templates.variables(template)) {
      switch (variable.name()) {
        case "product" -> data.putIfAbsent("product", product);
        case "support_email" -> putHelp(data, "support_email", isAddress(defaults.help()));
        case "help_url" -> putHelp(data, "help_url", !isAddress(defaults.help()));
        default -> {
          // The caller's own.
        }
      }
    }
    return templates.render(template, data);
  }

  private MessageStore.NewMessage message(
      TenantTx tx,
      UUID id,
      StoredMail mail,
      String policy,
      @Nullable UUID named,
      @Nullable UUID cause,
      @Nullable String about,
      @Nullable String onceKey) {
    requireBounds(mail);
    // Built once to be checked: what can't be sent by anybody is refused before it is stored.
    var checked = mail.toMessage(Ids.write(Prefix.MESSAGE, id));
    return new MessageStore.NewMessage(
        id,
        checked.to().stream().map(EmailAddress::address).collect(Collectors.joining(", ")),
        checked.from().address(),
        checked.subject(),
        mail.tag().isEmpty() ? null : mail.tag(),
        mail.stream(),
        policy,
        named,
        cause,
        about,
        onceKey,
        seal.seal(tx.tenant(), id, mail.write()));
  }

  /// The tenant's own, else the platform's, else that of the settings.
  private Optional<Sender> sender(TenantTx tx) {
    return Senders.defaultSender(tx)
        .or(
            () ->
                defaults
                    .sender()
                    .map(
                        from ->
                            new Sender(
                                from.address(),
                                from.name(),
                                defaults.product(),
                                true,
                                false,
                                clock.instant())));
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
    int recipients = mail.to().size() + mail.cc().size() + mail.bcc().size();
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
    insert(tx, made, null);
  }

  private void insert(
      TenantTx tx, List<MessageStore.NewMessage> made, @Nullable Instant notBefore) {
    if (made.isEmpty()) {
      return;
    }
    List<UUID> inserted = store.insert(tx, made, clock.instant());
    List<NewJob> work = new ArrayList<>(inserted.size());
    for (MessageStore.NewMessage message : made) {
      if (inserted.contains(message.id())) {
        work.add(
            new NewJob(
                EmailSender.KIND,
                1,
                message.id().toString(),
                message.cause(),
                NewJob.ORDINARY,
                notBefore));
      }
    }
    jobs.make(tx, work);
  }
}
