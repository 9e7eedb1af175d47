package dev.tenon.connector.email;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;

/// The value of a header in printable ASCII.
public final class EncodedWords {
  private EncodedWords() {}

  /// `text` as it is when it is ASCII, else as encoded words of RFC 2047, on one line. Never
  /// shorter than `text`.
  public static String of(String text) {
    try {
      return MimeUtility.encodeText(text, StandardCharsets.UTF_8.name(), null);
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException(e);
    }
  }
}
