package dev.tenon.inbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/// Turns names of any length into 128 bits. With SHA-256 cut to that size, a collision among a
/// billion keys of one tenant has odds below one in 10^20.
public final class Digest {
  private Digest() {}

  /// The digest of `text` within `scope`, so that equal names under two connections differ.
  public static UUID of(UUID scope, String text) {
    MessageDigest sha256 = sha256();
    sha256.update(
        ByteBuffer.allocate(16)
            .putLong(scope.getMostSignificantBits())
            .putLong(scope.getLeastSignificantBits())
            .flip());
    ByteBuffer hash = ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    return new UUID(hash.getLong(), hash.getLong());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
