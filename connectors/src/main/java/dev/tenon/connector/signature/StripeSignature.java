package dev.tenon.connector.signature;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Verifies `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>…]`.
///
/// Each `v1` is the HMAC-SHA256 of `t`, a dot and the raw body; the key is the whole `whsec_…`
/// string. Any one that matches suffices, since Stripe signs with the old and the new secret while
/// one is rolled. `v0` is a fake scheme of test events and is ignored, as is everything unknown.
/// The order of the items is free, and blanks around them are forgiven.
///
/// Whatever the header holds, the answer is a [Verdict], never an exception.
public final class StripeSignature {
  private static final int HEADER_CHARS_MAX = 4096;
  private static final int SIGNATURES_MAX = 16;

  private StripeSignature() {}

  /// Checks the signature first and the time, with a tolerance of 300 s both ways, second: so
  /// [Verdict.TooOld] and [Verdict.TooNew] are said only of what was truly signed.
  ///
  /// @param body exactly the bytes that came; decoding and encoding them again breaks the signature
  /// @param header the header's value, null when there was none
  /// @param secrets the current secret first, then those that still count while they are rolled
  public static Verdict verify(
      byte[] body, @Nullable String header, List<Secret> secrets, Instant now) {
    if (header == null) {
      return new Verdict.Malformed("there is no signature header");
    }
    if (header.length() > HEADER_CHARS_MAX) {
      return new Verdict.Malformed("the header is longer than " + HEADER_CHARS_MAX + " characters");
    }
    return verify(body, new Items(header), secrets, now);
  }

  private static Verdict verify(byte[] body, Items items, List<Secret> secrets, Instant now) {
    String problem = items.read();
    if (problem != null) {
      return new Verdict.Malformed(problem);
    }
    if (secrets.isEmpty()) {
      return new Verdict.NoSecret();
    }
    byte[] prefix = items.signedPrefix();
    HmacSha256 hmac = new HmacSha256();
    for (int i = 0; i < secrets.size(); i++) {
      byte[] key = secrets.get(i).reveal().getBytes(StandardCharsets.UTF_8);
      byte[] expected = hmac.sign(key, prefix, body);
      for (byte[] signature : items.signatures) {
        if (MessageDigest.isEqual(expected, signature)) {
          return SignedTime.judge(items.signedAt, now, i);
        }
      }
    }
    return new Verdict.Mismatch();
  }

  /// Makes the header for `body`, as Stripe does: for stand-ins and for trying a connection.
  public static String sign(byte[] body, Secret secret, Instant at) {
    String time = Long.toString(at.getEpochSecond());
    byte[] key = secret.reveal().getBytes(StandardCharsets.UTF_8);
    byte[] prefix = (time + ".").getBytes(StandardCharsets.US_ASCII);
    byte[] signature = new HmacSha256().sign(key, prefix, body);
    return "t=" + time + ",v1=" + java.util.HexFormat.of().formatHex(signature);
  }

  /// The header taken apart in one pass, without a substring or a regular expression: this runs for
  /// every webhook that comes in, those of attackers included.
  private static final class Items {
    private final String header;
    private final List<byte[]> signatures = new ArrayList<>(2);
    private int timeFrom;
    private int timeTo;
    private long signedAt = -1;
    private boolean sawSignature;

    Items(String header) {
      this.header = header;
    }

    /// Reads the whole header. Answers what is wrong with it, or null.
    @Nullable String read() {
      int from = 0;
      while (from <= header.length()) {
        int comma = header.indexOf(',', from);
        int to = comma < 0 ? header.length() : comma;
        String problem = readItem(from, to);
        if (problem != null) {
          return problem;
        }
        from = to + 1;
      }
      if (signedAt < 0) {
        return "the header has no time";
      }
      return sawSignature ? null : "the header has no v1 signature";
    }

    private @Nullable String readItem(int itemFrom, int itemTo) {
      int from = skipBlanks(itemFrom, itemTo);
      int to = dropBlanks(from, itemTo);
      if (to - from >= 2 && header.startsWith("t=", from)) {
        if (signedAt >= 0) {
          return "the header has two times";
        }
        timeFrom = from + 2;
        timeTo = to;
        signedAt = SignedTime.parse(header, timeFrom, timeTo);
        return signedAt < 0 ? "the header's time is not a number of seconds" : null;
      }
      if (to - from >= 3 && header.startsWith("v1=", from)) {
        sawSignature = true;
        byte[] signature = hex(from + 3, to);
        if (signature != null) {
          signatures.add(signature);
        }
        return signatures.size() > SIGNATURES_MAX
            ? "the header has more than " + SIGNATURES_MAX + " signatures"
            : null;
      }
      return null;
    }

    private int skipBlanks(int from, int to) {
      int at = from;
      while (at < to && isBlank(header.charAt(at))) {
        at++;
      }
      return at;
    }

    private int dropBlanks(int from, int to) {
      int at = to;
      while (at > from && isBlank(header.charAt(at - 1))) {
        at--;
      }
      return at;
    }

    private static boolean isBlank(char c) {
      return c == ' ' || c == '\t';
    }

    /// 32 bytes from 64 hexadecimal digits, or null when it is anything else, which can't match.
    private byte @Nullable [] hex(int from, int to) {
      if (to - from != 2 * HmacSha256.LENGTH) {
        return null;
      }
      byte[] bytes = new byte[HmacSha256.LENGTH];
      for (int i = 0; i < bytes.length; i++) {
        int high = digit(header.charAt(from + 2 * i));
        int low = digit(header.charAt(from + 2 * i + 1));
        if (high < 0 || low < 0) {
          return null;
        }
        bytes[i] = (byte) (high << 4 | low);
      }
      return bytes;
    }

    private static int digit(char c) {
      if (c >= '0' && c <= '9') {
        return c - '0';
      }
      return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    }

    /// The time as it was written, and a dot: what the sender signed ahead of the body.
    private byte[] signedPrefix() {
      byte[] prefix = new byte[timeTo - timeFrom + 1];
      for (int i = 0; i < prefix.length - 1; i++) {
        prefix[i] = (byte) header.charAt(timeFrom + i);
      }
      prefix[prefix.length - 1] = '.';
      return prefix;
    }
  }
}
