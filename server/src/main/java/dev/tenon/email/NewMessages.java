package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.Language;
import dev.tenon.connector.template.RenderedEmail;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.template.Chosen;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the rows of new messages: rendered, checked, and with their content sealed.
final class NewMessages {
  private static final Logger LOG = LoggerFactory.getLogger(NewMessages.class);
  private static final int RECIPIENT_CHARS_MAX = 320;

  private final MailMaker maker;
  private final MailSeal seal;
  private final Ids ids;

  NewMessages(MailMaker maker, MailSeal seal, Ids ids) {
    this.maker = maker;
    this.seal = seal;
    this.ids = ids;
  }

  /// A mail that follows from a fact, whatever is wrong with it: without a sender it waits for one,
  /// and one that nobody can send is failed.
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  MessageStore.NewMessage following(
      TenantTx tx, Optional<Sender> sender, TemplateMail mail, @Nullable Instant sendAt) {
    UUID id = ids.next();
    UnmadeMail unmade = UnmadeMail.of(mail, Language.LAST, 0);
    try {
      Chosen chosen = maker.choose(tx, mail.template(), null);
      unmade = UnmadeMail.of(mail, chosen.language(), chosen.number());
      if (sender.isEmpty()) {
        return unmade(tx, id, unmade, "queued", MailMaker.NO_SENDER, mail, sendAt);
      }
      StoredMail made = maker.make(tx.tenant(), id, sender.get(), unmade, chosen);
      return message(
          tx,
          id,
          made,
          Messages.POLICY,
          null,
          new Origin(mail.cause(), mail.about(), mail.onceKey()),
          MailPriority.NORMAL,
          sendAt);
    } catch (InvalidEmailException | TemplateException e) {
      // What came from a provider may be in the text, so it is the message's and not the log's.
      LOG.error(
          "mail {} of {} can't be made and is stored as failed, message {}",
          mail.template(),
          tx.tenant(),
          Ids.write(Prefix.MESSAGE, id));
      return unmade(
          tx, id, unmade, "failed", "the mail can't be made: " + e.getMessage(), mail, sendAt);
    }
  }

  private MessageStore.NewMessage unmade(
      TenantTx tx,
      UUID id,
      UnmadeMail unmade,
      String state,
      String reason,
      TemplateMail mail,
      @Nullable Instant sendAt) {
    return new MessageStore.NewMessage(
        id,
        state,
        EmailAddress.cleanLine(reason, 1_000),
        EmailAddress.cleanLine(unmade.toAddress(), RECIPIENT_CHARS_MAX),
        "",
        unmade.template(),
        unmade.template(),
        Messages.STREAM,
        Messages.POLICY,
        null,
        mail.cause(),
        mail.about(),
        mail.onceKey(),
        EmailAddress.comparable(unmade.toAddress()).stream().toList(),
        MailPriority.NORMAL,
        sendAt,
        List.of(),
        Map.of(),
        null,
        seal.seal(tx.tenant(), id, unmade.write()));
  }

  /// A mail that somebody asked for.
  ///
  /// @throws InvalidEmailException when an address or the subject can't be sent by anybody
  /// @throws TemplateException when the template or a variable is missing; the message names it
  /// @throws Messages.NoSenderException when neither the tenant nor the platform has a default one
  /// @throws Messages.NotOwnedException when `from` is not the tenant's
  MessageStore.NewMessage asked(TenantTx tx, MailRequest mail) {
    return asked(tx, mail, new Common(maker));
  }

