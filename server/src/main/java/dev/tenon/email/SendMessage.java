package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.template.Language;
import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A message to send: a template with its data, or a subject with HTML, text or both.
public record SendMessage(
    @About("`ada@example.org` or `Ada <ada@example.org>`.") String to,
    @About("More recipients; with cc and bcc 50 in all.") @Nullable List<String> alsoTo,
    @Nullable List<String> cc,
    @Nullable List<String> bcc,
    @Nullable List<String> replyTo,
    @About("One of the tenant's senders; the default one where it is left out.")
        @Nullable String from,
    @Nullable String template,
    @About("The template's variables.") @Nullable Map<String, Object> data,
    @About(
            "The template's language, such as `de-AT`; `de`, the tenant's own and English stand in"
                + " for one that it isn't there in. The tenant's where it is left out.")
        @Nullable String language,
    @Nullable String subject,
    @Nullable String html,
    @Nullable String text,
    @About("`outbound` where it is left out.") @Nullable String messageStream,
    @About("The same as `message_stream`, by its short name.") @Nullable String stream,
    @About("A provider's name, or a connection's id: it is used alone, without fallback.")
        @Nullable String provider,
    @About("`at_most_once` (never risk a second mail) where it is left out, or `at_least_once`.")
        MessageViews.@Nullable Policy policy,
    @About(
            "Headers of its own, at most 15, such as `In-Reply-To`; those that the message or a"
                + " provider sets are refused.")
        @Nullable Map<String, String> headers,
    @About(
            "Labels, at most 5, of letters, digits, `_` and `-`. Providers show them in their"
                + " statistics, and they come back with every event. The template's name where"
                + " there are none.")
        @Nullable List<String> tags,
    @About(
            "Comes back with every event about the message: at most 20 keys of 40 characters, with"
                + " values of 500.")
        @Nullable Map<String, String> metadata,
    @About(
            "Which of the tenant's waiting messages goes first. `bulk` on the stream `broadcast`,"
                + " `normal` on any other where it is left out.")
        @Nullable MailPriority priority,
    @About(
            "From when on it is sent, up to 30 days ahead; at once where it is left out. Until then"
                + " it is `queued` and can be cancelled.")
        @Nullable Instant sendAt,
    @About(
            "At most 25; in base64 and with the rest of the message 10 MB, or what the operator sets.")
        @Nullable List<AttachFile> attachments) {
  private static final int ADDRESSES_MAX = 50;

  /// What is asked for, checked. Throws [ProblemException] with the name of a field that is wrong.
  ///
  /// @param id the id to store it under, or null for a new one
  /// @param takenUp whether an earlier run of the same request may have taken it
  /// @param named the connection that it is to go through alone, or null
  static MailRequest read(
      SendMessage body, @Nullable UUID id, @Nullable UUID named, Instant now, boolean takenUp) {
    List<EmailAddress> to = new ArrayList<>(List.of(Addresses.read("to", body.to())));
    to.addAll(addresses("also_to", body.alsoTo()));
    String from = body.from();
    String stream = stream(body.messageStream(), body.stream());
    return new MailRequest(
        id,
        from == null ? null : Addresses.read("from", from),
        to,
        addresses("cc", body.cc()),
        addresses("bcc", body.bcc()),
        addresses("reply_to", body.replyTo()),
        content(body),
        stream,
        MessageViews.policy(body.policy(), Messages.POLICY),
        named,
        MailExtras.of(body.headers(), body.tags(), body.metadata()),
        MailPriority.of(body.priority(), stream),
        SendTime.read(body.sendAt(), now, takenUp),
        AttachFile.read(body.attachments()));
  }

  /// The stream, by either of its names.
  private static String stream(@Nullable String documented, @Nullable String brief) {
    if (documented != null && brief != null && !documented.equals(brief)) {
      throw ProblemException.invalidField(
          "message_stream", "`message_stream` and `stream` are two names of one field: give one.");
    }
    return documented != null ? documented : brief != null ? brief : Messages.STREAM;
  }

  private static MailRequest.Content content(SendMessage body) {
    String template = body.template();
    if (template == null) {
      return new MailRequest.Content.Parts(
          text(body.subject()), text(body.html()), text(body.text()));
    }
    if (body.subject() != null || body.html() != null || body.text() != null) {
      throw ProblemException.invalidField(
          "template", "Send a template, or subject with html or text; not both.");
    }
    Map<String, Object> data = body.data();
    return new MailRequest.Content.Template(
        template, data == null ? Map.of() : data, language(body.language()));
  }

  /// A language's tag as it is kept. Throws [ProblemException] when it is none.
  static @Nullable String language(@Nullable String tag) {
    return tag == null
        ? null
        : Language.read(tag)
            .orElseThrow(
                () ->
                    ProblemException.invalidField(
                        "language", "A language is a tag such as `en` or `de-AT`."));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static List<EmailAddress> addresses(String field, @Nullable List<String> texts) {
    if (texts == null) {
      return List.of();
    }
    if (texts.size() > ADDRESSES_MAX) {
      throw ProblemException.invalidField(field, "At most 50 addresses.");
    }
    List<EmailAddress> out = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      out.add(Addresses.read("%s[%d]".formatted(field, i), texts.get(i)));
    }
    return out;
  }
}
