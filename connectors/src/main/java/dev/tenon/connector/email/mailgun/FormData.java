package dev.tenon.connector.email.mailgun;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A body of `multipart/form-data` (RFC 7578), in UTF-8. The same parts give the same bytes: the
/// boundary is a digest of them, so that no part can hold it. A class, not a record: it holds
/// bytes.
final class FormData {
  private final String boundary;
  private final byte[] bytes;

  private FormData(String boundary, byte[] bytes) {
    this.boundary = boundary;
    this.bytes = bytes;
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  byte[] bytes() {
    return bytes;
  }

  /// Collects the parts in their order.
  static final class Builder {
    private final List<byte[]> heads = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();

    /// A text. Neither `name` nor a file's name holds control characters: they are checked where
    /// messages are made.
    void field(String name, String value) {
      add("Content-Disposition: form-data; name=\"" + quoted(name) + "\"", utf8(value));
    }

    void file(String name, String fileName, String contentType, byte[] content) {
      add(
          "Content-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: %s"
              .formatted(quoted(name), quoted(fileName), contentType),
          content);
    }

    FormData build() {
      String boundary = "tenon-" + digest();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int i = 0; i < heads.size(); i++) {
        out.writeBytes(utf8("--" + boundary + "\r\n"));
        out.writeBytes(heads.get(i));
        out.writeBytes(utf8("\r\n\r\n"));
        out.writeBytes(contents.get(i));
        out.writeBytes(utf8("\r\n"));
      }
      out.writeBytes(utf8("--" + boundary + "--\r\n"));
      return new FormData(boundary, out.toByteArray());
    }

    private void add(String head, byte[] content) {
      heads.add(utf8(head));
      contents.add(content);
    }

    private String digest() {
      try {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < heads.size(); i++) {
          sha256.update(heads.get(i));
          sha256.update(contents.get(i));
        }
        return HexFormat.of().formatHex(sha256.digest(), 0, 20);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    private static String quoted(String text) {
      return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static byte[] utf8(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
