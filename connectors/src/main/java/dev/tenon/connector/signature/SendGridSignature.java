package dev.tenon.connector.signature;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Verifies SendGrid's signed event webhook: ECDSA with P-256 and SHA-256 over the timestamp header
/// and the raw body, one after the other, in DER and base64 (Twilio, "Getting Started with the
/// Event Webhook Security Features", 2026-11). The body ends in CR LF and has them between its
/// events, so only the very bytes verify.
///
/// The key is public: the base64 of its SubjectPublicKeyInfo, as SendGrid shows it, or the same as
/// PEM. Whatever the headers hold, the answer is a [Verdict].
public final class SendGridSignature {
  /// SendGrid repeats for a day what was not answered with 2xx, and does not say that it signs each
  /// repeat anew: an hour's outage of ours must not make all of it too old. Catching a delivery and
  /// sending it again changes nothing, since every event is known by its key.
  private static final Duration AGE_MAX = Duration.ofHours(26);

  private static final int HEADER_CHARS_MAX = 512;

  private SendGridSignature() {}

  /// Checks the signature first and the time second.
  ///
  /// @param body exactly the bytes that came
  /// @param signature `x-twilio-email-event-webhook-signature`
  /// @param timestamp `x-twilio-email-event-webhook-timestamp`, unix seconds
  /// @param keys the current key first; those that are no P-256 key are passed over
  public static Verdict verify(
      byte[] body,
      @Nullable String signature,
      @Nullable String timestamp,
      List<Secret> keys,
      Instant now) {
    if (signature == null || timestamp == null) {
      return new Verdict.Malformed("the signature or the timestamp header is missing");
    }
    if (signature.length() > HEADER_CHARS_MAX) {
      return new Verdict.Malformed("the signature header is too long");
    }
    long signedAt = SignedTime.parse(timestamp, 0, timestamp.length());
    if (signedAt < 0) {
      return new Verdict.Malformed("the timestamp is not a number of seconds");
    }
    byte[] der;
    try {
      der = Base64.getDecoder().decode(signature);
    } catch (IllegalArgumentException _) {
      return new Verdict.Malformed("the signature is not base64");
    }
    List<@Nullable PublicKey> usable = new ArrayList<>(keys.size());
    keys.forEach(key -> usable.add(key(key)));
    if (usable.stream().noneMatch(key -> key != null)) {
      return new Verdict.NoSecret();
    }
    byte[] prefix = timestamp.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < usable.size(); i++) {
      PublicKey key = usable.get(i);
      if (key != null && matches(key, prefix, body, der)) {
        return SignedTime.judge(signedAt, now, i, AGE_MAX.toSeconds());
      }
    }
    return new Verdict.Mismatch();
  }

  private static boolean matches(PublicKey key, byte[] prefix, byte[] body, byte[] der) {
    try {
      Signature check = Signature.getInstance("SHA256withECDSA");
      check.initVerify(key);
      check.update(prefix);
      check.update(body);
      return check.verify(der);
    } catch (SignatureException | InvalidKeyException _) {
      // Not DER, or not of this curve: it is not theirs.
      return false;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java platform lacks ECDSA", impossible);
    }
  }

  /// The key in a secret, or null when it is none.
  private static @Nullable PublicKey key(Secret secret) {
    String base64 =
        secret.reveal().replaceAll("-----(?:BEGIN|END) PUBLIC KEY-----", "").replaceAll("\\s", "");
    try {
      PublicKey key =
          KeyFactory.getInstance("EC")
              .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
      return key instanceof ECPublicKey point && point.getParams().getOrder().bitLength() == 256
          ? key
          : null;
    } catch (IllegalArgumentException | GeneralSecurityException _) {
      return null;
    }
  }
}
