package dev.tenon.sandbox.email;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// A certificate that its own key signs (X.509 version 3, RFC 5280), since the JDK offers no way to
/// make one.
final class SelfSigned {
  private static final byte[] SHA256_WITH_RSA = {
    0x06, 0x09, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 0x01, 0x01, 0x0B
  };
  private static final byte[] COMMON_NAME = {0x06, 0x03, 0x55, 0x04, 0x03};
  private static final byte[] NULL = {0x05, 0x00};
  private static final Duration LIFE = Duration.ofDays(3_650);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private SelfSigned() {}

  /// DER of a certificate for an RSA key, valid for ten years.
  static byte[] certificate(KeyPair pair, String name, Instant now)
      throws GeneralSecurityException {
    byte[] algorithm = sequence(SHA256_WITH_RSA, NULL);
    byte[] subject =
        sequence(
            tlv(0x31, sequence(COMMON_NAME, tlv(0x0C, name.getBytes(StandardCharsets.UTF_8)))));
    byte[] validity = sequence(time(now.minus(Duration.ofDays(1))), time(now.plus(LIFE)));
    byte[] body =
        sequence(
            tlv(0xA0, integer(BigInteger.TWO)),
            integer(new BigInteger(64, new SecureRandom()).add(BigInteger.ONE)),
            algorithm,
            subject,
            validity,
            subject,
            pair.getPublic().getEncoded());
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(pair.getPrivate());
    signature.update(body);
    return sequence(body, algorithm, tlv(0x03, join(new byte[] {0}, signature.sign())));
  }

  private static byte[] time(Instant at) {
    return tlv(0x17, TIME.format(at).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] integer(BigInteger number) {
    return tlv(0x02, number.toByteArray());
  }

  private static byte[] sequence(byte[]... parts) {
    return tlv(0x30, join(parts));
  }

  private static byte[] tlv(int tag, byte[] value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (value.length < 0x80) {
      out.write(value.length);
    } else {
      byte[] length = BigInteger.valueOf(value.length).toByteArray();
      int skip = length[0] == 0 ? 1 : 0;
      out.write(0x80 | (length.length - skip));
      out.write(length, skip, length.length - skip);
    }
    out.writeBytes(value);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
