package dev.tenon.id;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/// Makes, writes and reads ids.
///
/// An id is a UUIDv7 (RFC 9562 section 5.7), so that ids made later sort later and an index on them
/// grows at one end. It is written as a prefix, an underscore and 26 characters of lower-case
/// base32 (the alphabet of RFC 4648 in its "extended hex" order, which keeps the sort order of the
/// bits) and stored as `uuid`.
public final class Ids {
  private static final char[] ALPHABET = "0123456789abcdefghijklmnopqrstuv".toCharArray();
  private static final int TEXT_LENGTH = 26;

  private final InstantSource clock;
  private final SecureRandom random;
  private final byte[] randomBytes = new byte[8 * 256];
  private int randomUsed = randomBytes.length;
  private long lastMillis;
  private int lastCounter;

  public Ids(InstantSource clock) {
    this.clock = clock;
    this.random = new SecureRandom();
  }

  /// The next id. Ids from one instance are strictly increasing, also within a millisecond and when
  /// the clock is set back: a 12-bit counter follows the time, and a full counter borrows the next
  /// millisecond.
  public synchronized UUID next() {
    long millis = clock.millis();
    if (millis > lastMillis) {
      lastMillis = millis;
      lastCounter = (int) (randomLong() & 0xff);
    } else if (++lastCounter > 0xfff) {
      lastMillis++;
      lastCounter = 0;
    }
    long high = (lastMillis << 16) | 0x7000L | lastCounter;
    long low = (randomLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }

  private long randomLong() {
    if (randomUsed == randomBytes.length) {
      random.nextBytes(randomBytes);
      randomUsed = 0;
    }
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = (value << 8) | (randomBytes[randomUsed++] & 0xff);
    }
    return value;
  }

  /// Writes an id for people and the API.
  public static String write(Prefix prefix, UUID id) {
    char[] out = new char[TEXT_LENGTH];
    long high = id.getMostSignificantBits();
    long low = id.getLeastSignificantBits();
    for (int i = TEXT_LENGTH - 1; i >= 0; i--) {
      out[i] = ALPHABET[(int) (low & 31)];
      low = (low >>> 5) | (high << 59);
      high >>>= 5;
    }
    return prefix.text() + "_" + new String(out);
  }

  /// Reads an id, or answers empty when `text` is not an id with this prefix. A reader treats empty
  /// as "not found": what can't be an id names nothing.
  public static Optional<UUID> read(Prefix prefix, String text) {
    int start = prefix.text().length() + 1;
    if (text.length() != start + TEXT_LENGTH
        || !text.startsWith(prefix.text())
        || text.charAt(start - 1) != '_') {
      return Optional.empty();
    }
    long high = 0;
    long low = 0;
    for (int i = start; i < text.length(); i++) {
      int digit = digit(text.charAt(i));
      if (digit < 0 || (i == start && digit > 7)) {
        return Optional.empty();
      }
      high = (high << 5) | (low >>> 59);
      low = (low << 5) | digit;
    }
    return Optional.of(new UUID(high, low));
  }

  /// When an id of ours was made, to the millisecond.
  public static Instant madeAt(UUID id) {
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
  }

  private static int digit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    return c >= 'a' && c <= 'v' ? c - 'a' + 10 : -1;
  }
}
