package dev.tenon.email;

import dev.tenon.connector.email.Attachment;
import java.util.Base64;

/// A file in a message, as it is stored with it.
///
/// @param contentId of a picture that the HTML shows; empty for an ordinary attachment
/// @param base64 what is in it, in the form in which most providers take it
record MailFile(String name, String contentType, String contentId, String base64) {

  /// The connectors' form; checks name, type and content id.
  ///
  /// @throws dev.tenon.connector.email.InvalidEmailException when it can't be sent by anybody
  Attachment toAttachment() {
    byte[] content = Base64.getDecoder().decode(base64);
    return contentId.isEmpty()
        ? Attachment.file(name, contentType, content)
        : Attachment.inline(contentId, name, contentType, content);
  }

  /// Names what it is and not what is in it.
  @Override
  public String toString() {
    return name + " (" + contentType + ")";
  }
}
