package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.template.RenderedEmail;
import dev.tenon.db.TenantTx;
import dev.tenon.template.Previews;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Sends templates to people who want to see how they arrive: ordinary messages that say that they
/// are tests.
public final class TestMails {
  /// The name in a message's metadata that says so; its value is the template's name.
  public static final String MARK = "tenon_test";

  private static final String BEFORE_SUBJECT = "[Test] ";

  private final Messages messages;
  private final Previews previews;

  public TestMails(Messages messages, Previews previews) {
    this.messages = messages;
    this.previews = previews;
  }

  /// Queues one; empty when there is no such template.
  ///
  /// @param id the id to store it under, or null for a new one
  /// @throws dev.tenon.connector.template.TemplateException when it can't be filled in
  /// @throws Messages.NoSenderException when nobody can send it
  public Optional<UUID> send(
      TenantTx tx, @Nullable UUID id, String name, Previews.Wanted wanted, EmailAddress to) {
    return previews
        .render(tx, name, wanted)
        .map(
            preview -> {
              RenderedEmail mail = preview.mail();
              return messages.send(
                  tx,
                  new MailRequest(
                      id,
                      null,
                      List.of(to),
                      List.of(),
                      List.of(),
                      List.of(),
                      new MailRequest.Content.Parts(
                          BEFORE_SUBJECT + mail.subject(), mail.html(), mail.text()),
                      Messages.STREAM,
                      Messages.POLICY,
                      null,
                      Map.of(MARK, name),
                      MailPriority.NORMAL,
                      null));
            });
  }

  /// As [#send], for what people typed.
  ///
  /// @throws dev.tenon.connector.email.InvalidEmailException when `to` is no address
  public Optional<UUID> send(TenantTx tx, String name, Previews.Wanted wanted, String to) {
    return send(tx, null, name, wanted, new EmailAddress("", to.strip()));
  }
}
