package dev.tenon.access;

import dev.tenon.connector.Secret;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.zip.CRC32;

/// The written form of an API key: `tn_live_`, 43 characters of base62 for 256 random bits, `_`,
/// and six characters of base62 for the CRC-32 of all before it. The checksum tells a mistyped or
/// cut key without asking the database, and lets scanners find leaked keys with few false alarms;
/// it protects nothing.
final class KeyText {
  private static final String PREFIX = "tn_live_";
  private static final int RANDOM_BYTES = 32;
  private static final int RANDOM_CHARS = 43;
  private static final int CHECK_CHARS = 6;
  private static final int LENGTH = PREFIX.length() + RANDOM_CHARS + 1 + CHECK_CHARS;
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int HINT_CHARS = 4;

  private KeyText() {}

  static Secret generate(SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String body = PREFIX + base62(new BigInteger(1, bytes), RANDOM_CHARS);
    return Secret.of(body + "_" + check(body));
  }

  /// Whether `text` can be a key at all.
  static boolean wellFormed(String text) {
    int end = LENGTH - CHECK_CHARS - 1;
    return text.length() == LENGTH
        && text.startsWith(PREFIX)
        && text.charAt(end) == '_'
        && check(text.substring(0, end)).equals(text.substring(end + 1));
  }

  /// What people recognise a key by: `tn_live_Ab3d…x9Zq`.
  static String hint(Secret key) {
    String text = key.reveal();
    return text.substring(0, PREFIX.length() + HINT_CHARS)
        + "…"
        + text.substring(LENGTH - CHECK_CHARS - 1 - HINT_CHARS, LENGTH - CHECK_CHARS - 1);
  }

  static byte[] hash(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String hashText(String key) {
    return HexFormat.of().formatHex(hash(key));
  }

  private static String check(String body) {
    var crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return base62(BigInteger.valueOf(crc.getValue()), CHECK_CHARS);
  }

  private static String base62(BigInteger value, int length) {
    BigInteger radix = BigInteger.valueOf(ALPHABET.length());
    char[] out = new char[length];
    BigInteger rest = value;
    for (int i = length - 1; i >= 0; i--) {
      BigInteger[] parts = rest.divideAndRemainder(radix);
      out[i] = ALPHABET.charAt(parts[1].intValue());
      rest = parts[0];
    }
    return new String(out);
  }
}
