package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What a message is shown with beside its first recipients, as `message.envelope` has it.
///
/// @param headers its own, without those that Tenon adds
record Envelope(
    List<String> cc,
    List<String> bcc,
    List<String> replyTo,
    Map<String, String> headers,
    List<File> files) {
  private static final Envelope EMPTY =
      new Envelope(List.of(), List.of(), List.of(), Map.of(), List.of());

  /// A file, without what is in it.
  ///
  /// @param bytes how long it is
  /// @param contentId empty for an ordinary attachment
  record File(String name, String contentType, int bytes, String contentId) {}

  /// What the column holds for a mail; empty for one that has nothing of it.
  static Optional<String> of(StoredMail mail) {
    List<MailFile> files = mail.files();
    var envelope =
        new Envelope(
            written(mail.cc()),
            written(mail.bcc()),
            written(mail.replyTo()),
            mail.headers() == null ? Map.of() : mail.headers(),
            files == null ? List.of() : files.stream().map(Envelope::file).toList());
    return envelope.equals(EMPTY)
        ? Optional.empty()
        : Optional.of(JsonMapper.shared().writeValueAsString(envelope));
  }

  static Envelope read(@Nullable String column) {
    return column == null ? EMPTY : JsonMapper.shared().readValue(column, Envelope.class);
  }

  /// As they may be given.
  private static List<String> written(List<EmailAddress> addresses) {
    return addresses.stream()
        .map(one -> one.name().isEmpty() ? one.address() : one.name() + " <" + one.address() + ">")
        .toList();
  }

  /// A MIME decoder's rule: four characters for three bytes, less one for each sign at the end.
  private static File file(MailFile file) {
    String base64 = file.base64();
    int filled = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
    return new File(
        file.name(), file.contentType(), base64.length() / 4 * 3 - filled, file.contentId());
  }
}
