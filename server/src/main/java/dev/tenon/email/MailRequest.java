package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One mail that somebody asked for.
///
/// @param id under which it is stored; one that is stored under it already is not made again. Null
///   for a new id
/// @param from a sender of the tenant, or null for the default one
/// @param content a template with its data, or the parts as they are to be sent
/// @param named the connection that it is to go through alone, or null
/// @param policy `at_most_once` or `at_least_once`
/// @param extras headers, tags and metadata
/// @param sendAt from when on it is to be sent, or null for at once
record MailRequest(
    @Nullable UUID id,
    @Nullable EmailAddress from,
    List<EmailAddress> to,
    List<EmailAddress> cc,
    List<EmailAddress> bcc,
    List<EmailAddress> replyTo,
    Content content,
    String stream,
    String policy,
    @Nullable UUID named,
    MailExtras extras,
    MailPriority priority,
    @Nullable Instant sendAt,
    List<MailFile> files) {

  /// Without files, headers and tags.
  MailRequest(
      @Nullable UUID id,
      @Nullable EmailAddress from,
      List<EmailAddress> to,
      List<EmailAddress> cc,
      List<EmailAddress> bcc,
      List<EmailAddress> replyTo,
      Content content,
      String stream,
      String policy,
      @Nullable UUID named,
      Map<String, String> metadata,
      MailPriority priority,
      @Nullable Instant sendAt) {
    this(
        id,
        from,
        to,
        cc,
        bcc,
        replyTo,
        content,
        stream,
        policy,
        named,
        MailExtras.of(metadata),
        priority,
        sendAt,
        List.of());
  }

  /// What the mail says.
  sealed interface Content {
    /// In the tenant's language where none is asked for.
    record Template(String name, Map<String, Object> data, @Nullable String language)
        implements Content {
      /// In the tenant's language.
      Template(String name, Map<String, Object> data) {
        this(name, data, null);
      }
    }

    /// Empty parts are left out.
    record Parts(String subject, String html, String text) implements Content {}
  }
}
