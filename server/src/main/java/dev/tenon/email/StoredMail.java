package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// A mail as it will be sent, in the form that is sealed and stored. Every attempt reads it anew,
/// so each sends the same bytes.
///
/// @param text empty when there is only HTML, and the other way round
public record StoredMail(
    EmailAddress from,
    List<EmailAddress> to,
    List<EmailAddress> cc,
    List<EmailAddress> bcc,
    List<EmailAddress> replyTo,
    String subject,
    String html,
    String text,
    String stream,
    String tag,
    Map<String, String> metadata)
    implements MailContent {
  private static final JsonMapper JSON = JsonMapper.shared();

  public StoredMail {
    to = List.copyOf(to);
    cc = List.copyOf(cc);
    bcc = List.copyOf(bcc);
    replyTo = List.copyOf(replyTo);
    metadata = Map.copyOf(metadata);
  }

  @Override
  public byte[] write() {
    return JSON.writeValueAsBytes(this);
  }

  /// The connectors' form; checks addresses, subject and sizes.
  ///
  /// @throws dev.tenon.connector.email.InvalidEmailException when it can't be sent by anybody
  EmailMessage toMessage(String id) {
    var builder =
        EmailMessage.builder(id)
            .from(from)
            .to(to.toArray(EmailAddress[]::new))
            .cc(cc.toArray(EmailAddress[]::new))
            .bcc(bcc.toArray(EmailAddress[]::new))
            .replyTo(replyTo.toArray(EmailAddress[]::new))
            .subject(subject)
            .stream(stream)
            .tag(tag);
    if (!html.isEmpty()) {
      builder.html(html);
    }
    if (!text.isEmpty()) {
      builder.text(text);
    }
    new java.util.TreeMap<>(metadata).forEach(builder::metadata);
    return builder.build();
  }
}
