package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.db.TenantTx;
import dev.tenon.template.Chosen;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the mails of one request have in common: who sends them, and from which templates they are
/// made. Each is looked up once, in the transaction of the request.
final class Common {
  private final MailMaker maker;
  private final Map<String, From> senders = new HashMap<>();
  private final Map<String, Chosen> templates = new HashMap<>();

  Common(MailMaker maker) {
    this.maker = maker;
  }

  /// Whom a mail comes from.
  ///
  /// @param product what this sender calls the product
  record From(EmailAddress address, String product) {}

  /// @param wanted null for the default sender
  /// @throws Messages.NoSenderException when there is none
  /// @throws Messages.NotOwnedException when `wanted` is not the tenant's
  From from(TenantTx tx, @Nullable EmailAddress wanted) {
    String key = wanted == null ? "" : wanted.toString();
    From known = senders.get(key);
    if (known == null) {
      known = find(tx, wanted);
      senders.put(key, known);
    }
    return known;
  }

  private From find(TenantTx tx, @Nullable EmailAddress wanted) {
    Optional<Sender> fallback = maker.sender(tx);
    if (wanted == null) {
      Sender sender = fallback.orElseThrow(Messages.NoSenderException::new);
      return new From(
          new EmailAddress(sender.name(), sender.address()),
          Senders.find(tx, sender.address()).orElse(sender).product());
    }
    Optional<Sender> own = Senders.find(tx, wanted.address());
    if (own.isEmpty() && !Senders.ownsDomainOf(tx, wanted.address())) {
      throw new Messages.NotOwnedException(wanted.address());
    }
    return new From(
        wanted.name().isEmpty() && own.isPresent()
            ? new EmailAddress(own.get().name(), wanted.address())
            : wanted,
        own.or(() -> fallback).map(Sender::product).orElse(""));
  }

  /// @param language null for the tenant's
  /// @throws dev.tenon.connector.template.TemplateException when there is none of this name
  Chosen template(TenantTx tx, String name, @Nullable String language) {
    String key = name + "\n" + language;
    Chosen known = templates.get(key);
    if (known == null) {
      known = maker.choose(tx, name, language);
      templates.put(key, known);
    }
    return known;
  }
}