  /// The same for one of many.
  ///
  /// @param common what was looked up for the others already
  MessageStore.NewMessage asked(TenantTx tx, MailRequest mail, Common common) {
    Common.From sent = common.from(tx, mail.from());
    EmailAddress from = sent.address();
    UUID id = mail.id() == null ? ids.next() : mail.id();
    Optional<String> link = maker.link(tx.tenant(), id, mail);
    mail.extras().check(link.isPresent());
    var stored =
        switch (mail.content()) {
          case MailRequest.Content.Template(
                  String name,
                  Map<String, Object> data,
                  String language) -> {
            Chosen chosen = common.template(tx, name, language);
            RenderedEmail rendered =
                chosen.template().render(maker.data(chosen.brand(), data, sent.product(), link));
            yield stored(
                mail, from, rendered.subject(), rendered.html(), rendered.text(), name, link);
          }
          case MailRequest.Content.Parts(String subject, String html, String text) ->
              stored(mail, from, subject, linked(html, link), linked(text, link), "", link);
        };
    return message(
        tx, id, stored, mail.policy(), mail.named(), Origin.ASKED, mail.priority(), mail.sendAt());
  }

  /// Parts that somebody wrote himself, with the link where he left a place for it.
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  private static String linked(String part, Optional<String> link) {
    // Of letters and digits alone, so it needs no escaping anywhere.
    return link.map(url -> part.replace("{{" + MailMaker.UNSUBSCRIBE_URL + "}}", url)).orElse(part);
  }

  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  private StoredMail stored(
      MailRequest mail,
      EmailAddress from,
      String subject,
      String html,
      String text,
      String tag,
      Optional<String> link) {
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
        mail.extras().metadata(),
        mail.files(),
        link.map(maker::unsubscribeHeader).orElse(null),
        mail.extras().headers(),
        mail.extras().tags());
  }

  /// The same mail once more, as a message of its own.
  ///
  /// @param first the message that it was
  /// @param before how that was to go
  /// @throws Messages.NotOwnedException when its sender is the tenant's no more
  MessageStore.NewMessage again(
      TenantTx tx,
      UUID made,
      MailContent content,
      String policy,
      MailPriority priority,
      UUID first,
      MessageStore.Again before) {
    String about = Ids.write(Prefix.MESSAGE, first);
    return switch (content) {
      case StoredMail mail ->
          message(
              tx,
              made,
              maker
                  .owned(tx, mail, before.own())
                  .orElseThrow(() -> new Messages.NotOwnedException(mail.from().address())),
              policy,
              before.named(),
              new Origin(null, about, null),
              priority,
              null);
      // Made on its way out, or stored as failed once more.
      case UnmadeMail unmade ->
          new MessageStore.NewMessage(
              made,
              "queued",
              null,
              EmailAddress.cleanLine(unmade.toAddress(), RECIPIENT_CHARS_MAX),
              "",
              unmade.template(),
              unmade.template(),
              Messages.STREAM,
              policy,
              null,
              null,
              about,
              null,
              EmailAddress.comparable(unmade.toAddress()).stream().toList(),
              priority,
              null,
              List.of(),
              Map.of(),
              null,
              seal.seal(tx.tenant(), made, unmade.write()));
    };
  }

  /// What a message follows from.
  private record Origin(@Nullable UUID cause, @Nullable String about, @Nullable String onceKey) {
    static final Origin ASKED = new Origin(null, null, null);
  }

  private MessageStore.NewMessage message(
      TenantTx tx,
      UUID id,
      StoredMail mail,
      String policy,
      @Nullable UUID named,
      Origin origin,
      MailPriority priority,
      @Nullable Instant sendAt) {
    maker.check(id, mail);
    return new MessageStore.NewMessage(
        id,
        "queued",
        // Shown to people: why it is still there.
        sendAt == null ? null : "it is to be sent from %s on".formatted(sendAt),
        mail.to().stream().map(EmailAddress::address).collect(Collectors.joining(", ")),
        mail.from().address(),
        mail.subject(),
        mail.tag().isEmpty() ? null : mail.tag(),
        mail.stream(),
        policy,
        named,
        origin.cause(),
        origin.about(),
        origin.onceKey(),
        mail.recipients(),
        priority,
        sendAt,
        mail.tags() == null ? List.of() : mail.tags(),
        mail.metadata(),
        Envelope.of(mail).orElse(null),
        seal.seal(tx.tenant(), id, mail.write()));
  }
}
