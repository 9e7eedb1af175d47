package dev.tenon.connector.signature;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/// Verifies the signature of a message of Amazon SNS: RSA over named fields of the message, with
/// SHA-1 (`SignatureVersion` 1) or SHA-256 (2) (AWS, "Verifying the signatures of Amazon SNS
/// messages", 2026-11). Whose key it is has to be settled before.
public final class SnsSignature {
  /// SNS repeats for an hour by its default policy, and longer by others, under the first time.
  private static final Duration AGE_MAX = Duration.ofHours(24);

  private SnsSignature() {}

  /// Checks the signature first and the time second.
  ///
  /// @param signed the fields in SNS's order, each as its name, a line feed, its value and a line
  ///   feed
  /// @param version as `SignatureVersion` says
  public static Verdict verify(
      String signed, String version, String signature, PublicKey key, Instant sentAt, Instant now) {
    String algorithm =
        switch (version) {
          case "1" -> "SHA1withRSA";
          case "2" -> "SHA256withRSA";
          default -> "";
        };
    if (algorithm.isEmpty()) {
      return new Verdict.Malformed("the version of the signature is neither 1 nor 2");
    }
    try {
      Signature check = Signature.getInstance(algorithm);
      check.initVerify(key);
      check.update(signed.getBytes(StandardCharsets.UTF_8));
      if (check.verify(Base64.getDecoder().decode(signature))) {
        return SignedTime.judge(sentAt.getEpochSecond(), now, 0, AGE_MAX.toSeconds());
      }
      return new Verdict.Mismatch();
    } catch (IllegalArgumentException _) {
      return new Verdict.Malformed("the signature is not base64");
    } catch (SignatureException | InvalidKeyException _) {
      return new Verdict.Mismatch();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java platform lacks RSA", impossible);
    }
  }
}
