package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.RenderedEmail;
import dev.tenon.connector.template.Template;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Makes mails from templates: with whose sender, under what name of the product, within which
/// bounds.
public final class MailMaker {
  /// Why a mail waits that has nobody to come from.
  static final String NO_SENDER = "no default sender is set for this tenant or the platform";

  private static final int SUBJECT_CHARS_MAX = 500;

  private final EmailTemplates templates;
  private final MailDefaults defaults;
  private final InstantSource clock;

  public MailMaker(EmailTemplates templates, MailDefaults defaults, InstantSource clock) {
    this.templates = templates;
    this.defaults = defaults;
    this.clock = clock;
  }

  /// The tenant's own default, else the platform's, else that of the settings.
  Optional<Sender> sender(TenantTx tx) {
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

  /// Makes a mail that follows from something.
  ///
  /// @throws InvalidEmailException when nobody can send it, such as to what is no address
  /// @throws dev.tenon.connector.template.TemplateException when the template or a variable is
  ///   missing
  StoredMail make(UUID id, Sender sender, UnmadeMail mail) {
    RenderedEmail rendered = render(mail.template(), mail.data(), sender.product());
    var made =
        new StoredMail(
            new EmailAddress(EmailAddress.cleanName(sender.name()), sender.address()),
            List.of(new EmailAddress(mail.toName(), mail.toAddress())),
            List.of(),
            List.of(),
            List.of(),
            EmailAddress.cleanLine(rendered.subject(), SUBJECT_CHARS_MAX),
            rendered.html(),
            rendered.text(),
            Messages.STREAM,
            mail.template(),
            Map.of());
    check(id, made);
    return made;
  }

  /// Builds the mail once: what can't be sent by anybody is refused before it is stored.
  void check(UUID id, StoredMail mail) {
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
    var _ = mail.toMessage(Ids.write(Prefix.MESSAGE, id));
  }

  RenderedEmail render(String template, Map<String, Object> given, String product) {
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

  private static boolean isAddress(String help) {
    return help.contains("@") && !help.startsWith("http");
  }

  private void putHelp(Map<String, Object> data, String variable, boolean fits) {
    if (fits && !defaults.help().isEmpty()) {
      data.putIfAbsent(variable, defaults.help());
    }
  }
}
