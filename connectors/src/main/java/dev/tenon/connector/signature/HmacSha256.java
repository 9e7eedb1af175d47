package dev.tenon.connector.signature;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// HMAC-SHA256 of a short prefix and a body, without joining them. One object serves one check and
/// may be keyed again for each secret; it is not for sharing between threads.
final class HmacSha256 {
  /// Length of a signature in bytes.
  static final int LENGTH = 32;

  private static final String NAME = "HmacSHA256";

  private final Mac mac;

  HmacSha256() {
    try {
      mac = Mac.getInstance(NAME);
    } catch (NoSuchAlgorithmException impossible) {
      throw broken(impossible);
    }
  }

  byte[] sign(byte[] key, byte[] prefix, byte[] body) {
    try {
      mac.init(new SecretKeySpec(key, NAME));
    } catch (InvalidKeyException impossible) {
      throw broken(impossible);
    }
    mac.update(prefix);
    return mac.doFinal(body);
  }

  /// Every Java platform has HMAC-SHA256 and takes any key that is not empty.
  private static IllegalStateException broken(GeneralSecurityException cause) {
    return new IllegalStateException("this Java platform lacks " + NAME, cause);
  }
}
