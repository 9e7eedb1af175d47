package dev.tenon.reference;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;

/// A file beside the page of the reference.
public final class StaticFile {
  private final String type;
  private final byte[] content;
  private final String version;

  private StaticFile(String type, byte[] content) {
    this.type = type;
    this.content = content;
    var sum = new CRC32();
    sum.update(content);
    this.version = Long.toHexString(sum.getValue());
  }

  static StaticFile read(String name, String type) {
    try (InputStream in = StaticFile.class.getResourceAsStream("/reference/" + name)) {
      if (in == null) {
        throw new IllegalStateException("reference/" + name + " is missing from the program");
      }
      return new StaticFile(type, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String type() {
    return type;
  }

  public byte[] content() {
    return content.clone();
  }

  /// Another one whenever the content is.
  String version() {
    return version;
  }
}
