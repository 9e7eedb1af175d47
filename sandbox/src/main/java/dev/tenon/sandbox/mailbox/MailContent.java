package dev.tenon.sandbox.mailbox;

import java.util.List;
import java.util.Map;

/// A mail as its sender described it. Text that was not given is empty, never null.
///
/// @param stream what the provider has for it: Postmark's message stream, SendGrid's IP pool, SES's
///   configuration set, Mailgun's sending domain; empty for the others
/// @param tags Postmark's one tag, Resend's tags as `name=value`, SendGrid's categories or
///   Mailgun's tags
/// @param source what came over the wire: the JSON of a request, or the MIME text
public record MailContent(
    String from,
    List<String> to,
    List<String> cc,
    List<String> bcc,
    List<String> replyTo,
    String subject,
    String html,
    String text,
    List<MailHeader> headers,
    List<AttachedFile> attachments,
    String stream,
    List<String> tags,
    Map<String, String> metadata,
    String source) {

  public MailContent {
    to = List.copyOf(to);
    cc = List.copyOf(cc);
    bcc = List.copyOf(bcc);
    replyTo = List.copyOf(replyTo);
    headers = List.copyOf(headers);
    attachments = List.copyOf(attachments);
    tags = List.copyOf(tags);
    metadata = Map.copyOf(metadata);
  }

  /// A rough measure of the memory that this content holds, in characters.
  long weight() {
    long files = attachments.stream().mapToLong(file -> file.base64().length()).sum();
    return 1_000L + subject.length() + html.length() + text.length() + source.length() + files;
  }
}
