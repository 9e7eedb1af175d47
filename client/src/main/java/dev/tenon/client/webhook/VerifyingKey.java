package dev.tenon.client.webhook;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What a signature is checked by (Standard Webhooks 1.0.0): a secret shared with the sender, or
/// the sender's public key.
sealed interface VerifyingKey {
  /// Whether `signature` (with its version, `v1,…` or `v1a,…`) is by this key, over prefix and
  /// body.
  boolean signed(String signature, byte[] prefix, byte[] body);

  /// Reads `whsec_…` or `whpk_…`.
  ///
  /// @throws IllegalArgumentException for anything else, without quoting it
  static VerifyingKey of(String text) {
    String key = text.strip();
    if (key.startsWith(Shared.PREFIX)) {
      byte[] bytes = decoded(key.substring(Shared.PREFIX.length()));
      if (bytes.length >= Shared.BYTES_MIN) {
        return new Shared(new SecretKeySpec(bytes, Shared.NAME));
      }
    } else if (key.startsWith(Public.PREFIX)) {
      byte[] bytes = decoded(key.substring(Public.PREFIX.length()));
      if (bytes.length == Public.BYTES) {
        return new Public(Public.key(bytes));
      }
    }
    throw new IllegalArgumentException(
        "a webhook's key is whsec_ and a secret in base64, or whpk_ and a public key in base64");
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException notBase64) {
      return new byte[0];
    }
  }

  /// `v1`: HMAC-SHA256. A class, so that nothing prints the secret.
  final class Shared implements VerifyingKey {
    private static final String NAME = "HmacSHA256";
    private static final String PREFIX = "whsec_";
    private static final String VERSION = "v1,";

    /// The specification's least; a shorter secret, or none, could be guessed.
    private static final int BYTES_MIN = 24;

    private final SecretKeySpec key;

    private Shared(SecretKeySpec key) {
      this.key = key;
    }

    @Override
    public boolean signed(String signature, byte[] prefix, byte[] body) {
      if (!signature.startsWith(VERSION)) {
        return false;
      }
      try {
        Mac mac = Mac.getInstance(NAME);
        mac.init(key);
        mac.update(prefix);
        byte[] expected = Base64.getEncoder().encode(mac.doFinal(body));
        // Takes as long for a near miss as for a far one.
        return MessageDigest.isEqual(
            expected, signature.substring(VERSION.length()).getBytes(StandardCharsets.UTF_8));
      } catch (GeneralSecurityException impossible) {
        throw broken(impossible);
      }
    }
  }

  /// `v1a`: ed25519.
  final class Public implements VerifyingKey {
    private static final String NAME = "Ed25519";
    private static final String PREFIX = "whpk_";
    private static final String VERSION = "v1a,";
    private static final int BYTES = 32;

    private final PublicKey key;

    private Public(PublicKey key) {
      this.key = key;
    }

    /// RFC 8032, 5.1.3: y in little-endian order, the last bit is that of x.
    private static PublicKey key(byte[] encoded) {
      byte[] big = new byte[BYTES];
      for (int i = 0; i < BYTES; i++) {
        big[i] = encoded[BYTES - 1 - i];
      }
      boolean odd = (big[0] & 0x80) != 0;
      big[0] &= 0x7f;
      try {
        return KeyFactory.getInstance(NAME)
            .generatePublic(
                new EdECPublicKeySpec(
                    NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, big))));
      } catch (GeneralSecurityException impossible) {
        throw broken(impossible);
      }
    }

    @Override
    public boolean signed(String signature, byte[] prefix, byte[] body) {
      if (!signature.startsWith(VERSION)) {
        return false;
      }
      byte[] bytes = decoded(signature.substring(VERSION.length()));
      try {
        Signature check = Signature.getInstance(NAME);
        check.initVerify(key);
        check.update(prefix);
        check.update(body);
        return check.verify(bytes);
      } catch (GeneralSecurityException notOne) {
        // Not as long as a signature, or a key that is no point of the curve: it is not by it.
        return false;
      }
    }
  }

  /// Every Java platform has HMAC-SHA256, and since 15 Ed25519.
  private static IllegalStateException broken(GeneralSecurityException cause) {
    return new IllegalStateException("this Java platform lacks what every one has", cause);
  }
}
