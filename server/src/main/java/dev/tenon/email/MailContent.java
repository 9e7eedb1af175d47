package dev.tenon.email;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.json.JsonMapper;

/// What is stored of a mail, sealed: the mail as it will be sent, or what it is to be made from.
public sealed interface MailContent permits StoredMail, UnmadeMail {

  /// The form that is sealed and stored.
  byte[] write();

  /// Reads the stored form. A made mail is a JSON object; what waits to be made has a word before
  /// it, so that neither is taken for the other.
  static MailContent read(byte[] bytes) {
    byte[] mark = UnmadeMail.MARK.getBytes(StandardCharsets.US_ASCII);
    boolean unmade =
        bytes.length > mark.length && Arrays.equals(bytes, 0, mark.length, mark, 0, mark.length);
    return unmade
        ? JsonMapper.shared()
            .readValue(bytes, mark.length, bytes.length - mark.length, UnmadeMail.class)
        : JsonMapper.shared().readValue(bytes, StoredMail.class);
  }
}
