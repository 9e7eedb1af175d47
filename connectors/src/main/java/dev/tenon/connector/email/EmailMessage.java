package dev.tenon.connector.email;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// One email, ready to be given to any provider.
///
/// Immutable, so that a second attempt, or a second provider, sends what the first one was given.
/// Everything is checked by [Builder#build]: a message that exists has valid addresses, no line
/// break in anything that becomes a header, and fits the narrowest provider (50 recipients and 10
/// MB, Postmark's limits, and 15 headers of its own with 1 to 870 characters each, SES's).
///
/// [#toString] names id and recipients only: bodies may hold one-time codes.
public final class EmailMessage {
  /// The header with the ways to get no more such mails (RFC 2369, section 3.2).
  public static final String UNSUBSCRIBE = "List-Unsubscribe";

  /// The header that says that one click, which is a POST, does it (RFC 8058).
  public static final String UNSUBSCRIBE_POST = "List-Unsubscribe-Post";

  private final String id;
  private final EmailAddress from;
  private final List<EmailAddress> to;
  private final List<EmailAddress> cc;
  private final List<EmailAddress> bcc;
  private final List<EmailAddress> replyTo;
  private final String subject;
  private final String text;
  private final String html;
  private final Map<String, String> headers;
  private final List<Attachment> attachments;
  private final String stream;
  private final List<String> tags;
  private final Map<String, String> metadata;

  private EmailMessage(Builder builder, EmailAddress from) {
    id = builder.id;
    this.from = from;
    to = List.copyOf(builder.to);
    cc = List.copyOf(builder.cc);
    bcc = List.copyOf(builder.bcc);
    replyTo = List.copyOf(builder.replyTo);
    subject = builder.subject;
    text = builder.text;
    html = builder.html;
    headers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(builder.headers));
    attachments = List.copyOf(builder.attachments);
    stream = builder.stream;
    tags = List.copyOf(builder.tags);
    metadata = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(builder.metadata));
  }

  /// Starts a message. `id` is our own message id, the same for every attempt; it travels in a
  /// field that the provider gives back (metadata, tag, Message-ID). Letters, digits, `_` and `-`,
  /// at most 80.
  public static Builder builder(String id) {
    return new Builder(id);
  }

  public String id() {
    return id;
  }

  public EmailAddress from() {
    return from;
  }

  public List<EmailAddress> to() {
    return to;
  }

  public List<EmailAddress> cc() {
    return cc;
  }

  public List<EmailAddress> bcc() {
    return bcc;
  }

  public List<EmailAddress> replyTo() {
    return replyTo;
  }

  /// To, cc and bcc together, in this order.
  public List<EmailAddress> recipients() {
    return Stream.of(to, cc, bcc).flatMap(List::stream).toList();
  }

  public String subject() {
    return subject;
  }

  /// The plain part, or the empty string.
  public String text() {
    return text;
  }

  /// The HTML part, or the empty string.
  public String html() {
    return html;
  }

  /// The caller's own headers, in the order they were given.
  public Map<String, String> headers() {
    return headers;
  }

  public List<Attachment> attachments() {
    return attachments;
  }

  /// Tenon's name of the stream, `outbound` unless given; each connection maps it to its own.
  public String stream() {
    return stream;
  }

  /// Labels for statistics, in the order they were given.
  public List<String> tags() {
    return tags;
  }

  /// The first label, for a provider that takes one only; or the empty string.
  public String tag() {
    return tags.isEmpty() ? "" : tags.getFirst();
  }

  /// Opaque values that come back with the provider's webhooks, in the order they were given.
  public Map<String, String> metadata() {
    return metadata;
  }

  /// The same to fewer recipients.
  ///
  /// @param addresses whom to leave out, comparable ([EmailAddress#comparable])
  /// @throws InvalidEmailException when that leaves nobody
  public EmailMessage without(Collection<String> addresses) {
    Builder less =
        builder(id)
            .from(from)
            .to(others(to, addresses))
            .cc(others(cc, addresses))
            .bcc(others(bcc, addresses))
            .replyTo(replyTo.toArray(EmailAddress[]::new))
            .subject(subject)
            .text(text)
            .html(html)
            .stream(stream);
    tags.forEach(less::tag);
    headers.forEach(less::header);
    attachments.forEach(less::attach);
    metadata.forEach(less::metadata);
    return less.build();
  }

  private static EmailAddress[] others(List<EmailAddress> all, Collection<String> without) {
    return all.stream()
        .filter(one -> EmailAddress.comparable(one.address()).stream().noneMatch(without::contains))
        .toArray(EmailAddress[]::new);
  }

  @Override
  public String toString() {
    return "message " + id + " to " + to.stream().map(EmailAddress::address).toList();
  }

  /// Collects the parts; [#build] checks them all.
  public static final class Builder {
    final String id;
    final List<EmailAddress> from = new ArrayList<>();
    final List<EmailAddress> to = new ArrayList<>();
    final List<EmailAddress> cc = new ArrayList<>();
    final List<EmailAddress> bcc = new ArrayList<>();
    final List<EmailAddress> replyTo = new ArrayList<>();
    String subject = "";
    String text = "";
    String html = "";
    final Map<String, String> headers = new LinkedHashMap<>();
    final List<Attachment> attachments = new ArrayList<>();
    String stream = "outbound";
    final List<String> tags = new ArrayList<>();
    final Map<String, String> metadata = new LinkedHashMap<>();

    private Builder(String id) {
      this.id = id;
    }

    public Builder from(EmailAddress address) {
      from.clear();
      from.add(address);
      return this;
    }

    public Builder to(EmailAddress... addresses) {
      to.addAll(List.of(addresses));
      return this;
    }

    public Builder cc(EmailAddress... addresses) {
      cc.addAll(List.of(addresses));
      return this;
    }

    public Builder bcc(EmailAddress... addresses) {
      bcc.addAll(List.of(addresses));
      return this;
    }

    public Builder replyTo(EmailAddress... addresses) {
      replyTo.addAll(List.of(addresses));
      return this;
    }

    public Builder subject(String value) {
      subject = value;
      return this;
    }

    public Builder text(String value) {
      text = value;
      return this;
    }

    public Builder html(String value) {
      html = value;
      return this;
    }

    /// Adds a header of the caller's own. Headers that the provider or the message itself sets
    /// (From, To, Subject, Message-ID, Content-Type, …) are refused.
    public Builder header(String name, String value) {
      if (headers.keySet().stream().anyMatch(name::equalsIgnoreCase)) {
        throw new InvalidEmailException("headers." + Lines.shown(name), "is given twice");
      }
      headers.put(name, value);
      return this;
    }

    public Builder attach(Attachment attachment) {
      attachments.add(attachment);
      return this;
    }

    public Builder stream(String value) {
      stream = value;
      return this;
    }

    /// Adds a label; the first is what a provider shows that takes one only. Empty for none.
    public Builder tag(String value) {
      if (!value.isEmpty() && !tags.contains(value)) {
        tags.add(value);
      }
      return this;
    }

    /// Adds an opaque value: letters, digits, `_` and `-`, since providers never redact it.
    public Builder metadata(String key, String value) {
      metadata.put(key, value);
      return this;
    }

    /// Throws [InvalidEmailException], which names the part, when anything is wrong.
    public EmailMessage build() {
      EmailChecks.check(this);
      return new EmailMessage(this, from.getFirst());
    }
  }
}
