package dev.tenon.connector.email.smtp;

import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;

/// The message as MIME. Message-ID and boundaries come from our message id, so that a repeat is
/// recognised by a relay that looks at the Message-ID, and so that only `Date` differs.
final class MimeLetter extends MimeMessage {
  private static final String UTF_8 = StandardCharsets.UTF_8.name();

  private final String messageId;

  private MimeLetter(Session session, String messageId) {
    super(session);
    this.messageId = messageId;
  }

  /// `id@domain of the sender`.
  private static String messageId(EmailMessage message) {
    return message.id() + "@" + message.from().domain();
  }

  static MimeLetter of(EmailMessage message, Session session, Instant date)
      throws MessagingException {
    MimeLetter letter = new MimeLetter(session, "<" + messageId(message) + ">");
    letter.setFrom(address(message.from()));
    letter.setRecipients(RecipientType.TO, addresses(message.to()));
    letter.setRecipients(RecipientType.CC, addresses(message.cc()));
    if (!message.replyTo().isEmpty()) {
      letter.setReplyTo(addresses(message.replyTo()));
    }
    letter.setSubject(message.subject(), UTF_8);
    letter.setSentDate(Date.from(date));
    letter.setHeader(EmailProvider.MESSAGE_ID_HEADER, message.id());
    for (Map.Entry<String, String> header : message.headers().entrySet()) {
      letter.setHeader(header.getKey(), encoded(header.getKey(), header.getValue()));
    }
    content(letter, message);
    letter.saveChanges();
    return letter;
  }

  /// All recipients of the envelope, bcc included (which no header names).
  static InternetAddress[] recipients(EmailMessage message) throws MessagingException {
    return addresses(message.recipients());
  }

  /// Without angle brackets.
  String plainMessageId() {
    return messageId.substring(1, messageId.length() - 1);
  }

  @Override
  protected void updateMessageID() throws MessagingException {
    setHeader("Message-ID", messageId);
  }

  private static void content(MimeLetter letter, EmailMessage message) throws MessagingException {
    MimeBodyPart body = alternatives(message);
    List<Attachment> inline = message.attachments().stream().filter(Attachment::isInline).toList();
    if (!inline.isEmpty()) {
      body = around("related", message, body, inline);
    }
    List<Attachment> files =
        message.attachments().stream().filter(file -> !file.isInline()).toList();
    if (!files.isEmpty()) {
      body = around("mixed", message, body, files);
    }
    letter.setDataHandler(body.getDataHandler());
    if (message.attachments().isEmpty() && (message.text().isEmpty() || message.html().isEmpty())) {
      letter.setHeader("Content-Transfer-Encoding", "quoted-printable");
    }
  }

  private static MimeBodyPart alternatives(EmailMessage message) throws MessagingException {
    if (message.html().isEmpty()) {
      return text(message.text(), "plain");
    }
    if (message.text().isEmpty()) {
      return text(message.html(), "html");
    }
    // RFC 2046, 5.1.4: the plainest first.
    MimeMultipart parts = new FixedMultipart("alternative", message);
    parts.addBodyPart(text(message.text(), "plain"));
    parts.addBodyPart(text(message.html(), "html"));
    return part(parts);
  }

  private static MimeBodyPart around(
      String subtype, EmailMessage message, MimeBodyPart body, List<Attachment> attachments)
      throws MessagingException {
    MimeMultipart parts = new FixedMultipart(subtype, message);
    parts.addBodyPart(body);
    for (Attachment attachment : attachments) {
      parts.addBodyPart(file(attachment));
    }
    return part(parts);
  }

  private static MimeBodyPart part(MimeMultipart parts) throws MessagingException {
    MimeBodyPart part = new MimeBodyPart();
    part.setContent(parts);
    return part;
  }

  private static MimeBodyPart text(String text, String subtype) throws MessagingException {
    MimeBodyPart part = new MimeBodyPart();
    part.setText(text, UTF_8, subtype);
    // Always: lines of any length survive, and no line can be taken for a boundary.
    part.setHeader("Content-Transfer-Encoding", "quoted-printable");
    return part;
  }

  private static MimeBodyPart file(Attachment attachment) throws MessagingException {
    MimeBodyPart part = new MimeBodyPart();
    part.setDataHandler(
        new DataHandler(new ByteArrayDataSource(attachment.content(), attachment.contentType())));
    part.setFileName(attachment.fileName());
    part.setHeader("Content-Transfer-Encoding", "base64");
    if (attachment.isInline()) {
      part.setContentID("<" + attachment.contentId() + ">");
      part.setDisposition(INLINE);
    } else {
      part.setDisposition(ATTACHMENT);
    }
    return part;
  }

  private static InternetAddress[] addresses(List<EmailAddress> addresses)
      throws MessagingException {
    InternetAddress[] result = new InternetAddress[addresses.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = address(addresses.get(i));
    }
    return result;
  }

  private static InternetAddress address(EmailAddress address) throws MessagingException {
    InternetAddress result = new InternetAddress(address.address(), true);
    if (!address.name().isEmpty()) {
      try {
        result.setPersonal(address.name(), UTF_8);
      } catch (UnsupportedEncodingException e) {
        throw new IllegalStateException("UTF-8 is always there", e);
      }
    }
    return result;
  }

  private static String encoded(String name, String value) {
    try {
      return MimeUtility.fold(name.length() + 2, MimeUtility.encodeText(value, UTF_8, "Q"));
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("UTF-8 is always there", e);
    }
  }

  /// A multipart whose boundary follows from the message id. `=_` occurs in neither
  /// quoted-printable nor base64, so no content can hold it.
  private static final class FixedMultipart extends MimeMultipart {
    FixedMultipart(String subtype, EmailMessage message) {
      super(subtype);
      // Boundaries have at most 70 characters (RFC 2046, 5.1.1), an id up to 80.
      String id = message.id();
      ContentType type = new ContentType("multipart", subtype, null);
      type.setParameter(
          "boundary", "=_" + subtype + "_" + id.substring(Math.max(0, id.length() - 40)));
      contentType = type.toString();
    }
  }
}
