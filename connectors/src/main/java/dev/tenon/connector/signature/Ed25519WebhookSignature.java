package dev.tenon.connector.signature;

import dev.tenon.connector.Secret;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.Base64;

/// Standard Webhooks 1.0.0 with asymmetric keys (`v1a`): ed25519 over the same
/// `{id}.{timestamp}.{raw body}`, so that a receiver can verify and can't sign.
///
/// The private key is `whsk_` and the base64 of 64 bytes, seed and then public key; the public one
/// is `whpk_` and the base64 of its 32 bytes.
public final class Ed25519WebhookSignature {
  private static final String NAME = "Ed25519";
  private static final String PRIVATE_PREFIX = "whsk_";
  private static final String PUBLIC_PREFIX = "whpk_";
  private static final String VERSION = "v1a,";
  private static final int KEY_BYTES = 32;

  private Ed25519WebhookSignature() {}

  /// A key to sign with and the one to verify with.
  ///
  /// @param privateKey `whsk_…`
  /// @param publicKey `whpk_…`, which is no secret
  public record Keys(Secret privateKey, String publicKey) {}

  /// Makes keys from the platform's secure random source.
  public static Keys generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(NAME).generateKeyPair();
      byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      byte[] point = bytes(((EdECPublicKey) pair.getPublic()).getPoint());
      byte[] both = new byte[2 * KEY_BYTES];
      System.arraycopy(seed, 0, both, 0, KEY_BYTES);
      System.arraycopy(point, 0, both, KEY_BYTES, KEY_BYTES);
      return new Keys(
          Secret.of(PRIVATE_PREFIX + Base64.getEncoder().encodeToString(both)),
          PUBLIC_PREFIX + Base64.getEncoder().encodeToString(point));
    } catch (GeneralSecurityException impossible) {
      throw broken(impossible);
    }
  }

  /// The value of `webhook-signature` for one key; those of several are joined by a blank.
  ///
  /// @param id our own id of the event, without a dot
  /// @throws IllegalArgumentException when the key is no `whsk_` key or the id holds a dot
  public static String sign(byte[] body, String id, Instant timestamp, Secret privateKey) {
    if (id.isEmpty() || id.indexOf('.') >= 0) {
      throw new IllegalArgumentException("a webhook id must not be empty or hold a dot");
    }
    byte[] both = key(privateKey.reveal(), PRIVATE_PREFIX, 2 * KEY_BYTES);
    byte[] seed = new byte[KEY_BYTES];
    System.arraycopy(both, 0, seed, 0, KEY_BYTES);
    try {
      PrivateKey key =
          KeyFactory.getInstance(NAME)
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
      Signature signature = Signature.getInstance(NAME);
      signature.initSign(key);
      signature.update(prefix(id, timestamp));
      signature.update(body);
      return VERSION + Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException impossible) {
      throw broken(impossible);
    }
  }

  /// Whether one of the `v1a` signatures in the header is by this key. The age of the timestamp is
  /// the caller's to judge.
  ///
  /// @throws IllegalArgumentException when the key is no `whpk_` key
  public static boolean verify(
      byte[] body, String id, Instant timestamp, String signatures, String publicKey) {
    byte[] encoded = key(publicKey, PUBLIC_PREFIX, KEY_BYTES);
    try {
      PublicKey key =
          KeyFactory.getInstance(NAME)
              .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point(encoded)));
      for (String one : signatures.split(" ", -1)) {
        if (one.startsWith(VERSION) && matches(body, id, timestamp, one, key)) {
          return true;
        }
      }
      return false;
    } catch (GeneralSecurityException impossible) {
      throw broken(impossible);
    }
  }

  private static boolean matches(
      byte[] body, String id, Instant timestamp, String one, PublicKey key)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(NAME);
    signature.initVerify(key);
    signature.update(prefix(id, timestamp));
    signature.update(body);
    try {
      return signature.verify(Base64.getDecoder().decode(one.substring(VERSION.length())));
    } catch (IllegalArgumentException | GeneralSecurityException _) {
      // Not base64, or not as long as a signature: it is not ours.
      return false;
    }
  }

  private static byte[] key(String text, String prefix, int length) {
    if (text.startsWith(prefix)) {
      try {
        byte[] bytes = Base64.getDecoder().decode(text.substring(prefix.length()));
        if (bytes.length == length) {
          return bytes;
        }
      } catch (IllegalArgumentException _) {
        // Said below.
      }
    }
    throw new IllegalArgumentException(
        "the key is %s and %d bytes in base64".formatted(prefix, length));
  }

  private static byte[] prefix(String id, Instant timestamp) {
    return (id + "." + timestamp.getEpochSecond() + ".").getBytes(StandardCharsets.UTF_8);
  }

  /// RFC 8032, 5.1.2: y in little-endian order, the last bit is that of x.
  private static byte[] bytes(EdECPoint point) {
    byte[] big = point.getY().toByteArray();
    byte[] out = new byte[KEY_BYTES];
    for (int i = 0; i < Math.min(big.length, KEY_BYTES); i++) {
      out[i] = big[big.length - 1 - i];
    }
    if (point.isXOdd()) {
      out[KEY_BYTES - 1] |= (byte) 0x80;
    }
    return out;
  }

  private static EdECPoint point(byte[] encoded) {
    byte[] big = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) {
      big[i] = encoded[KEY_BYTES - 1 - i];
    }
    boolean odd = (big[0] & 0x80) != 0;
    big[0] &= 0x7f;
    return new EdECPoint(odd, new BigInteger(1, big));
  }

  /// Every Java platform since 15 has Ed25519.
  private static IllegalStateException broken(GeneralSecurityException cause) {
    return new IllegalStateException("this Java platform lacks " + NAME, cause);
  }
}
