package dev.tenon.sandbox.smtp;

import dev.tenon.sandbox.mailbox.AttachedFile;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailHeader;
import jakarta.mail.Header;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a MIME message into what the mailbox shows. It never refuses: what cannot be read is left
/// empty, since the source stays and a mail server takes such mails too.
public final class MimeReader {
  private static final Logger LOG = LoggerFactory.getLogger(MimeReader.class);
  private static final int DEPTH_MAX = 10;
  private static final int PARTS_MAX = 200;
  private static final int HEADERS_MAX = 500;
  private static final Session SESSION = Session.getInstance(new Properties());

  private final List<AttachedFile> attachments = new ArrayList<>();
  private final StringBuilder html = new StringBuilder();
  private final StringBuilder text = new StringBuilder();
  private int parts;

  private MimeReader() {}

  /// What a mailbox shows of a MIME message.
  ///
  /// @param envelopeTo everyone whom the envelope named; whoever is in no visible header was a
  ///   blind copy
  public static MailContent read(byte[] raw, String envelopeFrom, List<String> envelopeTo) {
    String source = new String(raw, StandardCharsets.UTF_8);
    try {
      MimeMessage message = new MimeMessage(SESSION, new ByteArrayInputStream(raw));
      MimeReader reader = new MimeReader();
      reader.walkQuietly(message, 0);
      List<InternetAddress> to = addresses(message.getHeader("To"));
      List<InternetAddress> cc = addresses(message.getHeader("Cc"));
      List<String> bcc =
          envelopeTo.stream().filter(each -> !holds(to, each) && !holds(cc, each)).toList();
      List<InternetAddress> from = addresses(message.getHeader("From"));
      return new MailContent(
          from.isEmpty() ? envelopeFrom : from.getFirst().toUnicodeString(),
          texts(to),
          texts(cc),
          bcc,
          texts(addresses(message.getHeader("Reply-To"))),
          decoded(message.getHeader("Subject", null)),
          reader.html.toString(),
          reader.text.toString(),
          headers(message),
          reader.attachments,
          "",
          List.of(),
          Map.of(),
          source);
    } catch (MessagingException | RuntimeException unreadable) {
      return new MailContent(
          envelopeFrom,
          envelopeTo,
          List.of(),
          List.of(),
          List.of(),
          "(unreadable message)",
          "",
          "",
          List.of(),
          List.of(),
          "",
          List.of(),
          Map.of(),
          source);
    }
  }

  /// One broken part hides nothing but itself.
  private void walkQuietly(Part part, int depth) {
    try {
      walk(part, depth);
    } catch (MessagingException | IOException | RuntimeException broken) {
      LOG.debug("A part of a mail could not be read: {}", broken.getMessage());
    }
  }

  private void walk(Part part, int depth) throws MessagingException, IOException {
    if (depth > DEPTH_MAX || ++parts > PARTS_MAX) {
      return;
    }
    String type = baseType(part);
    boolean attached = Part.ATTACHMENT.equalsIgnoreCase(disposition(part));
    if (!attached && type.startsWith("multipart/") && part.getContent() instanceof Multipart many) {
      for (int index = 0; index < many.getCount(); index++) {
        walkQuietly(many.getBodyPart(index), depth + 1);
      }
    } else if (!attached && type.equals("text/html") && html.isEmpty()) {
      html.append(textOf(part));
    } else if (!attached && type.equals("text/plain") && text.isEmpty()) {
      text.append(textOf(part));
    } else {
      attachments.add(
          AttachedFile.of(nameOf(part), type, bytesOf(part), bare(first(part, "Content-ID"))));
    }
  }

  /// The text with its charset; a charset that is unknown is read as UTF-8.
  private static String textOf(Part part) throws MessagingException, IOException {
    Charset charset = StandardCharsets.UTF_8;
    String name = parameter(part.getContentType(), "charset");
    try {
      String java = name.isEmpty() ? "UTF-8" : MimeUtility.javaCharset(name);
      charset = Charset.forName(java);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
      charset = StandardCharsets.UTF_8;
    }
    return new String(bytesOf(part), charset);
  }

  private static byte[] bytesOf(Part part) throws MessagingException {
    try (InputStream in = part.getInputStream()) {
      return in.readAllBytes();
    } catch (IOException broken) {
      // A part whose transfer encoding is broken: the source still shows it.
      return new byte[0];
    }
  }

  private static String baseType(Part part) throws MessagingException {
    String type = part.getContentType();
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  private static String disposition(Part part) {
    try {
      String disposition = part.getDisposition();
      return disposition == null ? "" : disposition;
    } catch (MessagingException malformed) {
      return "";
    }
  }

  private static String nameOf(Part part) {
    try {
      String name = part.getFileName();
      return name == null ? "" : decoded(name);
    } catch (MessagingException malformed) {
      return "";
    }
  }

  private static String parameter(String contentType, String name) {
    try {
      String value = new jakarta.mail.internet.ContentType(contentType).getParameter(name);
      return value == null ? "" : value;
    } catch (MessagingException malformed) {
      return "";
    }
  }

  private static String first(Part part, String header) throws MessagingException {
    String[] values = part.getHeader(header);
    return values == null || values.length == 0 ? "" : values[0];
  }

  private static String bare(String contentId) {
    return contentId.strip().replaceAll("^<|>$", "");
  }

  private static List<MailHeader> headers(MimeMessage message) throws MessagingException {
    List<MailHeader> found = new ArrayList<>();
    for (Header header : Collections.list(message.getAllHeaders())) {
      if (found.size() < HEADERS_MAX) {
        found.add(new MailHeader(header.getName(), decoded(header.getValue())));
      }
    }
    return found;
  }

  private static String decoded(@Nullable String value) {
    if (value == null) {
      return "";
    }
    String unfolded = MimeUtility.unfold(value);
    try {
      return MimeUtility.decodeText(unfolded);
    } catch (UnsupportedEncodingException unknown) {
      return unfolded;
    }
  }

  /// The addresses that can be read; the header tab shows the others.
  private static List<InternetAddress> addresses(String @Nullable [] headers) {
    return Stream.of(headers == null ? new String[0] : headers)
        .flatMap(MimeReader::addressesOf)
        .toList();
  }

  private static Stream<InternetAddress> addressesOf(String header) {
    try {
      return Stream.of(InternetAddress.parseHeader(MimeUtility.unfold(header), false));
    } catch (MessagingException malformed) {
      return Stream.empty();
    }
  }

  private static List<String> texts(List<InternetAddress> addresses) {
    return addresses.stream().map(InternetAddress::toUnicodeString).toList();
  }

  private static boolean holds(List<InternetAddress> addresses, String address) {
    return addresses.stream().anyMatch(each -> address.equalsIgnoreCase(each.getAddress()));
  }
}
