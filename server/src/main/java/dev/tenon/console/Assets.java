package dev.tenon.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/// The style sheet, the script and the mark. Their address holds a hash of their content, so a
/// browser may keep them for ever and still gets new ones after an upgrade.
public final class Assets {
  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");
  private static final List<String> NAMES =
      List.of("console.css", "console.js", "live.js", "mark.svg");
  private static final String BASE = "/console/static/";
  private static final int HASH_DIGITS = 16;

  private final Map<String, String> addresses = new HashMap<>();
  private final Map<String, Asset> byFile = new HashMap<>();

  /// A file as it is served, plain and packed.
  static final class Asset {
    final String type;
    final byte[] plain;
    final byte[] packed;

    Asset(String type, byte[] plain, byte[] packed) {
      this.type = type;
      this.plain = plain;
      this.packed = packed;
    }
  }

  private Assets() {}

  /// Reads the files that are packed with the program.
  static Assets load() {
    var assets = new Assets();
    for (String name : NAMES) {
      byte[] content = read("/console/" + name);
      int dot = name.lastIndexOf('.');
      String kind = name.substring(dot + 1);
      String file = name.substring(0, dot) + "." + hash(content) + "." + kind;
      assets.addresses.put(name, BASE + file);
      assets.byFile.put(
          file, new Asset(TYPES.getOrDefault(kind, "text/plain"), content, pack(content)));
    }
    return assets;
  }

  /// The address of a file by its plain name.
  public String href(String name) {
    String address = addresses.get(name);
    if (address == null) {
      throw new IllegalArgumentException("no such file: " + name);
    }
    return address;
  }

  Optional<Asset> find(String file) {
    return Optional.ofNullable(byFile.get(file));
  }

  private static byte[] read(String resource) {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing from the program");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static byte[] pack(byte[] content) {
    var out = new ByteArrayOutputStream(content.length);
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
