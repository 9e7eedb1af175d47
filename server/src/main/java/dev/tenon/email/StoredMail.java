package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A mail as it will be sent, in the form that is sealed and stored. Every attempt reads it anew,
/// so each sends the same bytes.
///
/// @param files null in those that an older version of the program stored
/// @param text empty when there is only HTML, and the other way round
/// @param unsubscribe the value of `List-Unsubscribe`, with the link that is this one recipient's;
///   null where the stream has none
/// @param tag the template's name, or empty
/// @param headers of its own; null in those that an older version of the program stored
/// @param tags that it was given; null in those that an older version of the program stored
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
    Map<String, String> metadata,
    @Nullable List<MailFile> files,
    @Nullable String unsubscribe,
    @Nullable Map<String, String> headers,
    @Nullable List<String> tags)
    implements MailContent {
  private static final JsonMapper JSON = JsonMapper.shared();

  public StoredMail {
    to = List.copyOf(to);
    cc = List.copyOf(cc);
    bcc = List.copyOf(bcc);
    replyTo = List.copyOf(replyTo);
    metadata = Map.copyOf(metadata);
    files = files == null ? List.of() : List.copyOf(files);
    headers =
        headers == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    tags = tags == null ? List.of() : List.copyOf(tags);
  }

  /// All that it is to, each once, in the form in which two spellings of an address are the same.
  public List<String> recipients() {
    return Stream.of(to, cc, bcc)
        .flatMap(List::stream)
        .flatMap(one -> EmailAddress.comparable(one.address()).stream())
        .distinct()
        .toList();
  }

  /// The same mail without some recipients, which are comparable.
  StoredMail without(Set<String> left) {
    return left.isEmpty()
        ? this
        : new StoredMail(
            from,
            without(to, left),
            without(cc, left),
            without(bcc, left),
            replyTo,
            subject,
            html,
            text,
            stream,
            tag,
            metadata,
            files,
            unsubscribe,
            headers,
            tags);
  }

  private static List<EmailAddress> without(List<EmailAddress> all, Set<String> left) {
    return all.stream()
        .filter(one -> EmailAddress.comparable(one.address()).filter(left::contains).isEmpty())
        .toList();
  }

  /// What is attached, for people.
  public List<String> fileNames() {
    return files == null ? List.of() : files.stream().map(MailFile::toString).toList();
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
            .stream(stream);
    if (tags == null || tags.isEmpty()) {
      builder.tag(tag);
    } else {
      tags.forEach(builder::tag);
    }
    if (!html.isEmpty()) {
      builder.html(html);
    }
    if (!text.isEmpty()) {
      builder.text(text);
    }
    if (headers != null) {
      headers.forEach(builder::header);
    }
    if (unsubscribe != null) {
      // RFC 8058, section 3.1: both, or no mail program offers its button.
      builder.header(EmailMessage.UNSUBSCRIBE, unsubscribe);
      builder.header(EmailMessage.UNSUBSCRIBE_POST, "List-Unsubscribe=One-Click");
    }
    if (files != null) {
      files.forEach(file -> builder.attach(file.toAttachment()));
    }
    MailExtras.carried(metadata).forEach(builder::metadata);
    return builder.build();
  }
}
