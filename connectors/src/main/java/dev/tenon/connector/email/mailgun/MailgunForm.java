package dev.tenon.connector.email.mailgun;

import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Tracking;
import java.util.List;
import java.util.stream.Collectors;

/// One message as the fields of Mailgun's form; always the same bytes for an equal message.
final class MailgunForm {
  private MailgunForm() {}

  /// @param messageId of RFC 5322, without angle brackets
  static FormData of(EmailMessage message, String messageId, boolean testMode, Tracking track) {
    var form = new FormData.Builder();
    form.field("from", message.from().formatted());
    addresses(form, "to", message.to());
    addresses(form, "cc", message.cc());
    addresses(form, "bcc", message.bcc());
    form.field("subject", message.subject());
    if (!message.text().isEmpty()) {
      form.field("text", message.text());
    }
    if (!message.html().isEmpty()) {
      form.field("html", message.html());
    }
    form.field("h:Message-Id", "<" + messageId + ">");
    if (!message.replyTo().isEmpty()) {
      form.field(
          "h:Reply-To",
          message.replyTo().stream()
              .map(EmailAddress::formatted)
              .collect(Collectors.joining(", ")));
    }
    message.headers().forEach((name, value) -> form.field("h:" + name, value));
    form.field("o:tag", message.stream());
    message.tags().stream()
        .filter(tag -> !tag.equals(message.stream()))
        .forEach(tag -> form.field("o:tag", tag));
    // Said also where it is off: otherwise the domain's own settings rewrite the links of a
    // password reset.
    if (track.opens(message) || track.links(message)) {
      form.field("o:tracking", "yes");
      form.field("o:tracking-opens", track.opens(message) ? "yes" : "no");
      form.field("o:tracking-clicks", track.links(message) ? "htmlonly" : "no");
    } else {
      form.field("o:tracking", "no");
    }
    if (testMode) {
      form.field("o:testmode", "yes");
    }
    form.field("v:" + EmailProvider.MESSAGE_ID_FIELD, message.id());
    message.metadata().forEach((key, value) -> form.field("v:" + key, value));
    for (Attachment attachment : message.attachments()) {
      // Mailgun makes the content id of an inline file from its name.
      if (attachment.isInline()) {
        form.file("inline", attachment.contentId(), attachment.contentType(), attachment.content());
      } else {
        form.file(
            "attachment", attachment.fileName(), attachment.contentType(), attachment.content());
      }
    }
    return form.build();
  }

  /// One field for each, so that no comma in a name can be taken for the end of an address.
  private static void addresses(FormData.Builder form, String field, List<EmailAddress> addresses) {
    addresses.forEach(one -> form.field(field, one.formatted()));
  }
}
