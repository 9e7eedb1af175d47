package dev.tenon.connector.email;

import java.util.Base64;
import java.util.regex.Pattern;

/// One file in a message. A class, not a record: it holds bytes.
///
/// With a content id it is inline: the HTML shows it by `<img src="cid:…">`.
public final class Attachment {
  private static final int FILE_NAME_CHARS_MAX = 200;
  private static final Pattern CONTENT_TYPE =
      Pattern.compile("[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}");

  /// 78 is the limit of Amazon SES.
  private static final Pattern CONTENT_ID = Pattern.compile("[A-Za-z0-9._@-]{1,78}");

  private final String fileName;
  private final String contentType;
  private final String contentId;
  private final byte[] content;

  private Attachment(String fileName, String contentType, String contentId, byte[] content) {
    if (fileName.isBlank() || fileName.length() > FILE_NAME_CHARS_MAX) {
      throw new InvalidEmailException("attachment", "needs a file name of 1 to 200 characters");
    }
    if (Lines.hasControl(fileName) || fileName.contains("/") || fileName.contains("\\")) {
      throw new InvalidEmailException(
          "attachment", "has a control character or a slash in its file name");
    }
    if (!CONTENT_TYPE.matcher(contentType).matches()) {
      throw new InvalidEmailException(
          "attachment",
          "needs a content type like application/pdf, but has '" + Lines.shown(contentType) + "'");
    }
    if (!contentId.isEmpty() && !CONTENT_ID.matcher(contentId).matches()) {
      throw new InvalidEmailException(
          "attachment",
          "needs a content id of 1 to 78 letters, digits, '.', '_', '-' and '@', but has '"
              + Lines.shown(contentId)
              + "'");
    }
    this.fileName = fileName;
    this.contentType = contentType;
    this.contentId = contentId;
    this.content = content.clone();
  }

  public static Attachment file(String fileName, String contentType, byte[] content) {
    return new Attachment(fileName, contentType, "", content);
  }

  /// Shown inside the HTML by `cid:` + `contentId`.
  public static Attachment inline(
      String contentId, String fileName, String contentType, byte[] content) {
    if (contentId.isEmpty()) {
      throw new InvalidEmailException("attachment", "needs a content id to be inline");
    }
    return new Attachment(fileName, contentType, contentId, content);
  }

  public String fileName() {
    return fileName;
  }

  public String contentType() {
    return contentType;
  }

  public boolean isInline() {
    return !contentId.isEmpty();
  }

  /// Without `cid:` and angle brackets; empty for an ordinary attachment.
  public String contentId() {
    return contentId;
  }

  /// A copy of the bytes.
  public byte[] content() {
    return content.clone();
  }

  public int size() {
    return content.length;
  }

  public String base64() {
    return Base64.getEncoder().encodeToString(content);
  }

  @Override
  public String toString() {
    return fileName + " (" + contentType + ", " + content.length + " bytes)";
  }
}
