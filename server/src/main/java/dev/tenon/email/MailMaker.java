package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.RenderedEmail;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.suppression.UnsubscribeLinks;
import dev.tenon.template.Brand;
import dev.tenon.template.Chosen;
import dev.tenon.template.Templates;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Makes mails from templates: with whose sender, under what name of the product, within which
/// bounds.
public final class MailMaker {
  /// Why a mail waits that has nobody to come from.
  static final String NO_SENDER = "no default sender is set for this tenant or the platform";

  /// What templates call the link; it may also stand in a message's own parts.
  static final String UNSUBSCRIBE_URL = "unsubscribe_url";

  private static final int SUBJECT_CHARS_MAX = 500;

  private final Templates templates;
  private final MailDefaults defaults;
  private final UnsubscribeLinks links;
  private final InstantSource clock;

  /// With what comes with the program alone, and nobody who tells of changes.
  public MailMaker(EmailTemplates templates, MailDefaults defaults, InstantSource clock) {
    this(new Templates(templates, new Signal(), clock), defaults, UnsubscribeLinks.NONE, clock);
  }

  public MailMaker(
      Templates templates, MailDefaults defaults, UnsubscribeLinks links, InstantSource clock) {
    this.templates = templates;
    this.defaults = defaults;
    this.links = links;
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

  /// A mail that was made a while ago, as it may be sent now. What the server wrote by itself comes
  /// from the default sender of today where the one of then is the tenant's no more; what somebody
  /// wrote names its sender on purpose, and goes from no other. Empty where nobody may send it.
  ///
  /// @param own whether the server wrote it
  Optional<StoredMail> owned(TenantTx tx, StoredMail mail, boolean own) {
    String address = mail.from().address();
    Optional<Sender> fallback = sender(tx);
    boolean owns =
        Senders.find(tx, address).isPresent()
            || Senders.ownsDomainOf(tx, address)
            || fallback.filter(one -> one.address().equalsIgnoreCase(address)).isPresent();
    if (owns) {
      return Optional.of(mail);
    }
    return own
        ? fallback.map(
            one -> mail.from(new EmailAddress(EmailAddress.cleanName(one.name()), one.address())))
        : Optional.empty();
  }

  /// What the tenant calls itself to whom it writes; empty where it doesn't say.
  public String product(TenantTx tx) {
    String own = templates.brand(tx).product();
    return own.isEmpty() ? sender(tx).map(Sender::product).orElse("") : own;
  }

  /// The template that a mail is made with; in the tenant's language where `language` is null.
  ///
  /// @throws dev.tenon.connector.template.TemplateException when there is none of this name
  Chosen choose(TenantTx tx, String template, @Nullable String language) {
    return templates.choose(tx, template, language);
  }

  /// Makes a mail that waited, with the template that it was accepted with.
  ///
  /// @throws InvalidEmailException when nobody can send it, such as to what is no address
  /// @throws dev.tenon.connector.template.TemplateException when the template or a variable is
  ///   missing
  StoredMail make(TenantTx tx, UUID id, Sender sender, UnmadeMail mail) {
    String language = mail.language();
    return make(
        tx.tenant(),
        id,
        sender,
        mail,
        language == null
            ? choose(tx, mail.template(), null)
            : templates.pinned(tx, mail.template(), mail.version(), language));
  }

  /// Makes a mail that follows from something.
  ///
  /// @throws InvalidEmailException when nobody can send it, such as to what is no address
  /// @throws dev.tenon.connector.template.TemplateException when a variable is missing
  StoredMail make(TenantId tenant, UUID id, Sender sender, UnmadeMail mail, Chosen chosen) {
    Optional<String> link = links.link(tenant, id, Messages.STREAM, mail.toAddress());
    RenderedEmail rendered =
        chosen.template().render(data(chosen.brand(), mail.data(), sender.product(), link));
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
            Map.of(),
            List.of(),
            link.map(links::header).orElse(null),
            Map.of(),
            List.of());
    check(id, made);
    return made;
  }

  /// The link by which the recipient of a message leaves its stream; empty where the stream has
  /// none.
  ///
  /// @throws InvalidEmailException when such a message has several recipients: whoever follows the
  ///   link in a copy would speak for another
  Optional<String> link(TenantId tenant, UUID id, MailRequest mail) {
    if (!links.areOn(mail.stream())) {
      return Optional.empty();
    }
    if (mail.to().size() + mail.cc().size() + mail.bcc().size() > 1) {
      throw new InvalidEmailException(
          "to",
          ("names several recipients, and a message of the stream '%s' carries the link by which"
                  + " one recipient unsubscribes; send one message to each")
              .formatted(mail.stream()));
    }
    return links.link(tenant, id, mail.stream(), mail.to().getFirst().address());
  }

  /// The value of `List-Unsubscribe` with this link.
  String unsubscribeHeader(String link) {
    return links.header(link);
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

  /// The same for whoever looks at a template before there is a sender.
  public Map<String, Object> preview(TenantTx tx, Brand brand, Map<String, Object> given) {
    return data(
        brand, given, sender(tx).map(Sender::product).orElse("Your product"), Optional.empty());
  }

  /// What is given, with what the layout needs: as the tenant says, else as the settings do.
  ///
  /// @param product what the sender calls the product
  /// @param link by which the recipient leaves the stream, where it has one
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  Map<String, Object> data(
      Brand brand, Map<String, Object> given, String product, Optional<String> link) {
    Map<String, Object> data = new HashMap<>(given);
    brand.variables().forEach(data::putIfAbsent);
    link.ifPresent(url -> data.putIfAbsent(UNSUBSCRIBE_URL, url));
    data.putIfAbsent("product", product);
    String help = defaults.help();
    boolean helped = !brand.supportEmail().isEmpty() || !brand.supportUrl().isEmpty();
    if (!help.isEmpty() && !helped) {
      if (help.contains("@") && !help.startsWith("http")) {
        data.putIfAbsent("support_email", help);
      } else {
        data.putIfAbsent("support_url", help);
        data.putIfAbsent("help_url", help);
      }
    }
    return data;
  }
}
