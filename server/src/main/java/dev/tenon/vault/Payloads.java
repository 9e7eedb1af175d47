package dev.tenon.vault;

import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Deflates and inflates bodies. The zlib objects hold native memory and are dear to make, so a few
/// are kept; under more threads than that, a new one is made and ended.
///
/// Form: one byte (0 stored, 1 deflated), four bytes of original length, the data. A body that does
/// not shrink is stored as it is.
final class Payloads {
  private static final int HEADER = 5;
  private static final int STORED = 0;
  private static final int DEFLATED = 1;
  private static final int WORTH_TRYING_BYTES_MIN = 64;
  private static final int KEPT = 32;

  private static final ArrayBlockingQueue<Deflater> DEFLATERS = new ArrayBlockingQueue<>(KEPT);
  private static final ArrayBlockingQueue<Inflater> INFLATERS = new ArrayBlockingQueue<>(KEPT);

  private Payloads() {}

  static byte[] deflate(byte[] plain) {
    byte[] out = new byte[HEADER + plain.length];
    writeLength(out, plain.length);
    if (plain.length >= WORTH_TRYING_BYTES_MIN) {
      Deflater deflater = DEFLATERS.poll();
      if (deflater == null) {
        deflater = new Deflater(Deflater.BEST_SPEED, true);
      }
      try {
        deflater.setInput(plain);
        deflater.finish();
        int used = deflater.deflate(out, HEADER, out.length - HEADER);
        if (deflater.finished() && used < plain.length) {
          out[0] = DEFLATED;
          return Arrays.copyOf(out, HEADER + used);
        }
      } finally {
        deflater.reset();
        if (!DEFLATERS.offer(deflater)) {
          deflater.end();
        }
      }
    }
    out[0] = STORED;
    System.arraycopy(plain, 0, out, HEADER, plain.length);
    return out;
  }

  /// The length in front is authenticated with the rest, but whoever filled it may be a caller of a
  /// provider: it is checked before any memory is taken.
  static byte[] inflate(byte[] packed, int bytesMax) {
    if (packed.length < HEADER) {
      throw new VaultException("a sealed payload is too short");
    }
    int length = readLength(packed);
    if (length < 0 || length > bytesMax) {
      throw new VaultException(
          "a sealed payload would open to more than %d bytes".formatted(bytesMax));
    }
    if (packed[0] == STORED) {
      if (packed.length - HEADER != length) {
        throw new VaultException("a sealed payload has the wrong length");
      }
      return Arrays.copyOfRange(packed, HEADER, packed.length);
    }
    if (packed[0] != DEFLATED) {
      throw new VaultException("a sealed payload has an unknown form");
    }
    return inflate(packed, new byte[length]);
  }

  private static byte[] inflate(byte[] packed, byte[] out) {
    Inflater inflater = INFLATERS.poll();
    if (inflater == null) {
      inflater = new Inflater(true);
    }
    try {
      inflater.setInput(packed, HEADER, packed.length - HEADER);
      int filled = 0;
      while (filled < out.length) {
        int read = inflater.inflate(out, filled, out.length - filled);
        if (read == 0) {
          throw new VaultException("a sealed payload is cut short");
        }
        filled += read;
      }
      // One more byte would mean that the length in front is not the truth.
      if (!inflater.finished() && inflater.inflate(new byte[1]) > 0) {
        throw new VaultException("a sealed payload is longer than it says");
      }
      return out;
    } catch (DataFormatException e) {
      throw new VaultException("a sealed payload does not inflate", e);
    } finally {
      inflater.reset();
      if (!INFLATERS.offer(inflater)) {
        inflater.end();
      }
    }
  }

  private static void writeLength(byte[] out, int length) {
    out[1] = (byte) (length >>> 24);
    out[2] = (byte) (length >>> 16);
    out[3] = (byte) (length >>> 8);
    out[4] = (byte) length;
  }

  private static int readLength(byte[] in) {
    return (in[1] & 0xff) << 24 | (in[2] & 0xff) << 16 | (in[3] & 0xff) << 8 | (in[4] & 0xff);
  }
}
